"""The numbers this gateway holds right now, in memory: the lease, the state as last seen, what is in hand."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tideline.features.numbers import Lease, LeaseLost, Number, NumberId, NumberState, needs_session
from tideline.features.numbers.port import Connector


@dataclass(eq=False)
class Held:
    """One number under one lease. `is_leaving` from the moment on which nothing new may begin for it."""

    lease: Lease
    number: Number
    connector: Connector
    # One at a time for a number, under whichever lease: opening, closing, unlinking.
    turn: asyncio.Lock
    deadline: asyncio.TimerHandle | None = None
    is_open: bool = False
    was_open: bool = False
    is_leaving: bool = False
    start_after: float = 0.0
    busy: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.idle.set()

    @property
    def wants_session(self) -> bool:
        """Should the session be open? An outdated program gets one try under each lease."""
        if self.is_leaving or not needs_session(self.number):
            return False
        return not (self.number.state is NumberState.OUTDATED and self.was_open)

    @property
    def may_send(self) -> bool:
        """Also when the link is gone: what waits must then be told that it failed."""
        return not self.is_leaving and (self.number.is_gone or (self.is_open and self.number.is_connected))

    @property
    def may_command(self) -> bool:
        return not self.is_leaving and (self.number.is_gone or self.is_open)


class Roster:
    """Who is held. Everything that acts for a number asks here for its lease."""

    def __init__(self) -> None:
        self._held: dict[NumberId, Held] = {}
        self._turns: defaultdict[NumberId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def __iter__(self) -> Iterator[Held]:
        return iter(list(self._held.values()))

    def __len__(self) -> int:
        return len(self._held)

    @property
    def ids(self) -> list[NumberId]:
        return list(self._held)

    def turn_of(self, number_id: NumberId) -> asyncio.Lock:
        return self._turns[number_id]

    def put(self, held: Held) -> Held | None:
        """Hold a number; the answer is what was held of it under an older lease."""
        before = self._held.get(held.lease.number_id)
        self._held[held.lease.number_id] = held
        return before

    def find(self, number_id: int, epoch: int | None = None) -> Held | None:
        held = self._held.get(NumberId(number_id))
        return held if held and epoch in (None, held.lease.epoch) else None

    def get(self, number_id: int) -> Held:
        held = self._held.get(NumberId(number_id))
        if held is None:
            raise LeaseLost
        return held

    def drop(self, held: Held) -> None:
        if self._held.get(held.lease.number_id) is held:
            del self._held[held.lease.number_id]

    def lease_of(self, number_id: int) -> Lease:
        """The lease under which this gateway acts for a number, or LeaseLost."""
        return self.get(number_id).lease

    def senders(self) -> list[int]:
        return [held.lease.number_id for held in self if held.may_send]

    def commanded(self) -> list[int]:
        return [held.lease.number_id for held in self if held.may_command]


@contextmanager
def at_work(held: Held) -> Iterator[None]:
    """While this lasts the session is not closed in an orderly stop."""
    held.busy += 1
    held.idle.clear()
    try:
        yield
    finally:
        held.busy -= 1
        if not held.busy:
            held.idle.set()
