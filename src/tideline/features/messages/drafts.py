"""A message that is about to be stored, as a row and as the history will show it. No I/O."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tideline.features import search
from tideline.features.chats import Chat, ChatId, ContactId
from tideline.features.files import File
from tideline.features.messages.model import Attachment, Message, MessageType, MessageUid, Status
from tideline.features.numbers import NumberId
from tideline.features.search import Entry
from tideline.features.workspaces import Charge, TeammateId


@dataclass(slots=True, kw_only=True)
class Draft:
    """The columns of a new message. The sender of a group's message is named; in a direct chat it is the contact."""

    uid: MessageUid
    chat_id: ChatId
    number_id: NumberId
    external_id: str | None
    from_me: bool
    status: str
    origin: str
    at: datetime
    content: str = "text"
    type: MessageType = MessageType.WHATSAPP
    text: str | None = None
    sender_id: ContactId | None = None
    sender_name: str | None = None
    created_by: TeammateId | None = None
    reply_to: UUID | None = None
    attachment: Attachment | None = None
    sent_at: datetime | None = None
    charge: Charge | None = None
    data: dict[str, Any] = field(default_factory=dict)
    is_private: bool | None = None
    metadata: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None


def attachment_of(file: File) -> Attachment:
    seen = file.measures
    return Attachment(
        file.uid,
        file.filename,
        file.mimetype,
        file.size,
        file.is_stored,
        seen.width,
        seen.height,
        seen.seconds,
        file.thumbnail_uid,
    )


def entry(draft: Draft) -> Entry | None:
    """What the message is found by, if there is anything to find in it."""
    words = search.stored_words(draft.text, draft.attachment.filename if draft.attachment else None)
    if not words:
        return None
    return Entry(
        draft.uid,
        draft.at,
        draft.chat_id,
        draft.number_id,
        draft.from_me,
        draft.type,
        draft.sender_id,
        draft.created_by,
        words,
    )


def shown(draft: Draft, chat: Chat, received_at: datetime, *, sender_phone: str | None, author: str | None) -> Message:
    """The draft as a message of this chat. `sender_phone` is the writer's in a group, `author` a teammate's name."""
    if draft.type is MessageType.NOTE:
        sender, recipient = note_parties(author)
    else:
        sender, recipient = Sides(chat).parties(draft.from_me, draft.sender_name, sender_phone)
    return Message(
        draft.uid,
        chat.id,
        draft.number_id,
        draft.type,
        draft.content,
        draft.at,
        received_at,
        draft.from_me,
        sender[0],
        recipient[0],
        draft.status,
        draft.origin,
        sender[1],
        recipient[1],
        draft.text,
        draft.attachment,
        draft.data,
        author,
        None if draft.reply_to is None else MessageUid(draft.reply_to),
        is_private=draft.is_private,
        metadata=draft.metadata,
    )


Party = tuple[str, str | None]
"""A name and a phone with its plus."""


def note_parties(author: str | None) -> tuple[Party, Party]:
    """Who wrote a note and to whom: it goes to nobody."""
    return (author or "", None), ("", None)


class Sides:
    """The two sides of a chat, for any number of its messages. A group has no phone; its members are named by
    themselves."""

    __slots__ = ("_is_group", "chat", "other", "own")

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self._is_group = chat.is_group
        self.own: Party = (chat.number_name or f"+{chat.number_phone}", f"+{chat.number_phone}")
        self.other: Party = (chat.name, None if self._is_group else chat.international)

    def parties(self, from_me: bool, sender_name: str | None, sender_phone: str | None) -> tuple[Party, Party]:
        """Who wrote and to whom."""
        if from_me:
            return self.own, self.other
        if not self._is_group:
            return self.other, self.own
        phone = f"+{sender_phone}" if sender_phone else None
        return (sender_name or phone or self.chat.name, phone), self.other


def incoming_status(stored: str, uid: UUID, chat: Chat) -> str:
    """What came in is delivered, and read once its chat was read after it."""
    is_read = chat.read_until is not None and uid.int <= chat.read_until.int
    return Status.READ if is_read and stored == Status.DELIVERED else stored
