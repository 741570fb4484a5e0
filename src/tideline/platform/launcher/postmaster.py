"""What PostgreSQL writes down about itself while it runs, and how one left over from a killed run is ended."""

import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.folders import SOCKET_NAME, Folders
from tideline.platform.launcher.locks import Lock, signed_by
from tideline.platform.launcher.problems import DatabaseDidNotStop

FAST_SHUTDOWN_MAY_TAKE = 60.0
IMMEDIATE_SHUTDOWN_MAY_TAKE = 10.0
LOOK_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The content of `postmaster.pid`, which is there from the server's first moments to its clean end."""

    pid: int
    socket: Path
    ready: bool

    @classmethod
    def read(cls, path: Path) -> "Postmaster | None":
        try:
            lines = path.read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not lines[0].isdigit() or not lines[4]:
            return None  # still being written
        return cls(int(lines[0]), Path(lines[4]), len(lines) > 7 and lines[7].strip() == "ready")


def wait_for_the_old_server(folders: Folders, account: Account) -> Lock:
    """Take the lock that every PostgreSQL process holds; one left by a killed run is asked to end, then told."""
    for request, patience in (
        (signal.SIGINT, FAST_SHUTDOWN_MAY_TAKE),
        (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_MAY_TAKE),
    ):
        asked = False
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if lock := Lock.try_take(folders.server_lock):
                return lock
            asked = asked or _ask(folders, account, request)
            time.sleep(LOOK_EVERY)
    raise DatabaseDidNotStop(
        f"A PostgreSQL process of an earlier run still uses {folders.cluster} and does not end. "
        "End it yourself, then start again."
    )


def forget_the_dead_server(folders: Folders, socket: Path) -> None:
    """Remove what a killed server of ours left, for PostgreSQL would wait for its process id for ever.

    The id may be a zombie's that nobody collects (containers), or somebody else's by now (after a power cut).
    That server is dead, or it would hold the lock that we hold; one that somebody started by hand has another id.
    """
    left = Postmaster.read(folders.postmaster)
    if left and left.pid == signed_by(folders.server_lock):
        folders.postmaster.unlink()
        (socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _ask(folders: Folders, account: Account, request: signal.Signals) -> bool:
    postmaster = Postmaster.read(folders.postmaster)
    if postmaster is None:
        return False
    # sent under the server's own account, which can write any number into that file
    name = request.name.removeprefix("SIG")
    account.run("/bin/sh", "-c", 'kill -s "$1" "$2"', "sh", name, postmaster.pid)
    return True
