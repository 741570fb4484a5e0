"""`tideline doctor`: looks at everything a set-up needs, and says what to do about what is not well."""

import asyncio
import shutil
import stat
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from tideline.features import business, messages, numbers, partners, webhooks, workspaces
from tideline.features.files import FileStoreAway, FileStoreOfAnother
from tideline.platform import installation, keyfile, lanes, migrate
from tideline.platform.errors import Problem
from tideline.platform.mail import State
from tideline.surfaces.cli.tools import Desk, Setup, Toolbox

LEAST_FREE = 2 * 1024**3
BACKUP_IS_OLD_SECONDS = 2 * 86_400
ANSWER_SECONDS = 3
MANY_FAILED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is and, unless all is well, what to do."""

    about: str
    says: str
    do: str = ""


async def doctor(tools: Toolbox, _: Namespace) -> int:
    """Print what was found, line by line; the exit code is 1 when there is something to do."""
    count = 0
    for finding in [*_on_this_machine(tools.setup), await _server(tools.setup)]:
        count += _print(finding)
    async for finding in _in_the_database(tools):
        count += _print(finding)
    print("All is well." if count == 0 else f"{count} to do.")
    return min(count, 1)


def _print(finding: Finding) -> bool:
    print(f"{'to do' if finding.do else 'ok   '}  {finding.about}: {finding.says}", flush=True)
    if finding.do:
        print(f"       {finding.do}", flush=True)
    return bool(finding.do)


# On this machine -------------------------------------------------------------------------------------------------


def _on_this_machine(setup: Setup) -> Iterator[Finding]:
    yield Finding("Python", ".".join(map(str, sys.version_info[:3])))
    yield _settings(setup)
    yield _address(setup)
    yield from _data_folder(setup)
    if setup.data_dir.is_dir():
        yield from _old_files(setup)
        yield _secret_key(setup)
        yield _backups(setup)
    yield _linking()


def _linking() -> Finding:
    """Whether phones can be linked from this machine."""
    from tideline.connectors.linked import has_extra, has_libmagic

    if not has_extra():
        return Finding(
            "linked numbers", "phones cannot be linked here: that needs an extra, pip install 'tideline[linked]'."
        )
    if not has_libmagic():
        return Finding(
            "linked numbers",
            "the extra is installed, but not the system library libmagic1 that it needs.",
            "Install it: apt install libmagic1 (Debian, Ubuntu), or the package of that name of your system.",
        )
    return Finding("linked numbers", "the extra is installed, phones can be linked.")


def _settings(setup: Setup) -> Finding:
    if setup.unknown_variables:
        names = ", ".join(setup.unknown_variables)
        return Finding(
            "settings", f"Tideline does not know {names}.", "Correct it: `tideline settings` lists all names."
        )
    return Finding("settings", "all variables are known.")


def _address(setup: Setup) -> Finding:
    if setup.public_url is None and not setup.is_loopback:
        return Finding(
            "address",
            f"{setup.host} is open to others, and nobody knows under which address.",
            "Set TIDELINE_PUBLIC_URL to the address that people use: links are built from it.",
        )
    if setup.public_url and setup.public_url.startswith("http://") and not setup.is_loopback:
        return Finding(
            "address",
            f"{setup.public_url} is not encrypted.",
            "Put a TLS proxy in front (docs/reverse-proxy.md) and set TIDELINE_PUBLIC_URL to its https address.",
        )
    return Finding("address", setup.public_url or f"http://{setup.host}:{setup.port}, this machine only.")


def _data_folder(setup: Setup) -> Iterator[Finding]:
    folder = setup.data_dir
    if not folder.is_dir():
        yield Finding("data folder", f"{folder} does not exist yet; the first start makes it.")
        return
    try:
        free = shutil.disk_usage(folder).free
        list(folder.iterdir())
    except OSError as error:
        yield Finding(
            "data folder",
            f"{folder} cannot be read ({error.strerror}).",
            "Run this command under the account that runs Tideline, or name another folder with --data-dir.",
        )
        return
    open_to_others = stat.S_IMODE(folder.stat().st_mode) & 0o007
    if open_to_others & 0o006:
        yield Finding("data folder", f"{folder} is open to everybody.", f"Close it: chmod o-rw {folder}")
    else:
        yield Finding("data folder", str(folder))
    gigabytes = f"{free / 1024**3:.1f} GB are free."
    yield Finding("disk", gigabytes, "" if free > LEAST_FREE else "Make room: uploads stop before the disk is full.")


def _old_files(setup: Setup) -> Iterator[Finding]:
    """Whoever changes over to a bucket has to take along what is there."""
    folder = setup.data_dir / "files"
    if setup.files_url and any(folder.glob("*/*")):
        yield Finding(
            "files folder",
            f"{folder} holds files from before.",
            f"Bring them into the bucket with `tideline files copy {folder}`, then move the folder away.",
        )


def _secret_key(setup: Setup) -> Finding:
    path = setup.data_dir / keyfile.NAME
    if setup.has_secret_key_setting:
        return Finding("secret key", "from TIDELINE_SECRET_KEY.")
    if not path.exists():
        return Finding("secret key", "there is none yet; the first start makes it.")
    if path.stat().st_mode & 0o077:
        return Finding("secret key", f"{path} can be read by others.", f"Close it: chmod 600 {path}")
    return Finding("secret key", f"{path}. Keep a copy apart from the backups.")


def _backups(setup: Setup) -> Finding:
    if setup.database_url:
        return Finding("backups", "the database is your own; back it up together with the files.")
    if not setup.backup_is_on:
        return Finding("backups", "nightly backups are off.", "Set TIDELINE_BACKUP_AT to a time of day, such as 03:30.")
    made = [path.stat().st_mtime for path in setup.backup_dir.glob("*")] if setup.backup_dir.is_dir() else []
    if not made:
        return Finding("backups", f"the first one comes tonight, in {setup.backup_dir}.")
    if time.time() - max(made) > BACKUP_IS_OLD_SECONDS:
        return Finding(
            "backups",
            f"the last one in {setup.backup_dir} is more than two days old.",
            "Look for backup lines in the log; `tideline backup FILE` makes one now.",
        )
    return Finding("backups", f"{len(made)} in {setup.backup_dir}.")


# The server ------------------------------------------------------------------------------------------------------


async def _server(setup: Setup) -> Finding:
    """Is a Tideline answering where the settings say it would be?"""
    host = "127.0.0.1" if setup.is_loopback or setup.host in {"0.0.0.0", "::"} else setup.host
    status = await asyncio.to_thread(_status_of, f"http://{host}:{setup.port}/readyz")
    if status is None:
        return Finding("server", f"nothing answers on port {setup.port}; `tideline serve` starts it.")
    if status == 200:
        return Finding("server", f"ready on port {setup.port}.")
    return Finding("server", f"port {setup.port} answers {status}.", "Look into the log of the server, or at /readyz.")


def _status_of(url: str) -> int | None:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return None


# In the database -------------------------------------------------------------------------------------------------


async def _in_the_database(tools: Toolbox) -> AsyncIterator[Finding]:
    if not tools.setup.database_url and not tools.setup.data_dir.is_dir():
        return
    try:
        async with tools.dsn() as dsn:
            steps = await migrate.status(dsn)
        yield _schema(steps)
        if all(step.state is migrate.State.APPLIED for step in steps):
            async with tools.desk() as desk:
                async for finding in _at_the_desk(desk):
                    yield finding
    except Problem as problem:
        yield Finding("database", problem.message, "See above; docs/problems.md lists every problem.")


def _schema(steps: list[migrate.Step]) -> Finding:
    waiting = [step for step in steps if step.state is migrate.State.PENDING]
    strange = [step for step in steps if step.state in {migrate.State.UNKNOWN, migrate.State.CHANGED}]
    if strange:
        return Finding(
            "database", "it was migrated by another version of Tideline.", "Start the version that it belongs to."
        )
    if waiting:
        return Finding("database", f"{len(waiting)} migrations wait; the next start applies them.")
    return Finding("database", "its schema is that of this version.")


async def _at_the_desk(desk: Desk) -> AsyncIterator[Finding]:
    async with desk.db.system() as tx:
        unreadable = await workspaces.count_unreadable_tokens(tx, desk.access)
        unreadable += await webhooks.count_unreadable_secrets(tx, desk.keyring)
        unreadable += await business.count_unreadable_accounts(tx, desk.keyring)
        unreadable += await partners.count_unreadable_partners(tx, desk.keyring)
        is_held = await lanes.is_held(tx)
        found = await workspaces.list_workspaces(tx)
        deaf = [one for one in await partners.list_partners(tx) if one.errors_counter >= MANY_FAILED]
    for partner in deaf:
        yield Finding(
            "partners",
            f"{partner.errors_counter} events in a row did not reach {partner.id}.",
            "`tideline partner events` says why; `tideline partner redeliver` delivers them again.",
        )
    if unreadable:
        yield Finding(
            "tokens",
            f"Of the tokens and the secrets of webhooks, partners and business numbers {unreadable} cannot be read "
            "with the keys that are here.",
            "Put the missing key back (secret.key or TIDELINE_SECRET_KEY), or rotate them.",
        )
    if is_held:
        yield await _held(desk, found)
    yield await _files(desk)
    yield await _mails(desk)
    if not found:
        yield Finding("workspaces", "there is none yet; `tideline workspace create` makes one.")
    for workspace in found:
        async with desk.db.read(workspace.id) as tx:
            for number in await numbers.list_numbers(tx):
                yield _number(workspace, number)


async def _files(desk: Desk) -> Finding:
    """Can something be written where files are kept, and is the place ours?"""
    async with desk.db.system_read() as tx:
        name = await installation.name(tx)
    try:
        await desk.files.objects.claim(name)
        await desk.files.objects.try_out()
    except FileStoreOfAnother as problem:
        return Finding("files", problem.message, "Correct TIDELINE_FILES_URL.")
    except FileStoreAway as problem:
        return Finding("files", problem.message, "Look at TIDELINE_FILES_URL, its credentials and what they may do.")
    return Finding("files", f"{desk.files.objects.place} can be written.")


async def _mails(desk: Desk) -> Finding:
    async with desk.db.system_read() as tx:
        count = await desk.access.outbox.count(tx)
        newest = await desk.access.outbox.newest(tx, limit=1, state=State.PENDING)
    if failed := count.get(State.FAILED, 0):
        return Finding("mail", f"{failed} could not be sent.", "Look at them: tideline mail list --state failed")
    if newest and newest[0].problem:
        return Finding(
            "mail", f"the mail server says: {newest[0].problem}", "Try the settings: tideline mail test --to EMAIL"
        )
    if desk.mail_server:
        return Finding("mail", f"goes through {desk.mail_server.host}.")
    return Finding("mail", f"there is no mail server; {count.get(State.KEPT, 0)} mails are kept: tideline mail list")


async def _held(desk: Desk, everywhere: Sequence[workspaces.Workspace]) -> Finding:
    waiting = 0
    for workspace in everywhere:
        async with desk.db.read(workspace.id) as tx:
            waiting += await messages.count_restored(tx)
    return Finding(
        "sending",
        f"held since the restore; {waiting} messages waited in the backup and may have been sent since.",
        "Run `tideline release`, with --drop-pending if those are not to be sent.",
    )


def _number(workspace: workspaces.Workspace, number: numbers.Number) -> Finding:
    about = f"number {number.id} of {workspace.slug}"
    if number.is_connected or number.is_paused:
        return Finding(about, number.sentence)
    if number.is_business:
        options = f"--workspace {workspace.slug} --number +{number.phone}"
        mend = f"tideline number change-secrets {options}, or add-cloud if it was taken out"
        return Finding(about, number.sentence, mend if number.is_gone else "Look into Meta's business settings.")
    if number.is_gone:
        return Finding(about, number.sentence, f"tideline number link --workspace {workspace.slug} --teammate EMAIL")
    return Finding(about, number.sentence, "Wait a minute; then look at the phone and its connection.")
