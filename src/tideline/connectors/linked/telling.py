"""From the spool to the server: records become events, in order, as many as the server has room for."""

import asyncio
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from tideline.connectors.linked import codec, wire
from tideline.connectors.linked.channel import Channel
from tideline.connectors.linked.decode import AskForGroup, Reader
from tideline.connectors.linked.keeper import ECHO, GAP, STATE
from tideline.connectors.linked.people import Known
from tideline.connectors.linked.spool import SUB_BITS, Record, Spool, position
from tideline.features.numbers.port import AccountEvent, AccountState, GroupChanged, IdentityLinked, StateChanged

FRAME_BYTES: Final = 1024 * 1024

Look = Callable[[set[str]], Awaitable[None]]
AskGroup = Callable[[AskForGroup], Awaitable[GroupChanged | None]]


class Telling:
    """`look` learns the phones behind LIDs, `ask_group` how a group is now; both are the session's."""

    def __init__(
        self,
        channel: Channel,
        spool: Spool,
        reader: Reader,
        known: Known,
        *,
        epoch: int,
        look: Look,
        ask_group: AskGroup,
    ) -> None:
        self._channel = channel
        self._spool = spool
        self._reader = reader
        self._known = known
        self._epoch = epoch
        self._look = look
        self._ask_group = ask_group
        self._room = 0
        self._news = asyncio.Event()
        self._ends: OrderedDict[int, int] = OrderedDict()
        self._pairs: OrderedDict[int, tuple[str, str]] = OrderedDict()
        self._told_pairs = dict(known.pairs)

    def news(self) -> None:
        self._news.set()

    def give_room(self, more: int) -> None:
        self._room += more
        self._news.set()

    def ack(self, up_to: int) -> None:
        done = 0
        while self._ends and next(iter(self._ends.values())) <= up_to:
            done, _ = self._ends.popitem(last=False)
        pairs = []
        while self._pairs and next(iter(self._pairs)) <= up_to:
            pairs.append(self._pairs.popitem(last=False)[1])
        if up_to > self._spool.acked:
            self._known.keep(pairs)
            self._spool.ack(up_to, done=done)

    async def run(self) -> None:
        tail = self._spool.tail(max(self._spool.acked >> SUB_BITS, 1) - 1)
        while True:
            self._news.clear()
            records = await asyncio.to_thread(tail.next)
            if not records:
                await self._news.wait()
            for record in records:
                await self._tell(record)

    async def _tell(self, record: Record) -> None:
        events = await self._events(record)
        items = []
        for index, event in enumerate(events):
            place = position(record.seq, index)
            if place > self._spool.acked and self._is_news(place, event):
                items.append(wire.Item(place, type(event).__name__, codec.plain(event)))
        self._ends[record.seq] = items[-1].id if items else position(record.seq, 0)
        while items:
            items = items[await self._send(items) :]

    def _is_news(self, place: int, event: AccountEvent) -> bool:
        """Who is who is told once; what was told but not stored is told again by the next process."""
        if not isinstance(event, IdentityLinked):
            return True
        if self._told_pairs.get(event.lid) == event.phone:
            return False
        self._told_pairs[event.lid] = event.phone
        self._pairs[place] = (event.lid, event.phone)
        return True

    async def _send(self, items: list[wire.Item]) -> int:
        """As many as fit into the room and a frame; says how many that were."""
        while not self._room:
            self._news.clear()
            await self._news.wait()
        size = count = 0
        while count < min(len(items), self._room) and size < FRAME_BYTES:
            size += len(msgspec.msgpack.encode(items[count]))
            count += 1
        if count > 1 and size > FRAME_BYTES:
            count -= 1
        self._room -= count
        await self._channel.say(wire.Told(self._epoch, items[:count]))
        return count

    async def _events(self, record: Record) -> list[AccountEvent]:
        match record.kind:
            case _ if record.kind == STATE:
                return [codec.read_event(StateChanged.__name__, _json(record.content))]
            case _ if record.kind == ECHO:
                return [codec.read_event("MessageReceived", _json(record.content))]
            case _ if record.kind == GAP:
                lost = f"{int(record.content)} events were lost, because the disk was full or nobody fetched them."
                return [StateChanged(AccountState.ONLINE, lost)]
        try:
            return await self._read(record)
        except Exception:
            # One event that cannot be read must not keep all others from the server for ever.
            traceback.print_exc()
            return []

    async def _read(self, record: Record) -> list[AccountEvent]:
        missing = self._reader.missing(record.kind, record.content)
        if missing:
            await self._look(missing)
        found: list[AccountEvent] = []
        for event in self._reader.read(record.kind, record.content):
            if isinstance(event, AskForGroup):
                group = await self._ask_group(event)
                found += [group] if group else []
            else:
                found.append(event)
        return found


def _json(content: bytes) -> dict[str, Any]:
    return dict(msgspec.json.decode(content))
