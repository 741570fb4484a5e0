"""Where the embedded database keeps its things inside the data folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from tideline.platform.launcher.accounts import Account

SOCKET_NAME = ".s.PGSQL.5432"


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


def private_folder(path: Path, account: Account) -> Path:
    """Make sure that the folder exists, with mode 0700, and belongs to the account."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    account.own(path)
    return path
