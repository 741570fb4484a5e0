"""Event bodies: pure functions from a fact to what subscribers get.

event_types(fact) -> tuple[EventType, ...]             the events a fact causes; mostly none or few
body(event_type, fact, view) -> dict                   the body of one of them, with links signed at `view.now`
bodies(fact, view) -> {event_type: body}
"""

from collections.abc import Callable, Iterator

from tideline.features.webhooks.bodies import chats, files, messages, talk, waba
from tideline.features.webhooks.bodies.told import Payload, Told
from tideline.features.webhooks.bodies.view import Body, FileLink, View
from tideline.features.webhooks.event_types import EventType
from tideline.platform.facts import Fact

__all__ = ["Body", "FileLink", "View", "bodies", "body", "event_types"]


ALWAYS = {
    "MessageReceived": (EventType.MESSAGE_NEW, EventType.MESSAGE_RECEIVED),
    "MessageEdited": (EventType.MESSAGE_EDITED,),
    "MessageRevoked": (EventType.MESSAGE_REVOKED,),
    "NoteAdded": (EventType.NOTE_NEW,),
    "ReactionChanged": (EventType.REACTION,),
    "FileUploaded": (EventType.FILE_UPLOADED,),
    "ChatAssigned": (EventType.CHAT_ASSIGNED,),
    "ChatUnassigned": (EventType.CHAT_UNASSIGNED,),
    "ChatClosed": (EventType.CHAT_CLOSED,),
    "ChatReopened": (EventType.CHAT_REOPENED,),
    "ChatRenamed": (EventType.CHAT_RENAMED,),
    "ChatLabelled": (EventType.CHAT_LABELLED,),
    "NumberConnected": (EventType.ACCOUNT_CONNECTED,),
    "NumberDisconnected": (EventType.ACCOUNT_DISCONNECTED,),
    "NumberSuspended": (EventType.ACCOUNT_SUSPENDED,),
    "NumberResumed": (EventType.ACCOUNT_RESUMED,),
}

SOMETIMES: dict[str, Callable[[Payload], Iterator[EventType]]] = {
    "MessageSent": messages.of_sent,
    "MessageStatusChanged": messages.of_status,
    "CallEnded": talk.of_call,
    "ChatOpened": chats.of_opened,
}

RENDERERS: dict[EventType, Callable[[Told, View], Body]] = {
    EventType.MESSAGE_NEW: messages.message,
    EventType.MESSAGE_SENT: messages.message,
    EventType.MESSAGE_RECEIVED: messages.message,
    EventType.MESSAGE_DELIVERED: messages.change,
    EventType.MESSAGE_READ: messages.change,
    EventType.MESSAGE_FAILED: messages.change,
    EventType.MESSAGE_EDITED: messages.change,
    EventType.MESSAGE_REVOKED: messages.change,
    EventType.NOTE_NEW: messages.note,
    EventType.FILE_UPLOADED: files.uploaded,
    EventType.REACTION: talk.reaction,
    EventType.CALL_MISSED: talk.call,
    EventType.CALL_INCOMING: talk.call,
    EventType.CALL_OUTGOING: talk.call,
    EventType.CHAT_NEW: chats.chat,
    EventType.CHAT_INCOMING: chats.chat,
    EventType.CHAT_OUTGOING: chats.chat,
    EventType.CHAT_ASSIGNED: chats.assignment,
    EventType.CHAT_UNASSIGNED: chats.assignment,
    EventType.CHAT_CLOSED: chats.chat,
    EventType.CHAT_REOPENED: chats.chat,
    EventType.CHAT_RENAMED: chats.renamed,
    EventType.CHAT_LABELLED: chats.labelled,
    EventType.ACCOUNT_CONNECTED: chats.account_on,
    EventType.ACCOUNT_RESUMED: chats.account_on,
    EventType.ACCOUNT_SUSPENDED: chats.account_off,
    EventType.ACCOUNT_DISCONNECTED: chats.account_off,
    **waba.RENDERERS,
}


def event_types(fact: Fact) -> tuple[EventType, ...]:
    """The events that a fact causes. Most facts cause none. Business numbers have events of their own."""
    if waba.is_about(fact):
        return tuple(waba.event_types(fact))
    cause = SOMETIMES.get(fact.kind)
    return ALWAYS.get(fact.kind, ()) if cause is None else tuple(cause(fact.payload))


def body(event_type: EventType, fact: Fact, view: View) -> Body:
    """What a subscriber to this event gets."""
    return _body(event_type, Told(fact), view)


def bodies(fact: Fact, view: View) -> dict[EventType, Body]:
    """All events of a fact with their bodies."""
    told = Told(fact)
    return {event_type: _body(event_type, told, view) for event_type in event_types(fact)}


def _body(event_type: EventType, told: Told, view: View) -> Body:
    return {"event_type": event_type.value, **RENDERERS[event_type](told, view)}
