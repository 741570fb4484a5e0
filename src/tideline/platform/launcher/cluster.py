"""Makes the database cluster once, and checks on every start that it is ours to open."""

import os
import shutil
from pathlib import Path

from tideline.platform import ids
from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.config import DATABASE, ROLE
from tideline.platform.launcher.folders import Folders, private_folder
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


def create_cluster(folders: Folders, account: Account, programs: Programs, *, may_create_databases: bool) -> str:
    """Make cluster, role and database; they appear under their final name only when all is on disk."""
    unfinished = folders.unfinished_cluster
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(unfinished, account)
    password = new_password(folders.password)
    _must(account, programs["initdb"], *INITDB, "--no-sync", "-D", unfinished)
    role = f"CREATE ROLE {ROLE} LOGIN {'CREATEDB' if may_create_databases else 'NOCREATEDB'} PASSWORD '{password}'"
    administer(account, programs, unfinished, role, f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    _must(account, programs["initdb"], "--sync-only", "-D", unfinished)
    unfinished.rename(folders.cluster)
    sync_folder(folders.base)
    return password


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


def reset_password(folders: Folders, account: Account, programs: Programs) -> str:
    """Give the role a new password when the file with the old one was lost."""
    password = new_password(folders.password)
    administer(account, programs, folders.cluster, f"ALTER ROLE {ROLE} PASSWORD '{password}'")
    return password


def administer(account: Account, programs: Programs, cluster: Path, *statements: str) -> None:
    """Run statements as superuser on a stopped cluster: the superuser has no password and cannot log in."""
    options = ("-c", "exit_on_error=on", "-c", "log_checkpoints=off", "-c", "log_min_error_statement=panic")
    script = "".join(statement + "\n" for statement in statements)
    _must(account, programs["postgres"], "--single", *options, "-D", cluster, "template1", text=script)


def new_password(path: Path) -> str:
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


def _must(account: Account, *command: str | Path, text: str = "") -> None:
    done = account.run(*command, text=text)
    if done.returncode != 0:
        name = Path(command[0]).name
        raise DatabaseDidNotStart(f"{name} failed while preparing the embedded database: {done.stderr.strip()[-1000:]}")
