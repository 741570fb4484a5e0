"""Reaches the embedded database from another process: a command beside a running `tideline serve`, or alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tideline.platform.launcher.config import address
from tideline.platform.launcher.folders import Folders
from tideline.platform.launcher.locks import Lock
from tideline.platform.launcher.postmaster import Postmaster
from tideline.platform.launcher.problems import DatabaseNotRunning, DataFolderOutOfReach
from tideline.platform.launcher.server import start


@asynccontextmanager
async def reach(data_dir: Path, *, run_as: str | None = None) -> AsyncIterator[str]:
    """The address of the folder's database for a command: the running one, else one started meanwhile."""
    try:
        dsn = running_dsn(data_dir)
    except DatabaseNotRunning:
        server = await start(data_dir, run_as=run_as)
        try:
            yield server.dsn
        finally:
            await server.stop()
    else:
        yield dsn


def running_dsn(data_dir: Path) -> str:
    """The address of the database that another process of ours is serving from this data folder."""
    folders = Folders(data_dir.absolute())
    try:
        postmaster = Postmaster.read(folders.postmaster)
        if postmaster and postmaster.ready and _is_held(folders.server_lock):
            return address(postmaster.socket, folders.password.read_text())
    except OSError as error:
        raise DataFolderOutOfReach.because(folders.data_dir, error) from error
    raise DatabaseNotRunning(f"The embedded database of {data_dir} is not running.")


def _is_held(path: Path) -> bool:
    lock = Lock.try_take(path)
    if lock:
        lock.close()
    return lock is None
