"""What is kept for searching, how a search is narrowed, and what it finds. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tideline.features.chats import Sight

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """What a message is found by: its words, and where it stands. `sender_id` is the contact who wrote it in a
    group, `created_by` the teammate behind it."""

    uid: UUID
    at: datetime
    chat_id: int
    number_id: int
    from_me: bool
    type: str
    sender_id: int | None
    created_by: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Writers:
    """Messages of any of these: contacts, in their direct chats and in groups, and teammates."""

    chat_ids: Sequence[int] = ()
    contact_ids: Sequence[int] = ()
    teammate_ids: Sequence[int] = ()

    @property
    def is_nobody(self) -> bool:
        return not (self.chat_ids or self.contact_ids or self.teammate_ids)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which messages to look among; what is left out does not restrict. Times are inclusive. `chat_ids` are all ids
    of one chat, those it had before it was merged too."""

    after: datetime | None = None
    before: datetime | None = None
    from_me: bool | None = None
    type: str | None = None
    chat_ids: list[int] | None = None
    number_ids: list[int] | None = None
    writers: Writers | None = None
    sight: Sight | None = None

    @property
    def is_impossible(self) -> bool:
        """Is something wanted that there is none of?"""
        return self.chat_ids == [] or self.number_ids == [] or (self.writers is not None and self.writers.is_nobody)


class Highlight(msgspec.Struct, frozen=True):
    """A piece of a text, in characters."""

    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that meets the question."""

    uid: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, best first, and whether another follows."""

    uids: list[UUID]
    has_more: bool
