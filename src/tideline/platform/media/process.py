"""One worker process, seen from the process that started it: orders go out over a socket, with the files they are
about."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import BinaryIO

from tideline.platform.errors import Problem
from tideline.platform.media.errors import MediaCrashed, MediaTooSlow
from tideline.platform.media.orders import LONGEST_LINE, READY, Answer, Order, read_answer, to_line

START_SECONDS = 30.0
END_SECONDS = 5.0
PATIENCE = 4  # how much longer than its CPU time an order may take: the machine has other things to do
# Nothing of ours is told to a process that strangers' files may take over: no settings, no keys.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class WorkerDidNotStart(Exception):
    """The libraries are missing or the machine has no room: nothing that is the fault of a file."""


class Process:
    """A worker that is ready, or at work on one order."""

    def __init__(self, program: "subprocess.Popen[bytes]", channel: socket.socket) -> None:
        self._program = program
        self._channel = channel
        self.orders = 0

    @classmethod
    async def start(cls, memory: int) -> "Process":
        """A fresh process that may take so many bytes of memory."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            try:
                program = await asyncio.to_thread(_run, theirs.fileno(), memory)
            except BaseException:
                ours.close()
                raise
        process = cls(program, ours)
        try:
            async with asyncio.timeout(START_SECONDS):
                greeting = await process._line()
        except BaseException as problem:
            process.kill()
            if isinstance(problem, TimeoutError):
                raise WorkerDidNotStart("a worker for media was not ready in time") from None
            raise
        if greeting != READY:
            process.kill()
            raise WorkerDidNotStart(f"a worker for media ended at once, with {program.poll()}")
        return process

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def is_alive(self) -> bool:
        return self._program.poll() is None

    async def ask(self, order: Order, source: BinaryIO, target: BinaryIO) -> Answer:
        """Have one order done. When this raises, the process is of no use any more."""
        self.orders += 1
        try:
            async with asyncio.timeout(order.cpu_seconds * PATIENCE):
                socket.send_fds(self._channel, [to_line(order)], [source.fileno(), target.fileno()])
                line = await self._line()
        except TimeoutError:
            raise MediaTooSlow from None
        except OSError:
            raise MediaCrashed from None
        if not line:
            raise await self._what_ended_it()
        return read_answer(line)

    async def _what_ended_it(self) -> Problem:
        self.stop()
        code = await asyncio.to_thread(self._program.wait, END_SECONDS)
        return MediaTooSlow() if code == -signal.SIGXCPU else MediaCrashed()

    async def _line(self) -> bytes:
        """The next line; nothing when the process has ended."""
        loop = asyncio.get_running_loop()
        line = b""
        while not line.endswith(b"\n") and len(line) < LONGEST_LINE:
            try:
                piece = await loop.sock_recv(self._channel, LONGEST_LINE)
            except ConnectionError:
                return b""
            if not piece:
                return b""
            line += piece
        return line

    def stop(self) -> None:
        """Have it end, whatever it does; somebody may still wait for its answer."""
        self._program.kill()

    def kill(self) -> None:
        """End it and forget it. It has nothing that could get lost."""
        self.stop()
        self._channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._program.wait(END_SECONDS)


def _run(channel: int, memory: int) -> "subprocess.Popen[bytes]":
    environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environ["MALLOC_ARENA_MAX"] = "1"  # each further one would take room that the limit counts
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tideline.platform.media.worker", str(channel), str(memory)],
        pass_fds=[channel],
        env=environ,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
