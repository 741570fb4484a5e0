"""What a gateway is asked to do for a number whose session it holds, and the form in which that waits on a lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tideline.features.numbers.port import MediaRef, MessageKey


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Show the senders that these messages were read."""

    keys: Sequence[MessageKey]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Bring in the bytes of a file that came with a message; its row is there already."""

    file_uid: UUID
    media: MediaRef


@dataclass(frozen=True, slots=True)
class React:
    """Bring the number's own reaction to this message to WhatsApp, if it is still the one that was asked for then."""

    message_uid: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LookAtPicture:
    """Look at the picture of a chat, unless somebody has since then."""

    chat_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Unlink:
    """End the link that was made at this moment; a later link of the same phone is left alone."""

    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Synchronise:
    """Read the templates of a business number's account."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Analyse:
    """Have a question for the figures of a business number answered."""

    handle: UUID


Command = MarkRead | React | Fetch | LookAtPicture | Unlink | Synchronise | Analyse

_WORDS: dict[str, type[Command]] = {
    "read": MarkRead, "react": React, "fetch": Fetch, "picture": LookAtPicture, "unlink": Unlink,
    "synchronise": Synchronise, "analyse": Analyse,
}  # fmt: skip
_WORD_OF = {kind: word for word, kind in _WORDS.items()}


def to_payload(command: Command) -> dict[str, Any]:
    return {"do": _WORD_OF[type(command)], **msgspec.to_builtins(command)}


def from_payload(payload: dict[str, Any]) -> Command:
    kind = _WORDS[payload["do"]]
    return msgspec.convert({name: value for name, value in payload.items() if name != "do"}, kind)
