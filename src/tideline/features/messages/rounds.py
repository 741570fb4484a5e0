"""A round: one message to several at once, and what became of it for each of them. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tideline.features.chats import Chat
from tideline.features.messages.errors import NobodyNamed, TooManyRecipients
from tideline.features.messages.model import Message, Target
from tideline.features.numbers import NumberId
from tideline.features.workspaces import TeammateId

MOST: Final = 50
_BETWEEN: Final = re.compile(r"[\n\r;\x00]+|,(?=\s*[+\d])")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was named, by phone or by the name of a chat. `chat` is the one it would go into, where there is
    one; `refusal` is the sentence that says why it cannot go to them."""

    typed: str
    target: Target | None = None
    chat: Chat | None = None
    refusal: str | None = None

    @property
    def is_open(self) -> bool:
        return self.refusal is None

    @property
    def is_new(self) -> bool:
        """Would it be the first that was ever said between the two?"""
        return self.is_open and self.chat is None


@dataclass(frozen=True, slots=True)
class Place:
    """What became of it for one of those who were named."""

    typed: str
    message: Message | None
    chat: Chat | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Round:
    uid: UUID
    teammate_id: TeammateId
    number_id: NumberId
    text: str
    created_at: datetime


def named(typed: str) -> list[str]:
    """Phones and names of chats as somebody lists them: one a line, or with semicolons between; phones also with
    commas, which names may have in them. Each is named once."""
    found = list(dict.fromkeys(part for one in _BETWEEN.split(typed) if (part := one.strip().rstrip(",").rstrip())))
    if not found:
        raise NobodyNamed
    if len(found) > MOST:
        raise TooManyRecipients
    return found


def without_doubles(recipients: Sequence[Recipient], refusal: str) -> list[Recipient]:
    """One chat gets it once, however often and by whatever names it was listed."""
    seen: set[object] = set()
    kept = []
    for one in recipients:
        place: object = one.chat.id if one.chat else one.target
        is_double = one.is_open and place in seen
        seen.add(place)
        kept.append(Recipient(one.typed, chat=one.chat, refusal=refusal) if is_double else one)
    return kept
