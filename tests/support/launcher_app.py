"""A small app with an embedded database, run as a process of its own so that a test may kill it.

It prints one line of JSON when the database is ready (or the problem), and stops when its input ends.
"""

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import structlog

from tideline.platform import launcher
from tideline.platform.errors import Problem

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
# After a change of account Python's own library may be closed to us: what is loaded late is loaded now.
LOADED_LATE = ("encodings.idna", "concurrent.futures.thread", "importlib.metadata", "csv", "email.message")


async def main() -> None:
    options = arguments()
    if options.uid is not None:
        become(options.uid, options.gid)
    try:
        server = await launcher.start(options.data_dir)
    except Problem as problem:
        say(problem=problem.code, message=problem.message)
        return
    await remember(server.dsn)
    children = [forked_child(), started_child()] if options.children else []
    say(dsn=server.dsn, pid=server.pid, children=children)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


def become(uid: int, gid: int) -> None:
    for name in LOADED_LATE:
        importlib.import_module(name)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--children", action="store_true")
    return parser.parse_args()


def forked_child() -> int:
    """A child without exec, which inherits whatever it is not kept from inheriting."""
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), sys.stdout.fileno())
        signal.pause()
    return pid


def started_child() -> int:
    return subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL).pid


async def remember(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute("CREATE TABLE IF NOT EXISTS start (at timestamptz DEFAULT now())")
    await conn.execute("INSERT INTO start DEFAULT VALUES")
    await conn.close()


def say(**what: object) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
