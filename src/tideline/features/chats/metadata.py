"""What an integration keeps on a chat or a message: a small JSON object, given back as it came. No I/O."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tideline.features.chats import names
from tideline.features.chats.errors import InvalidMetadata

MOST_BYTES: Final = 16_384
MOST_KEYS: Final = 50
DEEPEST: Final = 8


def clean_metadata(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """The object if it is small enough to be kept with every chat and message; None where there is nothing in it."""
    if not given:
        return None
    if len(given) > MOST_KEYS or _size(given) > MOST_BYTES or not all(_is_kept(value) for value in _values(given)):
        raise InvalidMetadata
    return given


def same_metadata(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    """Would both be given back alike? For Python `true` and 1 are equal, for JSON they are not."""
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")


def _size(given: dict[str, Any]) -> int:
    """As compact JSON. What is too deep to be written is too deep to be kept."""
    try:
        return len(msgspec.json.encode(given))
    except (RecursionError, ValueError, TypeError):
        raise InvalidMetadata from None


def _values(given: dict[str, Any]) -> Iterator[Any]:
    """Everything in it that is no container, keys too; the object itself is the first level."""
    level: list[Any] = [given]
    for _ in range(DEEPEST):
        inner = []
        for holder in level:
            if isinstance(holder, dict):
                yield from holder
            for value in holder.values() if isinstance(holder, dict) else holder:
                if isinstance(value, dict | list):
                    inner.append(value)
                else:
                    yield value
        level = inner
    if level:
        raise InvalidMetadata


def _is_kept(value: Any) -> bool:
    """Texts that can be stored, and numbers that every reader of JSON can hold."""
    match value:
        case str():
            return names.is_storable(value)
        case int():
            return -(2**1023) < value < 2**1023
        case _:
            return True
