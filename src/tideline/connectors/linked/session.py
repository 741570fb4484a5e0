"""A number's session in its process: it hears what WhatsApp says, tells the server, and does what the server orders."""

import asyncio
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tideline.connectors.linked import codec, decode, encode, exits, wire
from tideline.connectors.linked.channel import Channel
from tideline.connectors.linked.decode import AskForGroup, Reader
from tideline.connectors.linked.folders import NumberFolder
from tideline.connectors.linked.journal import Journal
from tideline.connectors.linked.keeper import ECHO, STATE, Keeper
from tideline.connectors.linked.media import Seal
from tideline.connectors.linked.notes import note
from tideline.connectors.linked.people import Known, People
from tideline.connectors.linked.spool import Spool
from tideline.connectors.linked.telling import Telling
from tideline.features.numbers.port import (
    AccountState,
    GroupChanged,
    GroupMember,
    MessageReceived,
    Peer,
    StateChanged,
    StatusChanged,
    Via,
)

if TYPE_CHECKING:
    from tideline.connectors.linked.client import Client

OFFLINE_AFTER: Final = 2.0
"""Seconds that a connection may be gone before it is worth a word: the library comes back by itself, mostly at once."""

FIRST_CONNECTION_SECONDS: Final = 15.0
OFFLINE_DONE_SECONDS: Final = 10.0
SETTLE_SECONDS, SETTLE_TRIES = 0.2, 20
STUCK_SECONDS: Final = 180.0
LONGEST_REST: Final = 3600.0
RECEIPT_WAITS: Final = 2.0

MakeClient = Callable[[Path, Callable[[int, bytes], None]], "Client"]


class Session:
    """`make_client` builds the library's client; a quiet session has none, and only tells what is left to tell."""

    def __init__(self, folder: NumberFolder, epoch: int, channel: Channel, make_client: MakeClient | None) -> None:
        self._loop = asyncio.get_running_loop()
        self.folder = folder
        self.channel = channel
        self.epoch = epoch
        linked = folder.linked
        known = Known(folder.path / "people")
        self.people = People(linked.phone, linked.lid, dict(known.pairs))
        self.seal = Seal(_secret(folder.path / "secret"))
        self.reader = Reader(self.people, self.seal.sign)
        self.spool = Spool(folder.spool)
        self.journal = Journal(folder.path / "journal")
        self.telling = Telling(
            channel, self.spool, self.reader, known, epoch=epoch, look=self._learn, ask_group=self._ask_group
        )
        self.keeper = Keeper(self.spool, self._kept)
        self.client = make_client(folder.session / "session.db", self._hear) if make_client else None
        self.is_connected = False
        self.is_over = False
        self._told: StateChanged | None = None
        self._was_connected = False
        self._is_caught_up = False
        self._heard = 0
        self._lost_since: float | None = time.monotonic()
        self._state_lock = threading.Lock()
        self._sending = threading.Condition()
        self._in_flight = 0

    def _kept(self) -> None:
        self._loop.call_soon_threadsafe(self.telling.news)

    async def run(self) -> None:
        """Until the process ends."""
        telling = asyncio.create_task(self.telling.run())
        ended = self.folder.ended
        if ended is not None:
            self.is_over = True
            await asyncio.to_thread(self._say, StateChanged(AccountState.UNLINKED, ended))
        elif self.client is not None:
            asyncio.get_running_loop().call_later(FIRST_CONNECTION_SECONDS, self._still_nothing)
            await asyncio.gather(telling, self._live(self.client), self._watch())
        await telling

    async def _live(self, client: "Client") -> None:
        """The library connects again by itself once it was connected; until then that is for us to do."""
        wait = 1.0
        while not self.is_over:
            try:
                await client.live()
            except Exception as problem:
                note("no connection", problem)
            if self._was_connected or self.is_over:
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, 60.0)

    async def _watch(self) -> None:
        """Some failures of the library come without a word: then a fresh process is the way out."""
        while True:
            await asyncio.sleep(STUCK_SECONDS / 10)
            lost = self._lost_since
            is_lost = lost is not None and time.monotonic() - lost > STUCK_SECONDS
            if is_lost and self._was_connected and not self.is_over:
                self.leave(exits.AGAIN)

    def leave(self, how: int) -> None:
        os._exit(how)  # the library's threads never end by themselves

    # What WhatsApp says, on the library's thread

    def _hear(self, kind: int, content: bytes) -> None:
        self._heard += 1
        if kind in decode.SPOOLED:
            self._must_be_back()
            if kind == decode.RECEIPT:
                self._hear_receipt(content)
            self.keeper.put(kind, content)
        elif kind == decode.CONNECTED:
            self._connected()
        elif kind == decode.OFFLINE_DONE:
            self._caught_up()
        elif kind == decode.DISCONNECTED:
            self._disconnected()
        else:
            self._ended(kind, content)

    def _connected(self) -> None:
        self.is_connected, self._lost_since = True, None
        is_first, self._was_connected = not self._was_connected, True
        if not is_first:
            self._say(StateChanged(AccountState.ONLINE))
        elif self._is_caught_up:
            self._settle()
        else:
            # What was missed comes first; WhatsApp says when that is all.
            self._soon(OFFLINE_DONE_SECONDS, self._caught_up)

    def _must_be_back(self) -> None:
        """After a loss the library tells what it missed before it tells that it is back."""
        if self._was_connected and self._told and self._told.state is AccountState.OFFLINE:
            self._say(StateChanged(AccountState.ONLINE))

    def _caught_up(self) -> None:
        self._is_caught_up = True
        if self.is_connected:
            self._settle()

    def _settle(self, tries: int = SETTLE_TRIES) -> None:
        """The library says that all has come while it still reads the last of it; that goes first."""
        heard = self._heard

        def again() -> None:
            if self._heard != heard and tries:
                self._settle(tries - 1)
            elif self.is_connected:
                self._say(StateChanged(AccountState.ONLINE))

        self._soon(SETTLE_SECONDS, again)

    def _disconnected(self) -> None:
        if self.is_connected:
            self.is_connected, self._lost_since = False, time.monotonic()
            self._soon(OFFLINE_AFTER, self._still_away)

    def _ended(self, kind: int, content: bytes) -> None:
        state = decode.state_of(kind, content)
        if state is None:
            return
        self.is_connected, self.is_over = False, True
        if state.state is AccountState.UNLINKED:
            self.folder.mark_ended(state.reason or "")
        self._say(state)
        if state.state is AccountState.REPLACED:
            self.leave(exits.REPLACED)  # at once: the library would take the connection back
        if state.state is AccountState.BANNED and state.until:
            rest = (state.until - datetime.now(UTC)).total_seconds()
            self._soon(min(max(rest, 5.0), LONGEST_REST), lambda: self.leave(exits.AGAIN))

    def _soon(self, seconds: float, what: Callable[[], None]) -> None:
        """`what` may wait for the disk, so it runs beside the loop."""
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, lambda: self._loop.run_in_executor(None, what))

    def _still_nothing(self) -> None:
        if not self._was_connected and not self.is_over:
            self._loop.run_in_executor(None, self._still_away)

    def _still_away(self) -> None:
        if not self.is_connected and not self.is_over:
            self._say(StateChanged(AccountState.OFFLINE, "There is no connection to WhatsApp."))

    def _say(self, state: StateChanged) -> None:
        """A state goes the way of all events, so that it stands where it belongs among them."""
        with self._state_lock:
            if state != self._told:
                self._told = state
                self.keeper.put(STATE, msgspec.json.encode(codec.plain(state)))

    # Our own messages

    def begin_send(self) -> None:
        with self._sending:
            self._in_flight += 1

    def end_send(self) -> None:
        with self._sending:
            self._in_flight -= 1
            self._sending.notify_all()

    def echo(self, message: MessageReceived) -> None:
        """An own message, for the server; on the disk when this returns."""
        self.keeper.put(ECHO, msgspec.json.encode(codec.plain(message)))

    def _hear_receipt(self, content: bytes) -> None:
        """A receipt never overtakes the message that it is about. One for a message that nobody knows tells what became
        of a send that was cut off."""
        with self._sending:
            self._sending.wait_for(lambda: not self._in_flight, RECEIPT_WAITS)
        if not self.journal.open:
            return
        for event in self.reader.read(decode.RECEIPT, content):
            if isinstance(event, StatusChanged):
                found = self.journal.match(codec.plain_peer(event.chat), list(event.external_ids), event.at)
                if found:
                    begun, external_id = found
                    self.echo(self.echo_of(begun.client_ref, event.chat, external_id, event.at, begun.text))
                    self.journal.end(begun.client_ref, external_id)

    @staticmethod
    def echo_of(
        client_ref: str, chat: Peer, external_id: str, at: datetime, text: str | None, **more: Any
    ) -> MessageReceived:
        return MessageReceived(
            chat=chat,
            external_id=external_id,
            at=at,
            from_me=True,
            via=Via.ECHO,
            text=text,
            client_ref=client_ref,
            **more,
        )

    # What telling needs

    async def _learn(self, lids: set[str]) -> None:
        if self.client is None or not self.is_connected:
            return
        for lid in lids:
            phone = await self.client.phone_of(encode.jid(lid, "lid"))
            if phone:
                self.people.known[lid] = phone

    async def _ask_group(self, asked: AskForGroup) -> GroupChanged | None:
        """How a group is now; when it cannot be asked for any more, the number is not in it."""
        former = self.reader.groups.get(asked.jid)
        if self.client is not None and self.is_connected:
            try:
                info = await asyncio.wait_for(self.client.group(encode.jid(asked.jid.partition("@")[0], "g.us")), 20)
            except Exception as problem:
                note("group", problem)
                if "403" in str(problem) or "404" in str(problem) or "not" in str(problem):
                    return self._left(asked, former)
                return None
            return self.reader.keep(decode.group_changed(self.people, info, asked.at))
        return None

    def _left(self, asked: AskForGroup, former: GroupChanged | None) -> GroupChanged:
        members: list[GroupMember] = [member for member in former.members if not member.is_own] if former else []
        subject = former.subject if former else self.reader.subjects.get(asked.jid, "")
        return GroupChanged(asked.jid, subject, members, asked.at, is_left=True)

    async def say(self, frame: wire.Frame) -> None:
        await self.channel.say(frame)


def _secret(path: Path) -> bytes:
    """Made once for a number."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
