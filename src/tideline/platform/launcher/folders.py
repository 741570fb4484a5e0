"""Where the embedded database keeps its things inside the data folder."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tideline.platform.launcher.accounts import Account

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # bytes; the systems allow 104 (macOS) and 108 (Linux)


def default_data_dir() -> Path:
    """The data folder when nobody named one: a system folder for root, a private one for everybody else."""
    if os.geteuid() == 0:
        return Path("/var/lib/tideline")
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".local" / "share") / "tideline"


@dataclass(frozen=True, slots=True)
class Folders:
    """The places of one data folder.

    Only `cluster`, `socket` and `log` belong to the account that PostgreSQL runs under: root writes nothing
    into a folder where another account could lay out a symbolic link.
    """

    data_dir: Path

    @property
    def app_lock(self) -> Path:
        return self.data_dir / "serve.lock"

    @property
    def password(self) -> Path:
        return self.data_dir / "database.password"

    @property
    def programs(self) -> Path:
        return self.data_dir / "postgres-programs"

    @property
    def base(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.base / "data"

    @property
    def unfinished_cluster(self) -> Path:
        return self.base / "data.unfinished"

    @property
    def socket(self) -> Path:
        return self.base / "socket"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def start_log(self) -> Path:
        return self.base / "start.log"

    @property
    def server_lock(self) -> Path:
        return self.base / "server.lock"

    @property
    def config(self) -> Path:
        return self.base / "postgresql.conf"

    @property
    def access(self) -> Path:
        return self.base / "pg_hba.conf"

    @property
    def own_settings(self) -> Path:
        return self.base / "local.conf"

    @property
    def postmaster(self) -> Path:
        return self.cluster / "postmaster.pid"


def socket_folder(folders: Folders, account: Account) -> Path:
    """A private folder for the socket: inside the data folder, or a short one where the path would be too long."""
    if _fits(folders.socket):
        return private_folder(folders.socket, account)
    left_over = recorded_socket_folder(folders)
    if left_over is not None and left_over != folders.socket and _is_private(left_over, account):
        return left_over
    for place in _runtime_places():
        if _fits(place / "tideline-12345678") and os.access(place, os.W_OK | os.X_OK):
            return private_folder(Path(tempfile.mkdtemp(prefix="tideline-", dir=place)), account)
    return private_folder(folders.socket, account)


def recorded_socket_folder(folders: Folders) -> Path | None:
    """Where the running (or crashed) server put its socket, as PostgreSQL itself wrote down."""
    try:
        lines = folders.postmaster.read_text().splitlines()
    except FileNotFoundError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def private_folder(path: Path, account: Account) -> Path:
    """Make sure that the folder exists, with mode 0700, and belongs to the account."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    account.own(path)
    return path


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
