"""Reads the facts of the workspaces that somebody watches, once per process, and hands them to the streams.

However many streams are open, a round is one statement for all workspaces, and for each that has news one for its facts
and one for who sees the chats they are about. Between two rounds nothing is asked for any single stream.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from tideline.features import chats, workspaces
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import TOPIC, facts_after, last_seq, last_seqs
from tideline.platform.facts import Fact
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard.live import news
from tideline.surfaces.dashboard.live.news import End, News
from tideline.surfaces.dashboard.live.streams import Stream

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
GATHER_SECONDS: Final = 0.02  # what happens together is told together
CHECK_SECONDS: Final = 30.0  # sessions, besides when one is known to have ended
MOST_REPLAYED: Final = 500
MOST_PER_PERSON: Final = 20

Seen = frozenset[tuple[chats.ChatId, workspaces.TeammateId]]


class House:
    """The streams of one workspace, and how far its facts were read for them."""

    __slots__ = ("seq", "streams")

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.streams: set[Stream] = set()


class TooManyStreams(Exception):
    """One person holds more streams than browsers have any use for."""


class Hub:
    """One per process. It reads as long as somebody watches, and ends by itself when nobody does."""

    def __init__(
        self, db: Database, wakes: Wakes, sign_in: workspaces.SignIn, until_the_end: Callable[[], Awaitable[None]]
    ) -> None:
        self._db = db
        self._wakes = wakes
        self._sign_in = sign_in
        self._until_the_end = until_the_end
        self._houses: dict[int, House] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def streams(self) -> list[Stream]:
        return [stream for house in self._houses.values() for stream in house.streams]

    async def join(self, workspace_id: int, stream: Stream) -> None:
        """Bring the stream up to date and keep it so. It is in before anything else can be read, so that no fact falls
        between what is replayed and what is told."""
        if sum(other.person_id == stream.person_id for other in self.streams) >= MOST_PER_PERSON:
            raise TooManyStreams
        while True:
            async with self._db.read(workspace_id) as tx:
                upto = await self._replay(tx, stream)
            house = self._houses.setdefault(workspace_id, House(upto))
            if house.seq <= upto:
                break
        house.streams.add(stream)
        self._begin()

    def leave(self, workspace_id: int, stream: Stream) -> None:
        house = self._houses.get(workspace_id)
        if house is not None:
            house.streams.discard(stream)
            if not house.streams:
                del self._houses[workspace_id]
        if not self._houses:
            self._stop()

    def of_workspace(self, workspace_id: int) -> Iterable[Stream]:
        house = self._houses.get(workspace_id)
        return house.streams if house else ()

    # Catching up ---------------------------------------------------------------------------------------------

    async def _replay(self, tx: Tx, stream: Stream) -> int:
        """Tell what this stream has missed, and up to where."""
        newest = await last_seq(tx)
        missed = await facts_after(tx, stream.last, MOST_REPLAYED + 1) if stream.last != newest else []
        is_whole = not missed or missed[0].seq == stream.last + 1
        if len(missed) > MOST_REPLAYED or not is_whole or (not missed and stream.last != newest):
            stream.last = newest
            stream.say(news.reload(newest))
            return newest
        upto = missed[-1].seq if missed else newest
        told, seen = await self._told(tx, missed, [stream])
        for one in told:
            _hand(one, [stream], seen)
        stream.last = max(stream.last, upto)
        return upto

    # Reading -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if not self._tasks:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(one) for one in (self._read(), self._check(), self._close_at_the_end())]

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    async def _read(self) -> None:
        bell = self._wakes.bell(TOPIC)
        while True:
            try:
                await self._round()
                await bell.wait(LOOK_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            except Exception:
                log.exception("live.round_failed")
                await asyncio.sleep(LOOK_SECONDS)

    async def _round(self) -> None:
        async with self._db.system_read() as system:
            newest = await last_seqs(system, list(self._houses))
        for workspace_id, seq in newest.items():
            house = self._houses.get(workspace_id)
            if house is not None and seq > house.seq:
                await self._tell(workspace_id, house)

    async def _tell(self, workspace_id: int, house: House) -> None:
        async with self._db.read(workspace_id) as tx:
            found = await facts_after(tx, house.seq, MOST_REPLAYED)
            if not found:
                return
            told, seen = await self._told(tx, found, list(house.streams))
        streams = list(house.streams)
        house.seq = found[-1].seq
        for one in told:
            _hand(one, streams, seen)
        for stream in streams:
            stream.last = max(stream.last, house.seq)

    async def _told(self, tx: Tx, found: Sequence[Fact], streams: Sequence[Stream]) -> tuple[list[News | End], Seen]:
        told = [one for fact in found if (one := _read_fact(fact)) is not None]
        sights = {stream.teammate_id: stream.sight for stream in streams if stream.sight is not None}
        about = {one.chat_id for one in told if isinstance(one, News) and one.chat_id is not None}
        return told, await chats.who_sees(tx, list(sights.values()), about)

    # Ends ----------------------------------------------------------------------------------------------------

    async def _check(self) -> None:
        """End the streams of sessions that are over: signed out, another password, another role."""
        bell = self._wakes.bell(workspaces.SESSIONS)
        while True:
            await bell.wait(CHECK_SECONDS)
            with suppress(OSError):
                open_ones = await self._sign_in.still_open({stream.token for stream in self.streams})
                for stream in self.streams:
                    if stream.token not in open_ones:
                        stream.end()

    async def _close_at_the_end(self) -> None:
        await self._until_the_end()
        for stream in self.streams:
            stream.end()


def _read_fact(fact: Fact) -> News | End | None:
    """A fact that cannot be read must not keep the screens from all that came after it."""
    try:
        return news.of_fact(fact)
    except Exception:
        log.exception("live.fact_not_read", workspace=fact.workspace_id, seq=fact.seq, fact=fact.kind)
        return None


def _hand(one: News | End, streams: Iterable[Stream], seen: Seen) -> None:
    for stream in streams:
        match one:
            case End(teammate_id=gone):
                if gone in (None, stream.teammate_id) and one.seq > stream.since:
                    stream.end()
            case News(chat_id=chat_id):
                if chat_id is None or stream.sight is None or (chat_id, stream.teammate_id) in seen:
                    stream.offer(one.seq, one.frame)
                elif one.left == stream.teammate_id:
                    stream.offer(one.seq, one.gone)
