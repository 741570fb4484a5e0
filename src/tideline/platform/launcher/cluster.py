"""Makes the database cluster once, and checks on every start that it is ours to open."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tideline.platform import ids
from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.config import DATABASE, ROLE
from tideline.platform.launcher.folders import Folders, private_folder
from tideline.platform.launcher.locks import Lock
from tideline.platform.launcher.problems import (
    DatabaseDidNotStart,
    DataFolderDamaged,
    DataFolderOfAnotherVersion,
    DataFolderOutOfReach,
)
from tideline.platform.launcher.programs import MAJOR, Programs


def check_version(cluster: Path) -> None:
    """Refuse a cluster of another major version, and say how to bring it over."""
    if not cluster.exists():
        return
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise DataFolderDamaged(
            f"{cluster} exists but holds no database (PG_VERSION is missing). "
            "Restore a backup into an empty data folder."
        ) from None
    except PermissionError:
        raise DataFolderOutOfReach(
            f"{cluster} belongs to another account. Start Tideline as that account, or as root."
        ) from None
    if not found.isdigit() or int(found) > MAJOR:
        raise DataFolderOfAnotherVersion(
            f"The data folder was written by PostgreSQL {found}, this Tideline brings PostgreSQL {MAJOR}. "
            "Use the newer Tideline that wrote it."
        )
    if int(found) < MAJOR:
        raise DataFolderOfAnotherVersion(
            f"The data folder was written by PostgreSQL {found}, this Tideline brings PostgreSQL {MAJOR}. "
            "To upgrade: run `tideline backup` with the Tideline version that wrote it, then `tideline restore` "
            "with this version into an empty data folder."
        )


# The builtin locale sorts by code point on every system, so that an index never depends on a C library,
# and still knows upper and lower case of all scripts.
INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=reject",
    "--no-instructions",
)
# An error ends single-user mode with a status; the statements, with a password in them, are not repeated.
SINGLE_USER = ("--single", "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "-c", "log_min_error_statement=panic")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The stopped cluster of a data folder. Its tools hold the server's lock too, should we be killed meanwhile."""

    folders: Folders
    account: Account
    programs: Programs
    lock: Lock

    def open(self, *, may_create_databases: bool) -> str:
        """Make sure that cluster, role and database exist, and return the password of the role."""
        if not self.folders.cluster.exists():
            return self._create(may_create_databases=may_create_databases)
        if not self.folders.password.exists():
            return self._reset_password()
        return self.folders.password.read_text()

    def _create(self, *, may_create_databases: bool) -> str:
        """Cluster, role and database appear under their final name only when all is on disk."""
        unfinished = self.folders.unfinished_cluster
        shutil.rmtree(unfinished, ignore_errors=True)
        private_folder(unfinished, self.account)
        password = write_new_password(self.folders.password)
        creates = "CREATEDB" if may_create_databases else "NOCREATEDB"
        self._run("initdb", *INITDB, "--no-sync", "-D", unfinished)
        self._administer(
            unfinished,
            f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER {creates} PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        )
        self._run("initdb", "--sync-only", "-D", unfinished)
        unfinished.rename(self.folders.cluster)
        sync_folder(self.folders.base)
        return password

    def _reset_password(self) -> str:
        """Give the role a new password when the file with the old one was lost."""
        password = write_new_password(self.folders.password)
        self._administer(self.folders.cluster, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
        return password

    def _administer(self, cluster: Path, *statements: str) -> None:
        """Run statements as the superuser, who has no password and cannot log in to a running server."""
        script = "".join(statement + "\n" for statement in statements)
        self._run("postgres", *SINGLE_USER, "-D", cluster, "template1", text=script)

    def _run(self, program: str, *arguments: str | Path, text: str = "") -> None:
        done = self.account.run(self.programs[program], *arguments, text=text, keep=[self.lock.fd])
        if done.returncode != 0:
            raise DatabaseDidNotStart(
                f"{program} failed while preparing the embedded database: {done.stderr.strip()[-1000:]}"
            )


def write_new_password(path: Path) -> str:
    """Write a fresh password for the app's role into a file that only we can read."""
    password = ids.secret_token()
    fresh = path.with_name(path.name + ".unfinished")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync_folder(path.parent)
    return password


def sync_folder(path: Path) -> None:
    """Make a rename survive a power cut."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
