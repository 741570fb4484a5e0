"""Whom a webhook is for, without reading more of it than that. No I/O."""

from dataclasses import dataclass

import msgspec


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
        read = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    numbers, accounts = set[str](), set[str]()
    for entry in read.entry:
        for change in entry.changes:
            metadata = change.value.metadata if change.value else None
            if metadata and metadata.phone_number_id:
                numbers.add(metadata.phone_number_id)
            elif entry.id:
                accounts.add(entry.id)
    return Addressed(frozenset(numbers), frozenset(accounts))
