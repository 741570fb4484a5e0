"""The port's events as plain values and back, for the socket between a number's process and the server."""

from typing import Any, Final

import msgspec

from tideline.features.numbers.port import (
    AccountEvent,
    CallEnded,
    GroupChanged,
    HistoryChunk,
    IdentityLinked,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    PictureChanged,
    ReactionChanged,
    ReadOnPhone,
    StateChanged,
    StatusChanged,
)

KINDS: Final[dict[str, type[AccountEvent]]] = {
    kind.__name__: kind
    for kind in (
        StateChanged, MessageReceived, MessageEdited, MessageRevoked, ReactionChanged, StatusChanged, ReadOnPhone,
        IdentityLinked, GroupChanged, CallEnded, HistoryChunk, PictureChanged,
    )
}  # fmt: skip


def plain(event: AccountEvent) -> dict[str, Any]:
    return msgspec.to_builtins(event)  # type: ignore[no-any-return]


def read_event(kind: str, told: dict[str, Any]) -> AccountEvent:
    """Raises `msgspec.ValidationError` or `KeyError` for what is no event of the port."""
    return msgspec.convert(told, KINDS[kind])


def plain_peer(peer: Peer) -> dict[str, Any]:
    return msgspec.to_builtins(peer)  # type: ignore[no-any-return]


def read_peer(told: dict[str, Any]) -> Peer:
    return msgspec.convert(told, Peer)
