"""Messages, and what is done to them later.

A message is believed only where its sender could have said it: who wrote and in which chat is what the server stamped
on the envelope, never what the content claims. A contact can edit and revoke what that contact wrote, in the chat it
was written in; history and own messages come from the number's own phone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tideline.connectors.linked.decode.content import received_of, text_of, unwrap
from tideline.connectors.linked.decode.memory import AskForGroup, Memory, moment
from tideline.connectors.linked.protobufs import e2e
from tideline.features.numbers.port import (
    AccountEvent,
    IdentityLinked,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    Via,
)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Who wrote where, as the server stamped it."""

    chat: Peer
    sender: Peer | None
    from_me: bool
    at: datetime
    external_id: str
    push_name: str | None
    edit: str


def message(memory: Memory, event: Any) -> Iterator[AccountEvent | AskForGroup]:
    source = event.Info.MessageSource
    told = _identities(memory, source, event.Info.Pushname)
    envelope = _envelope(memory, event.Info)
    if envelope is not None:
        yield from _content(memory, envelope, event.Message, is_edit=event.IsEdit)
    yield from told


def _identities(memory: Memory, source: Any, name: str) -> list[IdentityLinked]:
    pairs = [(source.Sender, source.SenderAlt, None if source.IsFromMe else name or None)]
    if source.IsFromMe and not source.IsGroup:
        pairs.append((source.Chat, source.RecipientAlt, None))
    found: dict[str, IdentityLinked] = {}
    for one, other, known_as in pairs:
        pair = memory.people.learn(one, other)
        if pair and pair[1] != memory.people.lid:
            found.setdefault(pair[1], IdentityLinked(pair[0], pair[1], known_as))
    return list(found.values())


def _envelope(memory: Memory, info: Any) -> _Envelope | None:
    """None for what is not talk of people (statuses, channels), and for a chat that is not its sender's."""
    source = info.MessageSource
    chat, sender = memory.people.peer(source.Chat), memory.people.peer(source.Sender)
    if chat is None or sender is None or not info.ID:
        return None
    from_me = source.IsFromMe and memory.people.is_own(source.Sender)
    if source.IsFromMe != from_me or (not chat.is_group and not from_me and chat != sender):
        return None
    return _Envelope(
        chat=chat,
        sender=None if from_me else sender,
        from_me=from_me,
        at=moment(info.Timestamp),
        external_id=info.ID,
        push_name=None if from_me else info.Pushname or None,
        edit=info.Edit,
    )


def _content(memory: Memory, envelope: _Envelope, message: Any, *, is_edit: bool = False) -> Iterator[AccountEvent]:
    wrapped, message = message, unwrap(message)
    if message.HasField("protocolMessage"):
        yield from _protocol(memory, envelope, message.protocolMessage)
    elif is_edit or wrapped.HasField("editedMessage"):
        return  # an edit without the key of what it edits
    elif message.HasField("reactionMessage"):
        reaction = message.reactionMessage
        yield ReactionChanged(
            chat=envelope.chat,
            external_id=reaction.key.ID,
            emoji=reaction.text or None,
            at=envelope.at,
            by=envelope.sender,
            push_name=envelope.push_name,
        )
    else:
        received = received_of(memory, envelope.chat, message)
        if received is not None:
            yield replace(
                received,
                external_id=envelope.external_id,
                at=envelope.at,
                from_me=envelope.from_me,
                via=Via.PHONE if envelope.from_me else Via.CONTACT,
                sender=envelope.sender if envelope.chat.is_group else None,
                push_name=envelope.push_name,
            )


def _protocol(memory: Memory, envelope: _Envelope, told: Any) -> Iterator[AccountEvent]:
    """Edits and revokes; everything else under this name is between devices."""
    kinds = e2e.ProtocolMessage.Type
    if told.type not in (kinds.Value("REVOKE"), kinds.Value("MESSAGE_EDIT")) or not told.key.ID:
        return
    if not _may_change(memory, envelope, told):
        return
    if told.type == kinds.Value("REVOKE"):
        yield MessageRevoked(envelope.chat, told.key.ID, envelope.at, envelope.sender)
        return
    text = text_of(unwrap(told.editedMessage))
    if text is not None:
        yield MessageEdited(envelope.chat, told.key.ID, text, envelope.at, envelope.sender)


def _may_change(memory: Memory, envelope: _Envelope, told: Any) -> bool:
    """People change their own messages. An admin may revoke those of others; the server says so in the stamp."""
    if envelope.from_me or told.key.fromMe:
        return True
    if not envelope.chat.is_group:
        return False
    is_revoke = told.type == e2e.ProtocolMessage.Type.Value("REVOKE")
    is_author = bool(told.key.participant) and memory.people.person(told.key.participant) == envelope.sender
    return is_author or (is_revoke and envelope.edit == "8")


def undecryptable(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    """A message that could not be read, and of which WhatsApp has nothing better: at least it shows that it came."""
    envelope = _envelope(memory, event.Info)
    if event.IsUnavailable and envelope is not None:
        yield MessageReceived(
            chat=envelope.chat,
            external_id=envelope.external_id,
            at=envelope.at,
            from_me=envelope.from_me,
            via=Via.PHONE if envelope.from_me else Via.CONTACT,
            sender=envelope.sender if envelope.chat.is_group else None,
            push_name=envelope.push_name,
            unsupported="unavailable",
        )
