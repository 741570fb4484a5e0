"""The events that webhooks bring. Made from the contract by `python -m generate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChat:
    """Small chat object used by message events. It has chat_id/full_name where chat events have id/name,
    and it has no jid (receivers that expected chat.jid here lost events).
    """

    full_name: str
    chat_url: str
    chat_id: int
    is_group: bool
    phone: str
    """International form with plus sign for direct chats. For groups an empty string (inferred from the
    sibling event families).
    """
    responsible_name: str | None = None
    """Absent or null when nobody is responsible (null inferred)."""
    responsible_email: str | None = None
    """See responsible_name."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAccount:
    """The connected number, described by its owner. No id here: match on phone."""

    full_name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Party of the contract."""

    full_name: str
    phone: str | None = None
    """International form with plus sign; may be missing, e.g. when the party is a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Attachment of the contract."""

    temporary_download_url: str
    """Signed address that works without a token for 15 minutes after the delivery."""
    filename: str
    size: int
    """Bytes."""
    mimetype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Message of the contract."""

    text: str
    """Body or caption; empty string for a bare file (inferred, REST uses null there)."""
    direction: str
    """Seen from the connected number, not from a session. Values confirmed by several receivers."""
    origin: str
    """Display text for where the message was written; open list. Known: Public API, Shared Inbox, Mass
    Messaging, Chrome Extension, Webhook, synced from WhatsApp.
    """
    timestamp: datetime
    """WhatsApp time of the message."""
    received_timestamp: datetime
    """Time the service stored it. Added to the vendor spec on 2026-07-01, so older captures lack it."""
    message_uid: str
    """UUID; the REST resources call the same value uid. The recommended de-duplication key."""
    reply_to_uid: str | None = None
    """UID of the quoted message, when there is one."""
    sender: Party
    recipient: Party
    attachments: list[Attachment] | None = None
    """Zero or one entry in practice (one file per WhatsApp message); may be absent."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """MessageEvent of the contract."""

    event_type: str
    chat: MessageChat
    whatsapp_account: MessageAccount
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChat:
    """ChatChat of the contract."""

    id: int
    name: str
    phone: str | None
    """String per the spec; null allowed because REST answers null for groups (inferred)."""
    jid: str
    """WhatsApp address, number@s.whatsapp.net or id@g.us."""
    is_group: bool
    closed: bool
    read: bool
    labels: list[str]
    unattended_customer: bool
    """Same flag the REST chat calls "unattended"."""
    chatgpt_autoresponse_enabled: bool
    whatsapp_account_id: str
    chat_url: str
    created_timestamp: datetime
    last_message_uid: str | None = None
    """Newest message, if any."""
    last_message_timestamp: datetime | None = None
    responsible_name: str | None = None
    """Current responsible teammate."""
    responsible_email: str | None = None
    """Current responsible teammate."""
    metadata: dict[str, Any] | None = None
    previous_responsible_name: str | None = None
    """Only in assignment events."""
    previous_responsible_email: str | None = None
    """Only in assignment events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Account of the contract."""

    id: str
    """WhatsApp address of the number, digits@s.whatsapp.net."""
    phone: str
    connected_on: datetime
    disconnected_on: datetime | None = None
    """Present once the number was unlinked."""
    status: str
    account_name: str
    owner_name: str
    owner_email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """ChatEvent of the contract."""

    event_type: str
    chat: ChatChat
    whatsapp_account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent:
    """AccountEvent of the contract."""

    event_type: str
    whatsapp_account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChat:
    """Chat object of call and reaction events: chat_type and platform replace is_group, and phone is bare
    digits.
    """

    full_name: str
    chat_url: str
    chat_id: int
    chat_type: str
    platform: str
    phone: str
    """Digits without plus; empty for groups. Differs from message events on purpose."""
    responsible_name: str | None = None
    """Responsible teammate."""
    responsible_email: str | None = None
    """Responsible teammate."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAccount:
    """CallAccount of the contract."""

    whatsapp_account_wid: str
    full_name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionReactor:
    """ReactionReactor of the contract."""

    full_name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Reaction of the contract."""

    message_uid: str
    """The message reacted to."""
    action: str
    emoji: str
    reactor: ReactionReactor | None = None
    timestamp: datetime
    reactions: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReaction:
    """Emoji reaction set or cleared.

    Carries the full count map after the change, not a delta.

    `message:reaction`.
    """

    event_type: str
    chat: CallChat
    whatsapp_account: CallAccount
    reaction: Reaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetails:
    """CallDetails of the contract."""

    duration: int | None = None
    """Seconds."""
    direction: str
    is_video: bool
    status: str
    timestamp: datetime
    message_uid: str
    caller: Party
    recipient: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """CallEvent of the contract."""

    event_type: str
    chat: CallChat
    whatsapp_account: CallAccount
    call_details: CallDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaMessageEventAccount:
    """WabaMessageEventAccount of the contract."""

    id: int
    meta_phone_id: str
    meta_waba_id: str
    phone: str | None = None
    account_name: str
    display_phone_number: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaMessageEventChat:
    """WabaMessageEventChat of the contract."""

    id: int
    waba_account_id: int
    closed: bool
    service_window_is_open: bool | None = None
    service_window_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaMessageTemplate:
    """WabaMessageTemplate of the contract."""

    id: int | None = None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaFailure:
    """WabaFailure of the contract."""

    code: int | str
    title: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaMessage:
    """WabaMessage of the contract."""

    message_uid: str
    direction: str
    status: str
    timestamp: datetime
    received_timestamp: datetime | None = None
    text: str | None = None
    """Body or caption."""
    origin: str | None = None
    sender: Party | None = None
    recipient: Party | None = None
    attachments: list[Attachment] | None = None
    template: WabaMessageTemplate | None = None
    failure_reason: WabaFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaMessageEvent:
    """WabaMessageEvent of the contract."""

    event_type: str
    account: WabaMessageEventAccount
    chat: WabaMessageEventChat
    message: WabaMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaChatEventChat:
    """WabaChatEventChat of the contract."""

    id: int
    waba_account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountRef:
    """WabaAccountRef of the contract."""

    id: int
    meta_phone_id: str
    meta_waba_id: str
    phone: str | None = None
    account_name: str | None = None
    display_phone_number: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaChatEventResponsible:
    """Filled for the assigned event only."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaChatEvent:
    """WabaChatEvent of the contract."""

    event_type: str
    chat: WabaChatEventChat
    account: WabaAccountRef
    responsible: WabaChatEventResponsible | None = None
    """Filled for the assigned event only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountEventAccount:
    """WabaAccountEventAccount of the contract."""

    id: int
    meta_phone_id: str
    meta_waba_id: str
    phone: str | None = None
    account_name: str | None = None
    display_phone_number: str | None = None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaAccountEvent:
    """WabaAccountEvent of the contract."""

    event_type: str
    account: WabaAccountEventAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaTemplateEventTemplate:
    """WabaTemplateEventTemplate of the contract."""

    id: int
    name: str
    status: str
    parameter_format: str | None = None
    meta_waba_id: str
    accounts: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WabaTemplateEvent:
    """WabaTemplateEvent of the contract."""

    event_type: str
    template: WabaTemplateEventTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChangeEventMessageFailureReason:
    """Only of messages that failed."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChangeEventMessage(Message):
    """The message as it is now, and what became of it."""

    status: str
    changed_timestamp: datetime
    failure_reason: MessageChangeEventMessageFailureReason | None = None
    """Only of messages that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChangeEvent:
    """MessageChangeEvent of the contract."""

    event_type: str
    chat: MessageChat
    whatsapp_account: MessageAccount
    message: MessageChangeEventMessage
    """The message as it is now, and what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChangeEventChat(ChatChat):
    """ChatChangeEventChat of the contract."""

    previous_name: str | None = None
    """Only in chat:renamed."""
    added_labels: list[str] | None = None
    """Only in chat:labelled."""
    removed_labels: list[str] | None = None
    """Only in chat:labelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChangeEvent:
    """ChatChangeEvent of the contract."""

    event_type: str
    chat: ChatChangeEventChat
    whatsapp_account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNewNote:
    """NoteNewNote of the contract."""

    message_uid: str
    text: str
    is_private: bool
    timestamp: datetime
    author_name: str | None
    """The teammate who wrote it."""
    mentioned_emails: list[str] | None = None
    """The teammates whom it speaks to."""
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNew:
    """A note was written in a chat.

    Notes never leave the team.

    `note:new`.
    """

    event_type: str
    chat: MessageChat
    whatsapp_account: MessageAccount
    note: NoteNewNote


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUploadedFile:
    """FileUploadedFile of the contract."""

    uid: str
    filename: str
    size: int
    mimetype: str
    uploaded_by_email: str
    uploaded_at: datetime
    temporary_download_url: str
    """Works without a token for 15 minutes after the delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUploaded:
    """A file was uploaded.

    By the API or on a page; not the files that come with messages.

    `file:uploaded`.
    """

    event_type: str
    file: FileUploadedFile


class MessageReceived(MessageEvent):
    """Incoming message stored.

    A contact wrote to one of the connected numbers. Fires for every connected number in the workspace
    and for both direct and group chats.

    `message:received:new`
    """

    __slots__ = ()


class MessageSent(MessageEvent):
    """Outgoing message stored.

    A message left one of the connected numbers, whichever way it was written: API, dashboard, campaign,
    CRM panel, phone or another linked device.

    `message:sent:new`
    """

    __slots__ = ()


class MessageNew(MessageEvent):
    """Any message stored (both directions).

    Union of the two directed message events; the body is identical except for event_type. A workspace
    may hold subscriptions to all three and then receives each message twice.

    `message:new`
    """

    __slots__ = ()


class ChatNew(ChatEvent):
    """Chat record created.

    A direct or group chat appeared in the workspace.

    `chat:new`
    """

    __slots__ = ()


class ChatIncoming(ChatEvent):
    """Direct chat opened by the contact.

    New one-to-one chat whose first message came from the contact. Not raised for groups.

    `chat:incoming:new`
    """

    __slots__ = ()


class ChatOutgoing(ChatEvent):
    """Direct chat opened by the team.

    New one-to-one chat whose first message was sent from the connected number (any device). Not raised
    for groups.

    `chat:outgoing:new`
    """

    __slots__ = ()


class ChatResponsibleAssigned(ChatEvent):
    """Chat given to a teammate.

    Responsible teammate set or changed, by a person, an automation or the API.

    `chat:responsible:assigned`
    """

    __slots__ = ()


class ChatResponsibleUnassigned(ChatEvent):
    """Chat has no responsible teammate any more.

    Responsible teammate removed.

    `chat:responsible:unassigned`
    """

    __slots__ = ()


class WhatsappAccountConnected(AccountEvent):
    """Number linked or linked again.

    First QR link or a re-link after a loss.

    `whatsapp:account:connected`
    """

    __slots__ = ()


class WhatsappAccountDisconnected(AccountEvent):
    """Number removed or logged out.

    The link is gone for good and needs a new QR scan. Short network losses do not raise it.

    `whatsapp:account:disconnected`
    """

    __slots__ = ()


class WhatsappAccountSuspended(AccountEvent):
    """Syncing paused by the subscription.

    Message syncing stops because a subscription lapsed or was downgraded; never raised for a
    disconnection.

    `whatsapp:account:suspended`
    """

    __slots__ = ()


class WhatsappAccountResumed(AccountEvent):
    """Syncing runs again.

    Counterpart of the suspension.

    `whatsapp:account:resumed`
    """

    __slots__ = ()


class CallIncomingMissed(CallEvent):
    """Incoming call not answered.

    Raised after the ringing stopped.

    `call:incoming:missed`
    """

    __slots__ = ()


class CallIncomingEnded(CallEvent):
    """Incoming call over.

    Status Answered or Rejected.

    `call:incoming:ended`
    """

    __slots__ = ()


class CallOutgoingEnded(CallEvent):
    """Outgoing call over.

    Status Ended, No Answer or Rejected.

    `call:outgoing:ended`
    """

    __slots__ = ()


class WabaMessageReceived(WabaMessageEvent):
    """Contact wrote to a Business Platform number.

    Business Platform message life cycle.

    `waba:message:received`
    """

    __slots__ = ()


class WabaMessageDelivered(WabaMessageEvent):
    """Outbound message reached the device.

    Business Platform message life cycle.

    `waba:message:delivered`
    """

    __slots__ = ()


class WabaMessageRead(WabaMessageEvent):
    """Outbound message was opened.

    Business Platform message life cycle.

    `waba:message:read`
    """

    __slots__ = ()


class WabaMessageFailed(WabaMessageEvent):
    """Outbound message refused.

    Business Platform message life cycle.

    `waba:message:failed`
    """

    __slots__ = ()


class WabaChatIncoming(WabaChatEvent):
    """Business Platform chat opened by a contact.

    Business Platform chat life cycle.

    `waba:chat:incoming`
    """

    __slots__ = ()


class WabaChatOutgoing(WabaChatEvent):
    """Business Platform chat opened by the team.

    Business Platform chat life cycle.

    `waba:chat:outgoing`
    """

    __slots__ = ()


class WabaChatAssigned(WabaChatEvent):
    """Business Platform chat given to a teammate.

    Business Platform chat life cycle.

    `waba:chat:assigned`
    """

    __slots__ = ()


class WabaChatUnassigned(WabaChatEvent):
    """Business Platform chat freed.

    Business Platform chat life cycle.

    `waba:chat:unassigned`
    """

    __slots__ = ()


class WabaChatClosed(WabaChatEvent):
    """Business Platform chat closed.

    Business Platform chat life cycle.

    `waba:chat:closed`
    """

    __slots__ = ()


class WabaChatReopened(WabaChatEvent):
    """Business Platform chat opened again.

    Business Platform chat life cycle.

    `waba:chat:reopened`
    """

    __slots__ = ()


class WabaAccountActive(WabaAccountEvent):
    """Business Platform number usable.

    Business Platform account state.

    `waba:account:active`
    """

    __slots__ = ()


class WabaAccountDisabled(WabaAccountEvent):
    """Business Platform number disabled.

    Business Platform account state.

    `waba:account:disabled`
    """

    __slots__ = ()


class WabaAccountDisconnected(WabaAccountEvent):
    """Business Platform number removed.

    Business Platform account state.

    `waba:account:disconnected`
    """

    __slots__ = ()


class WabaTemplateApproved(WabaTemplateEvent):
    """Template accepted by Meta.

    Business Platform template review result; status is passed through from Meta.

    `waba:template:approved`
    """

    __slots__ = ()


class WabaTemplateRejected(WabaTemplateEvent):
    """Template refused by Meta.

    Business Platform template review result; status is passed through from Meta.

    `waba:template:rejected`
    """

    __slots__ = ()


class WabaTemplateDisabled(WabaTemplateEvent):
    """Template switched off or awaiting deletion.

    Business Platform template review result; status is passed through from Meta.

    `waba:template:disabled`
    """

    __slots__ = ()


class MessageDelivered(MessageChangeEvent):
    """A sent message reached the device.

    First receipt of a device of the contact.

    `message:delivered`
    """

    __slots__ = ()


class MessageRead(MessageChangeEvent):
    """A sent message was read.

    Only where the contact shares read receipts.

    `message:read`
    """

    __slots__ = ()


class MessageFailed(MessageChangeEvent):
    """A message could not be sent.

    WhatsApp refused it, or nobody can say whether it was taken.

    `message:failed`
    """

    __slots__ = ()


class MessageEdited(MessageChangeEvent):
    """The text of a message was changed.

    The body has the text after the change.

    `message:edited`
    """

    __slots__ = ()


class MessageRevoked(MessageChangeEvent):
    """A message was taken back.

    Neither text nor file is kept, so the body has none.

    `message:revoked`
    """

    __slots__ = ()


class ChatClosed(ChatChangeEvent):
    """A chat was closed.

    By a person, an automation or the API.

    `chat:closed`
    """

    __slots__ = ()


class ChatReopened(ChatChangeEvent):
    """A closed chat is open again.

    By hand, or because the contact wrote.

    `chat:reopened`
    """

    __slots__ = ()


class ChatRenamed(ChatChangeEvent):
    """A chat has another name.

    By hand, or because its contact or group has.

    `chat:renamed`
    """

    __slots__ = ()


class ChatLabelled(ChatChangeEvent):
    """The labels of a chat changed.

    Carries the whole set after the change, and what was added and removed.

    `chat:labelled`
    """

    __slots__ = ()


Event: TypeAlias = (
    MessageReceived
    | MessageSent
    | MessageNew
    | ChatNew
    | ChatIncoming
    | ChatOutgoing
    | ChatResponsibleAssigned
    | ChatResponsibleUnassigned
    | WhatsappAccountConnected
    | WhatsappAccountDisconnected
    | WhatsappAccountSuspended
    | WhatsappAccountResumed
    | MessageReaction
    | CallIncomingMissed
    | CallIncomingEnded
    | CallOutgoingEnded
    | WabaMessageReceived
    | WabaMessageDelivered
    | WabaMessageRead
    | WabaMessageFailed
    | WabaChatIncoming
    | WabaChatOutgoing
    | WabaChatAssigned
    | WabaChatUnassigned
    | WabaChatClosed
    | WabaChatReopened
    | WabaAccountActive
    | WabaAccountDisabled
    | WabaAccountDisconnected
    | WabaTemplateApproved
    | WabaTemplateRejected
    | WabaTemplateDisabled
    | MessageDelivered
    | MessageRead
    | MessageFailed
    | MessageEdited
    | MessageRevoked
    | ChatClosed
    | ChatReopened
    | ChatRenamed
    | ChatLabelled
    | NoteNew
    | FileUploaded
)

KINDS: Mapping[str, type[Event]] = {
    "message:received:new": MessageReceived,
    "message:sent:new": MessageSent,
    "message:new": MessageNew,
    "chat:new": ChatNew,
    "chat:incoming:new": ChatIncoming,
    "chat:outgoing:new": ChatOutgoing,
    "chat:responsible:assigned": ChatResponsibleAssigned,
    "chat:responsible:unassigned": ChatResponsibleUnassigned,
    "whatsapp:account:connected": WhatsappAccountConnected,
    "whatsapp:account:disconnected": WhatsappAccountDisconnected,
    "whatsapp:account:suspended": WhatsappAccountSuspended,
    "whatsapp:account:resumed": WhatsappAccountResumed,
    "message:reaction": MessageReaction,
    "call:incoming:missed": CallIncomingMissed,
    "call:incoming:ended": CallIncomingEnded,
    "call:outgoing:ended": CallOutgoingEnded,
    "waba:message:received": WabaMessageReceived,
    "waba:message:delivered": WabaMessageDelivered,
    "waba:message:read": WabaMessageRead,
    "waba:message:failed": WabaMessageFailed,
    "waba:chat:incoming": WabaChatIncoming,
    "waba:chat:outgoing": WabaChatOutgoing,
    "waba:chat:assigned": WabaChatAssigned,
    "waba:chat:unassigned": WabaChatUnassigned,
    "waba:chat:closed": WabaChatClosed,
    "waba:chat:reopened": WabaChatReopened,
    "waba:account:active": WabaAccountActive,
    "waba:account:disabled": WabaAccountDisabled,
    "waba:account:disconnected": WabaAccountDisconnected,
    "waba:template:approved": WabaTemplateApproved,
    "waba:template:rejected": WabaTemplateRejected,
    "waba:template:disabled": WabaTemplateDisabled,
    "message:delivered": MessageDelivered,
    "message:read": MessageRead,
    "message:failed": MessageFailed,
    "message:edited": MessageEdited,
    "message:revoked": MessageRevoked,
    "chat:closed": ChatClosed,
    "chat:reopened": ChatReopened,
    "chat:renamed": ChatRenamed,
    "chat:labelled": ChatLabelled,
    "note:new": NoteNew,
    "file:uploaded": FileUploaded,
}
