"""A real client in a process of its own, which does what it is told line by line: somebody else's phone in tests.

Started by `Phone` below. It reads JSON lines (`{"do": "send", "to": "4915...", "text": "Hello"}`) and writes what
happens (`{"event": "message", ...}`); the library prints on its standard output as it likes, so ours is another one.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.whatsapp.server import FakeWhatsApp

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 40.0
THREADS = 16


class Phone:
    """The side of the test: tells the process what to do, and waits for what it reports."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def on(cls, whatsapp: FakeWhatsApp, folder: Path, name: str) -> "AsyncIterator[Phone]":
        """A client of this WhatsApp that keeps its session in a file by this name."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.whatsapp.phone",
            str(folder / f"{name}.db"),
            whatsapp.proxy,
            whatsapp.root.public.hex(),
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                "SSL_CERT_FILE": str(whatsapp.authority),
                "NEONIZE_BOT_TAG": "off",  # Go reads the real environment, so it has to be there from the start
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        phone = cls(process)
        try:
            yield phone
        finally:
            phone._reading.cancel()
            if process.returncode is None:
                process.kill()
            await process.wait()

    def tell(self, what: str, **about: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **about}).encode() + b"\n")

    async def next(self, event: str, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first of these events that nobody took yet."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                while True:
                    for told in self._events:
                        if told["event"] == event and where(told):
                            self._events.remove(told)
                            return told
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {event}; there is {self._events}") from None

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            async with self._news:
                self._events.append(json.loads(line))
                self._news.notify_all()


# The process -----------------------------------------------------------------------------------------------------


def _own_output() -> Callable[..., None]:
    """Standard output for us alone; what the library prints goes where errors go."""
    ours = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def report(event: str, **about: Any) -> None:
        ours.write(json.dumps({"event": event, **about}) + "\n")

    return report


async def _live(database: str, proxy: str, key: str) -> None:
    report = _own_output()
    from neonize._binder import ProxySettings
    from neonize.aioze.client import NewAClient

    from tests.support.whatsapp.trusting import trust

    trust(bytes.fromhex(key))
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    client = NewAClient(database)
    _listen(client, report)
    await client.connect(ProxySettings(proxy))
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        told = json.loads(line)
        try:
            await _do(client, report, told)
        except Exception as problem:
            report("failed", what=told["do"], why=str(problem))
    os._exit(0)  # the library's threads never end by themselves


def _listen(client: Any, report: Callable[..., None]) -> None:
    from neonize.aioze import events

    @client.qr  # type: ignore[untyped-decorator]
    async def shown(_client: Any, code: bytes | str) -> None:
        report("qr", qr=code.decode() if isinstance(code, bytes) else code)

    @client.event(events.MessageEv)  # type: ignore[untyped-decorator]
    async def heard(_client: Any, event: Any) -> None:
        source, message = event.Info.MessageSource, event.Message
        report(
            "message",
            id=event.Info.ID,
            chat=f"{source.Chat.User}@{source.Chat.Server}",
            sender=source.SenderAlt.User or source.Sender.User,
            from_me=source.IsFromMe,
            name=event.Info.Pushname,
            text=message.conversation or message.extendedTextMessage.text or None,
        )

    @client.event(events.ReceiptEv)  # type: ignore[untyped-decorator]
    async def received(_client: Any, event: Any) -> None:
        report("receipt", ids=list(event.MessageIDs), kind=int(event.Type))

    def tell(kind: Any, name: str) -> None:
        @client.event(kind)  # type: ignore[untyped-decorator]
        async def happened(_client: Any, _event: Any) -> None:
            report(name)

    for kind, name in (
        (events.ConnectedEv, "connected"), (events.DisconnectedEv, "disconnected"), (events.LoggedOutEv, "unlinked"),
        (events.StreamReplacedEv, "replaced"), (events.TemporaryBanEv, "banned"), (events.ClientOutdatedEv, "outdated"),
        (events.JoinedGroupEv, "joined"), (events.GroupInfoEv, "group"), (events.CallOfferEv, "ringing"),
        (events.CallTerminateEv, "hung_up"),
    ):  # fmt: skip
        tell(kind, name)


async def _do(client: Any, report: Callable[..., None], told: dict[str, Any]) -> None:
    from neonize.utils.jid import build_jid

    match told["do"]:
        case "ask_code":
            report("code", code=await client.PairPhone(told["phone"], True))
        case "send":
            user, _, server = told["to"].partition("@")
            sent = await client.send_message(build_jid(user, server or "s.whatsapp.net"), told["text"])
            report("sent", id=sent.ID)
        case "make_group":
            group = await client.create_group(told["subject"], [build_jid(one) for one in told["members"]])
            report("made", group=f"{group.JID.User}@{group.JID.Server}")


if __name__ == "__main__":
    asyncio.run(_live(*sys.argv[1:4]))
