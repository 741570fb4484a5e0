"""The account that PostgreSQL runs under: the caller's own, or an unprivileged one when the caller is root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tideline.platform.launcher.problems import AccountNotUsable, DataFolderOutOfReach

USUAL_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group. `switch` is true when processes must be started under it rather than as ourselves."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make `subprocess` start a program under this account, with nothing of ours."""
        common: dict[str, Any] = {"cwd": "/", "env": {"LC_ALL": "C", "PATH": os.defpath}, "umask": 0o077}
        if not self.switch:
            return common
        return {**common, "user": self.uid, "group": self.gid, "extra_groups": []}

    def run(
        self, *command: str | Path | int, text: str = "", keep: Sequence[int] = ()
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end under this account."""
        return subprocess.run(
            [str(part) for part in command],
            input=text, capture_output=True, text=True, check=False, pass_fds=keep, **self.popen(),
        )  # fmt: skip

    def may_enter(self, folder: Path) -> bool:
        """Ask the system itself, which knows about modes, access lists and mounts."""
        return self.run("/bin/sh", "-c", 'test -x "$1"', "sh", folder).returncode == 0

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose_account(cluster: Path, run_as: str | None = None) -> Account:
    """Ourselves; for root the named account, else the owner of the existing cluster, else a usual one."""
    if os.geteuid() != 0:
        return Account(_name_of(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    if run_as:
        return _checked(_look_up(run_as))
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return _checked(Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid, switch=True))
    for name in USUAL_ACCOUNTS:
        try:
            return _checked(_look_up(name))
        except AccountNotUsable:
            continue
    raise AccountNotUsable(
        "PostgreSQL refuses to run as root, and there is neither a `postgres` nor a `nobody` account to switch to. "
        "Name an ordinary account with TIDELINE_RUN_AS, or start Tideline as an ordinary user."
    )


def open_the_way(folder: Path, account: Account) -> None:
    """Let the account pass through a folder of ours; complain, and change nothing, where a parent is closed to it."""
    if not account.switch or account.may_enter(folder):
        return
    closed = next((parent for parent in reversed(folder.parents) if not account.may_enter(parent)), None)
    if closed is not None:
        raise DataFolderOutOfReach(
            f"PostgreSQL does not run as root, so it runs as {account.name!r}, and that account may not enter "
            f"{closed}. Choose a data folder outside it (--data-dir /var/lib/tideline), name another account with "
            f"TIDELINE_RUN_AS, or open the folder yourself (chmod o+x {closed}).",
            folder=str(closed),
        )
    os.chown(folder, -1, account.gid)
    folder.chmod(folder.stat().st_mode & 0o7777 | 0o010)


def hand_over(folder: Path, account: Account) -> None:
    """Give a folder with all that is in it to the account (the data folder changed hands, or root made it)."""
    if not account.switch or not folder.exists() or folder.lstat().st_uid == account.uid:
        return
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            account.own(Path(place, name))
    account.own(folder)  # last, so that an interrupted walk is done again


def _look_up(name: str) -> Account:
    try:
        entry = pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
    except KeyError:
        raise AccountNotUsable(f"There is no account {name!r} on this machine to run PostgreSQL under.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _checked(account: Account) -> Account:
    if account.uid == 0:
        raise AccountNotUsable("PostgreSQL refuses to run as root. Name an ordinary account with TIDELINE_RUN_AS.")
    try:
        account.run("/bin/sh", "-c", ":")
    except (OSError, subprocess.SubprocessError) as error:
        raise AccountNotUsable(
            f"PostgreSQL refuses to run as root, and this system does not let root switch to {account.name!r} "
            f"({error}). Start Tideline as an ordinary user, or set TIDELINE_DATABASE_URL."
        ) from error
    return account


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
