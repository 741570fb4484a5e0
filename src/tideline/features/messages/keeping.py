"""What a connector did not understand of a message, as it may be kept: of a size, and nothing that no database takes.
No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from tideline.features.messages import wording

MOST: Final = 16 * 1024
"""Bytes of JSON."""
DEEPEST: Final = 16
CUT: Final = "is_cut"
_MEMBER: Final = 8
"""The least room in which a value is begun."""
_LARGEST: Final = 2**53
_SMALLEST: Final = 1e-9
_MARGIN: Final = 64


def kept(raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As much of it as there is room for, in its order. Where something was left out, a member says so."""
    if not raw:
        return None
    room = _Room(MOST - _MARGIN)
    found = room.members(raw, 0)
    return {**found, CUT: True} if room.is_cut else found or None


class _Room:
    """Takes values as long as there is room."""

    def __init__(self, left: int) -> None:
        self._left = left
        self.is_cut = False

    def members(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, inner in value.items():
            if self._left < _MEMBER:
                self.is_cut = True
                break
            self._left -= 2
            key = self._text(name)
            found[key] = self._value(inner, depth + 1)
        return found

    def _items(self, value: Sequence[Any], depth: int) -> list[Any]:
        found: list[Any] = []
        for inner in value:
            if self._left < _MEMBER:
                self.is_cut = True
                break
            self._left -= 1
            found.append(self._value(inner, depth + 1))
        return found

    def _value(self, value: Any, depth: int) -> Any:
        match value:
            case Mapping() | list() if depth >= DEEPEST:
                self.is_cut = True
                return None
            case Mapping():
                self._left -= 2
                return self.members(value, depth)
            case list():
                self._left -= 2
                return self._items(value, depth)
            case str():
                return self._text(value)
            case bool() | None:
                self._left -= 5
                return value
            case int() if abs(value) < _LARGEST:
                self._left -= len(str(value))
                return value
            case float() if value == 0 or _SMALLEST < abs(value) < _LARGEST:
                self._left -= len(str(value))
                return value
            case _:  # numbers that not everybody can read are kept as they are written
                return self._text(str(value))

    def _text(self, text: str) -> str:
        """The beginning of it that there is room for."""
        fits = max(0, self._left)
        self.is_cut |= len(text) > fits
        begun = wording.received(text[:fits]) or ""
        while len(told := msgspec.json.encode(begun)) > fits and begun:
            begun, self.is_cut = begun[: len(begun) * fits // len(told)], True
        self._left -= len(told)
        return begun
