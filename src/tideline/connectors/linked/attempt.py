"""One attempt to link, in a process that is thrown away afterwards: the library cannot let go of one that failed.

It ends as soon as the phone has confirmed, before the new device logs in: what the phone then sends, such as its
history, is for the number's own process.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tideline.connectors.linked import decode, exits, wire
from tideline.connectors.linked.channel import Channel
from tideline.connectors.linked.folders import DATABASE, Linked, PairingFolder
from tideline.connectors.linked.notes import note
from tideline.connectors.linked.protobufs import neonize

FIRST_QR: Final = timedelta(seconds=60)
NEXT_QR: Final = timedelta(seconds=20)
CODES: Final = 6
CODE_LIFETIME: Final = FIRST_QR + (CODES - 1) * NEXT_QR
LAST_WORDS: Final = 5.0


class Attempt:
    def __init__(
        self,
        folder: PairingFolder,
        phone: str | None,
        channel: Channel,
        make_client: Callable[[Path, Callable[[int, bytes], None]], Any],
    ) -> None:
        self._folder = folder
        self._phone = phone
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._news: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._client = make_client(folder.path / DATABASE, self._hear)
        self._client.show_codes(self._shown)
        self._codes = 0

    async def run(self) -> None:
        """Until it has ended one way or the other; that is the last thing told."""
        living = asyncio.create_task(self._live())
        asking: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(CODE_LIFETIME.total_seconds() + 30):
                while True:
                    what, about = await self._news.get()
                    if what == "shown" and self._phone:
                        asking = asking or asyncio.create_task(self._ask_code(self._phone))
                    elif what == "shown":
                        await self._tell("qr", qr=about["code"], until=self._until())
                    else:
                        return await self._tell(what, **about)
        except TimeoutError:
            await self._tell("failed", reason="expired")
        finally:
            living.cancel()

    async def _live(self) -> None:
        try:
            await self._client.live()
        except Exception as problem:
            note("pairing", problem)
            self._news.put_nowait(("failed", {"reason": "WhatsApp cannot be reached from here."}))
        else:
            self._news.put_nowait(("failed", {"reason": "expired"}))

    async def _ask_code(self, phone: str) -> None:
        try:
            code = await self._client.pair_by_code(phone)
        except Exception as problem:
            note("code", problem)
            self._news.put_nowait(("failed", {"reason": "WhatsApp gave no code for this phone number."}))
        else:
            until = (datetime.now(UTC) + CODE_LIFETIME).isoformat()
            await self._tell("code", code=code, until=until)

    def _until(self) -> str:
        self._codes += 1
        return (datetime.now(UTC) + (FIRST_QR if self._codes == 1 else NEXT_QR)).isoformat()

    def _read_session(self, phone: str, name: str) -> Linked:
        """The LID and the name stand in the library's own table."""
        with sqlite3.connect(self._folder.path / DATABASE, timeout=5) as db:
            row = db.execute("SELECT lid, push_name, business_name FROM whatsmeow_device").fetchone()
        lid, push_name, business = row or (None, None, None)
        digits = str(lid or "").partition("@")[0].partition(":")[0].partition(".")[0]
        return Linked(phone, digits or None, push_name or business or name)

    async def _tell(self, what: str, **about: Any) -> None:
        await self._channel.say(wire.Linking(what, about))

    # On the library's thread

    def _shown(self, code: str) -> None:
        self._put("shown", code=code)

    def _hear(self, kind: int, content: bytes) -> None:
        if kind == decode.PAIRED:
            told = neonize.PairStatus.FromString(content)
            if told.Status == neonize.PairStatus.SUCCESS:
                self._confirm(told)
            else:
                self._put("failed", reason="WhatsApp refused to link this phone.")
        elif kind == decode.OUTDATED:
            self._put("failed", reason="WhatsApp does not accept this version of its client any more.")
        elif kind == decode.BANNED:
            self._put("failed", reason="WhatsApp has locked this phone out.")

    def _confirm(self, told: Any) -> None:
        """The last thing this process does: a moment later the library would log in and fetch what waits."""
        linked = self._read_session(told.ID.User, told.BusinessName)
        self._folder.confirm(linked)
        telling = self._tell("paired", phone=linked.phone, lid=linked.lid, name=linked.name)
        asyncio.run_coroutine_threadsafe(telling, self._loop).result(LAST_WORDS)
        os._exit(exits.DONE)

    def _put(self, what: str, **about: Any) -> None:
        self._loop.call_soon_threadsafe(self._news.put_nowait, (what, about))
