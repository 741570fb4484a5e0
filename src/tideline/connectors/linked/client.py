"""The client library, with everything worked around that it does not do by itself. Loaded when a client is made, and
that happens in processes of numbers only.

Each event goes to one function, raw, on the library's own thread; the library goes on when that returns. So a message
is on our disk before WhatsApp gets the receipt for it.
"""

import asyncio
import contextlib
import ctypes
import importlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tideline.connectors.linked import decode
from tideline.connectors.linked.protobufs import companion

THREADS: Final = 16
"""A live session occupies one for good, each call one more; with the default pool calls hang."""

NAME: Final = "Tideline"
CONNECTION: Final = (
    decode.PAIRED, decode.CONNECTED, decode.LOGGED_OUT, decode.REPLACED, decode.BANNED, decode.CONNECT_FAILURE,
    decode.OUTDATED, decode.DISCONNECTED, decode.OFFLINE_DONE,
)  # fmt: skip

Hear = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Library:
    client: Any
    enum: Any
    binder: Any


def load() -> Library:
    """Takes about a second the first time."""
    names = ("neonize.aioze.client", "neonize.utils.enum", "neonize._binder")
    return Library(*map(importlib.import_module, names))


class Client:
    """One session. Nothing may be asked of it before it has connected: the library ends the process then."""

    def __init__(self, database: Path, hear: Hear, *, proxy: str | None = None) -> None:
        library = load()
        logging.getLogger().setLevel(logging.ERROR)
        logging.getLogger("whatsmeow").setLevel(logging.ERROR)
        props = companion.DeviceProps(os=NAME, platformType=companion.DeviceProps.DESKTOP)
        self._client = library.client.NewAClient(str(database), props=props)
        self._enum = library.enum
        self._hear = hear
        self._proxy = library.binder.ProxySettings(proxy) if proxy else None
        self._client.event.list_func = dict.fromkeys((*CONNECTION, *decode.SPOOLED))
        self._client.event.execute = self._heard

    def show_codes(self, show: Callable[[str], None]) -> None:
        async def shown(_client: Any, code: bytes | str) -> None:
            show(code.decode() if isinstance(code, bytes) else code)

        self._client.qr(shown)

    async def live(self) -> None:
        """Connect, and stay until the library gives up; `NeonizeError` when it could not even begin."""
        task = await self._client.connect(self._proxy)
        await task

    def _heard(self, _uuid: int, content: int, size: int, kind: int) -> None:
        if kind in self._client.event.list_func:
            self._hear(kind, ctypes.string_at(content, size))

    # Calls

    async def is_connected(self) -> bool:
        return bool(await self._client.is_connected)

    async def pair_by_code(self, phone: str) -> str:
        return str(await self._client.PairPhone(phone, True)).replace("-", "")

    async def send(self, to: Any, message: Any) -> tuple[str, int]:
        """The id that the message got, and WhatsApp's time."""
        sent = await self._client.send_message(to, message)
        return str(sent.ID), int(sent.Timestamp)

    async def upload(self, content: bytes, kind: int) -> Any:
        return await self._client.upload(content, self._enum.MediaType(kind))

    async def download(self, message: Any) -> bytes:
        return bytes(await self._client.download_any(message) or b"")

    async def picture(self, jid: Any) -> Any:
        """Which picture somebody shows and where it is; without an id there is none."""
        return await self._client.get_profile_picture(jid)

    async def mark_read(self, external_ids: Sequence[str], chat: Any, sender: Any) -> None:
        await self._client.mark_read(*external_ids, chat=chat, sender=sender, receipt=self._enum.ReceiptType.READ)

    async def check(self, phones: Sequence[str]) -> Sequence[Any]:
        return list(await self._client.is_on_whatsapp(*(f"+{phone}" for phone in phones)))

    async def groups(self) -> Sequence[Any]:
        return list(await self._client.get_joined_groups())

    async def group(self, jid: Any) -> Any:
        return await self._client.get_group_info(jid)

    async def phone_of(self, lid: Any) -> str | None:
        """The phone behind a LID, where the library has learned it."""
        with contextlib.suppress(Exception):
            found = await self._client.get_pn_from_lid(lid)
            return str(found.User) or None
        return None

    async def log_out(self) -> None:
        await self._client.logout()


def use_threads(loop: asyncio.AbstractEventLoop) -> None:
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="whatsapp"))
