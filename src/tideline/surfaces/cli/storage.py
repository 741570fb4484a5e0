"""The database and what belongs to it: migrations, backups, restores, the demo."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tideline import __version__
from tideline.features import messages, numbers, partners, webhooks, workspaces
from tideline.features.files import Objects, copy_from
from tideline.platform import backup as backups
from tideline.platform import installation, keyfile, lanes, migrate
from tideline.platform.db import SystemTx
from tideline.platform.errors import Problem
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Setup, Toolbox

if TYPE_CHECKING:
    import asyncpg


class NothingHeld(Problem):
    code = "nothing_held"
    message = "Nothing is held: sending and delivery are running."


class FilesMissing(Problem):
    code = "files_missing"
    message = "Files that the database knows are not there."


class NoDemo(Problem):
    code = "no_demo"
    message = "There is no demo workspace."


async def bring_up_to_date(tools: Toolbox, options: Namespace) -> None:
    async with tools.dsn() as dsn:
        if options.status:
            steps = await migrate.status(dsn)
            rows = [(f"{step.number:04}", step.name, step.label, step.state) for step in steps]
            table(("NUMBER", "NAME", "LABEL", "STATE"), rows)
            return
        done = await migrate.migrate(dsn)
    for one in done:
        print(f"applied {one.number:04}_{one.name}")
    if not done:
        print("The database is up to date.")


async def backup(tools: Toolbox, options: Namespace) -> None:
    async with tools.dsn() as dsn:
        made = await backups.backup(
            dsn,
            options.to,
            places=_places(
                tools.setup,
                with_key=options.with_key,
                with_files=tools.setup.files_url is None,
                with_sessions=tools.setup.sessions.is_dir(),
            ),
            app_version=__version__,
            now=datetime.now(UTC),
        )
    print(f"{options.to}: the database, {made.members} files, {made.bytes >> 20} MB.")
    if tools.setup.files_url:
        print(f"Uploads and media are not in it: they are kept in {tools.setup.files_url}, which has its own backups.")
    if not options.with_key:
        print(f"The secret keys are not in it. Keep a copy of {tools.setup.data_dir / keyfile.NAME} apart from it.")


async def restore(tools: Toolbox, options: Namespace) -> None:
    async with tools.dsn() as dsn:
        restored = await backups.restore(
            options.source,
            dsn,
            places=_places(tools.setup, with_key=True, with_files=True, with_sessions=True),
            work=tools.setup.data_dir / "restore",
            after=_hold,
        )
    print("Restored. Messages will come in, nothing is sent or delivered until you run `tideline release`.")
    print(
        "What waited to be sent in the backup may have been sent since: `tideline release --drop-pending` lets it fail."
    )
    for line in _where_files_are(tools.setup, has_files=restored.has_files):
        print(line)
    if not tools.setup.has_secret_key_setting and not (tools.setup.data_dir / keyfile.NAME).exists():
        print(f"The backup holds no keys: put secret.key into {tools.setup.data_dir} before you start Tideline.")


def _where_files_are(setup: Setup, *, has_files: bool) -> Iterator[str]:
    """A backup and the installation that it is restored into may keep files in different places."""
    folder = setup.data_dir / "files"
    if has_files and setup.files_url:
        yield f"The files of the backup are in {folder}. Bring them into {setup.files_url}:"
        yield f"  tideline files copy {folder}"
    elif setup.files_url:
        yield f"The backup holds no files: they are looked for in {setup.files_url}."
        yield "Nothing is removed there until the release, in case the first installation is still running."
    elif not has_files:
        yield "The backup holds no files: it was made where they are kept in a bucket. Set TIDELINE_FILES_URL to it, or"
        yield "bring them here with `tideline files copy s3://bucket/path`."


def _source(typed: str, setup: Setup) -> Objects:
    if "://" in typed:
        return Objects.at(typed, setup.files_endpoint)
    folder = Path(typed).absolute()
    if not folder.is_dir():
        raise FilesMissing(f"There is no folder {folder}.")
    return Objects.in_folder(folder)


async def copy_files(tools: Toolbox, options: Namespace) -> None:
    """From a folder or a bucket into the place that the settings name."""
    source = _source(options.source, tools.setup)
    async with tools.desk() as desk:
        async with desk.db.system_read() as tx:
            name = await installation.name(tx)
        await desk.files.objects.claim(name)
        done = await copy_from(desk.db, desk.files, source)
    print(f"{done.copied} files copied, {done.bytes >> 20} MB; {done.there} were there.")
    if done.missing:
        raise FilesMissing(f"{done.missing} files that the database knows are in neither place.")


async def _hold(connection: "asyncpg.Connection[Any]") -> None:
    """What must not simply go on: sending, delivering, holding sessions, reading on in the log."""
    tx = SystemTx(connection, datetime.now(UTC))
    await installation.begin_again(tx)
    await numbers.release_all_leases(tx)
    for workspace in await workspaces.list_workspaces(tx):
        async with tx.workspace(workspace.id) as own:
            await messages.mark_restored(own)


async def release(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        async with desk.db.system_read() as tx:
            if await installation.held_at(tx) is None:
                raise NothingHeld
            everywhere = await workspaces.list_workspaces(tx)
        if options.drop_pending:
            dropped = [await desk.db.run(one.id, messages.drop_restored) for one in everywhere]
            print(f"{sum(dropped)} messages that waited in the backup are marked as failed.")
        async with desk.db.system() as tx:
            await lanes.release_all(tx, [*numbers.NUMBER_LANES, webhooks.LANE, partners.LANE])
    print("Sending and delivery go on.")


async def remove_demo(tools: Toolbox, _: Namespace) -> None:
    removed = await tools.remove_demo()
    if removed is None:
        raise NoDemo
    print(f"The workspace {removed} is removed.")


def _places(setup: Setup, *, with_key: bool, with_files: bool, with_sessions: bool) -> backups.Places:
    key = setup.data_dir / keyfile.NAME
    return backups.Places(
        files=setup.data_dir / "files" if with_files else None,
        sessions=setup.sessions if with_sessions else None,
        secret_key=key if with_key and not setup.has_secret_key_setting else None,
    )
