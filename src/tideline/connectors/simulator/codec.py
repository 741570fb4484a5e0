"""Port events as JSON and back, for the queue of a link."""

from typing import Any

import msgspec

from tideline.features.numbers import port

KINDS: dict[str, type[port.AccountEvent]] = {
    kind.__name__: kind
    for kind in (
        port.StateChanged,
        port.MessageReceived,
        port.MessageEdited,
        port.MessageRevoked,
        port.ReactionChanged,
        port.StatusChanged,
        port.ReadOnPhone,
        port.IdentityLinked,
        port.GroupChanged,
        port.CallEnded,
        port.HistoryChunk,
        port.PictureChanged,
        port.TemplateChanged,
    )
}


def kind_of(event: port.AccountEvent) -> str:
    return type(event).__name__


def read_event(kind: str, raw: Any) -> port.AccountEvent:
    """The event that was stored; the database writes it as JSON by itself."""
    return msgspec.convert(raw, KINDS[kind])
