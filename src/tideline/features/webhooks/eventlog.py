"""The event log: everything that happened in a workspace, in order and without gaps, for those who fetch it."""

import asyncio
import base64
import struct
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from tideline.features import workspaces
from tideline.features.webhooks.bodies import Body, View, bodies
from tideline.features.webhooks.errors import CursorExpired, InvalidCursor
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.requests import Views
from tideline.platform import installation
from tideline.platform.bundles import Bundle
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import TOPIC, facts_after, last_seq, last_seqs
from tideline.platform.facts import Fact
from tideline.platform.wake import Bell, Wakes

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
GATHER_SECONDS: Final = 0.05  # who waits looks no more often than this, however much happens elsewhere

FORM: Final = struct.Struct(">B16sIq")
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a workspace's log. After a restore the epoch is another one, as numbers mean other things then."""

    epoch: UUID
    workspace_id: int
    seq: int

    @classmethod
    def read(cls, text: str, workspace_id: int) -> "Cursor":
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            version, epoch, workspace, seq = FORM.unpack(raw)
        except (UnicodeEncodeError, NotBase64, struct.error):
            raise InvalidCursor from None
        cursor = cls(UUID(bytes=epoch), workspace, seq)
        if (version, workspace) != (VERSION, workspace_id) or seq < 0 or str(cursor) != text:
            raise InvalidCursor
        return cursor

    def __str__(self) -> str:
        raw = FORM.pack(VERSION, self.epoch.bytes, self.workspace_id, self.seq)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def at(self, seq: int) -> "Cursor":
        return Cursor(self.epoch, self.workspace_id, seq)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact as others see it: the events it is, with their bodies; none where it is nobody else's affair."""

    cursor: Cursor
    at: datetime
    bodies: Mapping[EventType, Body]


@dataclass(frozen=True, slots=True)
class EventPage:
    """Entries in order, where to go on, and whether there are more already."""

    entries: Sequence[Entry]
    cursor: Cursor
    has_more: bool


class EventLog:
    """Reads the log of any workspace. Who waits for news holds no connection to the database meanwhile, and all who
    wait look together."""

    def __init__(self, db: Database, wakes: Wakes, views: Views) -> None:
        self._db = db
        self._wakes = wakes
        self._views = views
        self._looking: Bundle[int, int] = Bundle(self._look)

    async def newest(self, workspace_id: int) -> EventPage:
        """No entries, and the place behind all there are."""
        async with self._db.read(workspace_id) as tx:
            seq, epoch = await last_seq(tx), await installation.epoch(tx)
        return EventPage((), Cursor(epoch, workspace_id, seq), has_more=False)

    async def after(self, workspace_id: int, cursor: str | None, *, limit: int, wait: float = 0.0) -> EventPage:
        """What happened behind the cursor; without one, from the oldest that is kept. When there is nothing, wait for
        at most so many seconds until there is."""
        until = asyncio.get_running_loop().time() + wait
        bell = self._wakes.bell(TOPIC)
        while True:
            page = await self._read(workspace_id, cursor, limit)
            left = until - asyncio.get_running_loop().time()
            if page.entries or left <= 0:
                return page
            cursor = str(page.cursor)
            await self._until_news(workspace_id, page.cursor.seq, until, bell)

    async def _until_news(self, workspace_id: int, seq: int, until: float, bell: Bell) -> None:
        """Facts of all workspaces ring the same bell, so look at the number of our last one first."""
        loop = asyncio.get_running_loop()
        while (left := until - loop.time()) > 0:
            await bell.wait(min(left, LOOK_SECONDS))
            if await self._looking.ask(workspace_id) > seq:
                return
            await asyncio.sleep(min(GATHER_SECONDS, max(0.0, until - loop.time())))

    async def _look(self, workspaces: Sequence[int]) -> Sequence[int]:
        async with self._db.system_read() as tx:
            found = await last_seqs(tx, set(workspaces))
        return [found.get(workspace_id, 0) for workspace_id in workspaces]

    async def _read(self, workspace_id: int, cursor: str | None, limit: int) -> EventPage:
        async with self._db.read(workspace_id) as tx:
            begin = await self._begin(tx, cursor)
            last = await last_seq(tx)
            facts = await facts_after(tx, begin.seq, limit + 1)
            zone = (await workspaces.get_workspace(tx)).zone
            now = tx.now
        if cursor is not None:
            _ensure_whole(begin, facts, last)
        shown = facts[:limit]
        view = self._views.of(workspace_id, zone, now)
        entries = [Entry(begin.at(fact.seq), fact.at, _bodies(fact, view)) for fact in shown]
        end = begin.at(shown[-1].seq) if shown else begin if cursor else begin.at(last)
        return EventPage(entries, end, len(facts) > limit)

    async def _begin(self, tx: Tx, cursor: str | None) -> Cursor:
        epoch = await installation.epoch(tx)
        if cursor is None:
            return Cursor(epoch, tx.workspace_id, 0)
        found = Cursor.read(cursor, tx.workspace_id)
        if found.epoch != epoch:
            raise CursorExpired("This server was restored from a backup since. Begin again without a cursor.")
        return found


def _bodies(fact: Fact, view: View) -> Mapping[EventType, Body]:
    """A fact of which no bodies can be made must not keep a reader from all that came after it."""
    try:
        return bodies(fact, view)
    except Exception:
        log.exception("events.bodies_not_made", workspace=fact.workspace_id, seq=fact.seq, fact=fact.kind)
        return {}


def _ensure_whole(begin: Cursor, facts: Sequence[Fact], last: int) -> None:
    """Numbers have no gaps, so whatever is missing between the cursor and what was found is no longer kept."""
    if facts and facts[0].seq > begin.seq + 1:
        raise CursorExpired
    if not facts and last > begin.seq:
        raise CursorExpired
    if not facts and last < begin.seq:
        raise InvalidCursor
