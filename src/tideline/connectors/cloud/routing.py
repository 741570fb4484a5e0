"""Whom a webhook is for, without reading more of it than that. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tideline.connectors.cloud import bodies


class _Metadata(msgspec.Struct):
    phone_number_id: str = ""


class _Value(msgspec.Struct):
    metadata: _Metadata | None = None


class _Change(msgspec.Struct):
    value: _Value | None = None


class _Entry(msgspec.Struct):
    id: str = ""
    changes: list[_Change] = []


class _Body(msgspec.Struct):
    entry: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Addressed:
    """Ids of numbers that something is said about, and of business accounts that are spoken of as a whole."""

    phone_number_ids: frozenset[str]
    waba_ids: frozenset[str]


_decoder = msgspec.json.Decoder(_Body)


def addressed(body: bytes) -> Addressed | None:
    """None for what is no webhook of the platform."""
    try:
        told = list(_told(_decoder.decode(body)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        loosely = _read_loosely(body)
        if loosely is None:
            return None
        told = loosely
    return Addressed(
        frozenset(number for number, _ in told if number),
        frozenset(account for number, account in told if account and not number),
    )


def _told(read: _Body) -> Iterator[tuple[str, str]]:
    """The number and the account of each change."""
    for entry in read.entry:
        for change in entry.changes:
            metadata = change.value.metadata if change.value else None
            yield metadata.phone_number_id if metadata else "", entry.id


def _read_loosely(body: bytes) -> list[tuple[str, str]] | None:
    """The same where something in the body is not as it should be."""
    try:
        read = bodies.read(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or not isinstance(read.get("entry"), list):
        return None
    return [
        (_text(_in(_in(change, "value"), "metadata"), "phone_number_id"), _text(entry, "id"))
        for entry in _objects(read["entry"])
        for change in _objects(entry.get("changes"))
    ]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _in(value: dict[str, Any], key: str) -> dict[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""
