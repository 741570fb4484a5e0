"""The server's side of one process: starts it, talks to it, and knows when it is gone."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from tideline.connectors.linked import wire
from tideline.features.numbers.port import SEND_PROBLEMS, Offline, UnknownOutcome

log = structlog.get_logger(__name__)

# A session's process gets what it needs to reach the network, and none of the server's secrets.
PASSED_ON: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
LIBRARY: Final = {"NEONIZE_BOT_TAG": "off", "PYTHONUNBUFFERED": "1"}
"""The library's Go part reads the real environment, so this has to be there from the start: without it every message
would be marked as written by a machine."""

HELLO_SECONDS: Final = 60.0
LEAVE_SECONDS: Final = 5.0
LAST_LINES: Final = 20
NUMBERS: Final = re.compile(r"\d{7,}")
"""Phones and the like have no place in a log."""


class ProcessFailed(Exception):
    """The process did not come up, or does not speak our language."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How processes are started; tests put a launcher of their own before the same arguments."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | LIBRARY | dict(self.environment)


class Process:
    """`heard` gets the frames that are no answers, in order; it must not wait."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        heard: Callable[[wire.Frame], None],
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._heard = heard
        self._orders: dict[int, asyncio.Future[Any]] = {}
        self._last_order = 0
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._hello: asyncio.Future[wire.Hello] = asyncio.get_running_loop().create_future()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._listen())]

    @classmethod
    async def start(
        cls, launch: Launch, role: str, folder: Path, heard: Callable[[wire.Frame], None], *more: str
    ) -> "Process":
        """Returns once the process has said hello in our version."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            started = await asyncio.create_subprocess_exec(
                *launch.command,
                role,
                *("--folder", str(folder), "--socket", str(theirs.fileno()), "--parent", str(os.getpid())),
                *more,
                pass_fds=(theirs.fileno(),),
                env=launch.env(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the server, which stops its processes itself
            )
            reader, writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        process = cls(started, reader, writer, heard)
        try:
            await process._greeted()
        except BaseException:
            await process.kill()
            raise
        return process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def _greeted(self) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await self._hello
        except TimeoutError:
            raise ProcessFailed("The process of the number did not come up in time.") from None
        if hello.version != wire.VERSION:
            raise ProcessFailed(f"The process speaks version {hello.version}, this server version {wire.VERSION}.")

    # Orders

    async def order(self, do: str, epoch: int, about: dict[str, Any] | None = None, *, seconds: float) -> Any:
        """What came of it. When the process is lost in between, a send has an unknown outcome."""
        if self._writer.is_closing():
            raise Offline
        self._last_order += 1
        number = self._last_order
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._orders[number] = answer
        try:
            await self.say(wire.Order(number, epoch, do, about or {}))
            async with asyncio.timeout(seconds):
                return await answer
        except (TimeoutError, ConnectionError):
            raise (UnknownOutcome() if do == "send" else Offline()) from None
        finally:
            self._orders.pop(number, None)

    async def say(self, frame: wire.Frame) -> None:
        self._writer.write(wire.pack(frame))
        await self._writer.drain()

    # The end

    async def ended(self) -> int:
        """Waits until the process is gone; gives its exit code, negative for a signal."""
        code = await self._process.wait()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return code

    @property
    def last_lines(self) -> list[str]:
        return list(self._lines)

    async def leave(self) -> None:
        """Let it end in order, and see to it that it does."""
        self._writer.close()
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        await self.ended()

    async def kill(self) -> None:
        self._end()
        self._writer.close()
        await self.ended()

    # What it says

    async def _read(self) -> None:
        try:
            while (frame := await wire.read(self._reader)) is not None:
                match frame:
                    case wire.Hello() if not self._hello.done():
                        self._hello.set_result(frame)
                    case wire.Broken(reason=reason):
                        raise ProcessFailed(reason)
                    case wire.Answer():
                        self._answered(frame)
                    case _:
                        self._heard(frame)
        except (wire.NotOurProtocol, ProcessFailed) as problem:
            self._fail(str(problem))
            self._end()
        finally:
            self._fail("The process of the number ended.")
            self._writer.close()
            for answer in self._orders.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError())

    def _fail(self, reason: str) -> None:
        if not self._hello.done():
            self._hello.set_exception(ProcessFailed(reason))
            self._hello.exception()

    def _end(self) -> None:
        """Not by asyncio's own method: that one may take the exit code away from whoever waits for it."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    def _answered(self, answer: wire.Answer) -> None:
        waiting = self._orders.get(answer.id)
        if waiting is None or waiting.done():
            return
        if answer.problem is None:
            waiting.set_result(answer.result)
        else:
            waiting.set_exception(SEND_PROBLEMS.get(answer.problem, UnknownOutcome)(answer.sentence))

    async def _listen(self) -> None:
        """What the library prints goes to the log only when the process ends badly."""
        assert self._process.stdout
        with contextlib.suppress(ValueError, ConnectionError):
            async for line in self._process.stdout:
                self._lines.append(NUMBERS.sub("…", line.decode("utf-8", "replace").rstrip()[:300]))
