"""Finds a private place for the socket that is short enough for the system."""

import os
import sys
import tempfile
from pathlib import Path

from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.folders import SOCKET_NAME, Folders, private_folder
from tideline.platform.launcher.postmaster import Postmaster

LONGEST_SOCKET_PATH = 100  # bytes; the systems allow 104 (macOS) and 108 (Linux)


def socket_folder(folders: Folders, account: Account) -> Path:
    """A private folder for the socket: inside the data folder, or a short one where the path would be too long."""
    if _fits(folders.socket):
        return private_folder(folders.socket, account)
    crashed = Postmaster.read(folders.postmaster)
    if crashed and crashed.socket != folders.socket and _is_private(crashed.socket, account):
        return crashed.socket
    for place in _runtime_places():
        if _fits(place / "tideline-12345678") and os.access(place, os.W_OK | os.X_OK):
            return private_folder(Path(tempfile.mkdtemp(prefix="tideline-", dir=place)), account)
    return private_folder(folders.socket, account)


def remove_outside(socket: Path, folders: Folders) -> None:
    """Remove the private folder that a long path needed; the one inside the data folder stays."""
    if socket != folders.socket:
        for left in socket.iterdir():
            left.unlink()
        socket.rmdir()


def _runtime_places() -> list[Path]:
    if os.geteuid() == 0:
        # root's own runtime folder is closed to the account that PostgreSQL runs under
        places = [] if sys.platform == "darwin" else [Path("/run")]
    else:
        places = [Path(os.environ["XDG_RUNTIME_DIR"])] if os.environ.get("XDG_RUNTIME_DIR") else []
    return [place for place in (*places, Path(tempfile.gettempdir()), Path("/tmp")) if place.is_dir()]


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def _is_private(path: Path, account: Account) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return found.st_uid == account.uid and found.st_mode & 0o170777 == 0o040700
