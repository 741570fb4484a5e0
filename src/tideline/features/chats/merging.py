"""Two chats that turn out to be one: what the chat that stays looks like. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tideline.features.chats.model import Chat
from tideline.features.chats.names import shows
from tideline.features.chats.people import fallback


@dataclass(frozen=True, slots=True)
class Combined:
    """The fields of the chat that stays."""

    name: str
    is_renamed: bool
    is_read: bool
    closed_at: datetime | None
    responsible_id: int | None
    autoresponse: bool
    autoresponse_locked: bool
    unattended: bool
    photo_uid: UUID | None
    labels: list[str]
    last_message_uid: UUID | None
    last_message_at: datetime | None
    read_until: UUID | None
    metadata: dict[str, Any] | None
    window_until: datetime | None
    waiting_since: datetime | None


def combine(stays: Chat, goes: Chat) -> Combined:
    """Nothing that waits for somebody may get lost: unread, open, assigned and labelled win.

    Where both have a say that excludes the other (name, responsible teammate, a key of the metadata), people know the
    older chat's.
    """
    named = max((stays, goes), key=_worth_of_name)
    latest = max((stays, goes), key=_last_message)
    return Combined(
        name=named.name,
        is_renamed=named.is_renamed,
        is_read=stays.is_read and goes.is_read,
        closed_at=max(stays.closed_at, goes.closed_at) if stays.closed_at and goes.closed_at else None,
        responsible_id=stays.responsible_id or goes.responsible_id,
        autoresponse=stays.autoresponse and goes.autoresponse,
        autoresponse_locked=stays.autoresponse_locked or goes.autoresponse_locked,
        unattended=stays.unattended or goes.unattended,
        photo_uid=stays.photo_uid or goes.photo_uid,
        labels=[*stays.labels, *(label for label in goes.labels if label not in stays.labels)],
        last_message_uid=latest.last_message_uid,
        last_message_at=latest.last_message_at,
        read_until=_read_until(stays, goes),
        metadata={**(goes.metadata or {}), **(stays.metadata or {})} or None,
        window_until=max(filter(None, (stays.window_until, goes.window_until)), default=None),
        waiting_since=min(filter(None, (stays.waiting_since, goes.waiting_since)), default=None),
    )


def _worth_of_name(chat: Chat) -> int:
    """A name that somebody gave is worth more than a synced one, and that more than a phone."""
    if chat.is_renamed:
        return 2
    return 0 if shows(chat.name, fallback(chat.phone, chat.lid)) else 1


def _last_message(chat: Chat) -> tuple[bool, float, int]:
    at, uid = chat.last_message_at, chat.last_message_uid
    return (at is not None, at.timestamp() if at else 0.0, uid.int if uid else 0)


def _read_until(stays: Chat, goes: Chat) -> UUID | None:
    """A chat without messages has nothing to say about what was read."""
    told = [chat.read_until for chat in (stays, goes) if chat.last_message_at is not None]
    known = [uid for uid in told if uid is not None]
    return min(known, key=lambda uid: uid.int) if known and len(known) == len(told) else None
