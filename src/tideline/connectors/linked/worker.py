"""The process of one linked number, or of one attempt to link: `python -m tideline.connectors.linked.worker ...`.

It is started by the connector, holds one end of a socket, and ends when the other end is gone, however that came about.
"""

import argparse
import asyncio
import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tideline.connectors.linked import exits, wire
from tideline.connectors.linked.channel import Channel
from tideline.connectors.linked.folders import NumberFolder, PairingFolder

LOCK_SECONDS: Final = 20.0
LOOK_EVERY: Final = 0.5
PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process is given besides its arguments: `prepare` runs once the library is loaded, and connections go
    through `proxy`."""

    prepare: Callable[[], None] | None = None
    proxy: str | None = None


def main(arguments: Sequence[str] | None = None, surroundings: Surroundings | None = None) -> int:
    options = _options(arguments)
    _end_with_parent(options.parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(exits.DONE))
    os.umask(0o077)
    asyncio.run(_run_to_the_end(options, surroundings or Surroundings()))
    return exits.DONE


async def _run_to_the_end(options: argparse.Namespace, surroundings: Surroundings) -> None:
    """The library's threads never end, so nothing waits for them."""
    try:
        code = await _run(options, surroundings)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tideline-linked")
    parser.add_argument("role", choices=["number", "pairing"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--epoch", type=int, default=0)
    parser.add_argument("--phone")
    parser.add_argument("--quiet", action="store_true", help="do not connect, only tell what is left to tell")
    return parser.parse_args(arguments)


def _end_with_parent(parent: int) -> None:
    """Linux ends us with our parent; elsewhere the end of the socket does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(exits.DONE)


async def _run(options: argparse.Namespace, surroundings: Surroundings) -> int:
    channel = await Channel.over(socket.socket(fileno=options.socket))
    try:
        if options.role == "pairing":
            await channel.say(wire.Hello(wire.VERSION, options.epoch, os.getpid()))
            return await _pair(options, surroundings, channel)
        with _alone(NumberFolder(options.folder), options.epoch):
            await channel.say(wire.Hello(wire.VERSION, options.epoch, os.getpid()))
            return await _serve(options, surroundings, channel)
    except ImportError as problem:
        await channel.say(wire.Broken(str(problem)))
        return exits.BROKEN
    except ConnectionError:
        return exits.DONE


@contextlib.contextmanager
def _alone(folder: NumberFolder, epoch: int) -> Iterator[None]:
    """One process has a session open. One of an older lease sees the newer one and goes."""
    handle = os.open(folder.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if folder.epoch > epoch or time.monotonic() > until:
                os._exit(exits.FENCED if folder.epoch > epoch else exits.AGAIN)
            time.sleep(0.02)
    try:
        yield
    finally:
        os.close(handle)


async def _serve(options: argparse.Namespace, surroundings: Surroundings, channel: Channel) -> int:
    folder = NumberFolder(options.folder)
    make = None
    if not options.quiet and folder.ended is None:
        make = _library(surroundings)
    from tideline.connectors.linked.orders import Orders
    from tideline.connectors.linked.session import Session

    session = Session(folder, options.epoch, channel, make)
    work = [
        asyncio.create_task(session.run()),
        asyncio.create_task(Orders(session).run()),
        asyncio.create_task(_fenced(folder, options.epoch)),
    ]
    done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return exits.FENCED if work[2] in done else exits.DONE


async def _fenced(folder: NumberFolder, epoch: int) -> None:
    """Returns once somebody with a newer lease has claimed the number."""
    while folder.epoch <= epoch:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(LOOK_EVERY)


def _library(surroundings: Surroundings) -> Callable[[Path, Callable[[int, bytes], None]], Any]:
    """Loads the library, which takes about a second."""
    from tideline.connectors.linked import client

    client.load()
    client.use_threads(asyncio.get_running_loop())
    if surroundings.prepare:
        surroundings.prepare()
    return lambda database, hear: client.Client(database, hear, proxy=surroundings.proxy)


async def _pair(options: argparse.Namespace, surroundings: Surroundings, channel: Channel) -> int:
    make = _library(surroundings)
    from tideline.connectors.linked.attempt import Attempt

    attempt = Attempt(PairingFolder(options.folder), options.phone, channel, make)
    work = [asyncio.create_task(attempt.run()), asyncio.create_task(_until_gone(channel))]
    done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return exits.DONE


async def _until_gone(channel: Channel) -> None:
    async for _ in channel.frames():
        pass


if __name__ == "__main__":
    main()
