"""Backup and restore: what comes back, and what a crash in the middle leaves."""

import asyncio
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.small_installation import BODY, LATER, NOW, Installation, bring_back, make, names_below
from tideline.platform import backup as backups
from tideline.platform import migrate


async def test_everything_comes_back(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    made = await make(used, tmp_path / "b.tar", key=True)
    other = new_installation()
    assert await bring_back(tmp_path / "b.tar", other, migrations) == made
    assert await other.fetch("SELECT count(*), min(body) FROM directory.note WHERE id > 0") == [(1000, BODY)]
    assert await other.fetch("SELECT body FROM directory.note WHERE id = 0") == [("held",)]
    assert other.content() == used.content()
    session = sqlite3.connect(other.folder / "sessions" / "1.db")
    assert session.execute("SELECT jid FROM device").fetchall() == [("4711",)]
    session.close()
    assert await migrate.migrate(other.dsn, migrations) == []
    assert not other.work.exists()


async def test_the_manifest_says_what_is_inside_and_the_key_only_comes_on_request(
    used: Installation, tmp_path: Path
) -> None:
    made = await make(used, tmp_path / "b.tar")
    assert backups.read_manifest(tmp_path / "b.tar") == made
    assert (made.app_version, made.schema, made.created_at) == ("0.1.0", 1, NOW)
    assert not made.has_secret_key
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "secret.key" not in tar.getnames()
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    assert names_below(tmp_path, "*.unfinished") == []


async def test_a_session_that_is_being_written_is_copied_whole(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    session = sqlite3.connect(used.folder / "sessions" / "1.db")
    session.execute("INSERT INTO device VALUES ('in the write-ahead log')")
    session.commit()
    await make(used, tmp_path / "b.tar")
    session.close()
    other = new_installation()
    await bring_back(tmp_path / "b.tar", other, migrations)
    assert [path.name for path in (other.folder / "sessions").iterdir()] == ["1.db"]
    copy = sqlite3.connect(other.folder / "sessions" / "1.db")
    assert copy.execute("SELECT count(*) FROM device").fetchall() == [(2,)]
    copy.close()


async def test_the_loop_is_free_while_the_backup_is_made(used: Installation, tmp_path: Path) -> None:
    made = asyncio.create_task(make(used, tmp_path / "b.tar"))
    turns = 0
    while not made.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_an_older_backup_is_migrated_before_it_is_held(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    await make(used, tmp_path / "b.tar")
    (migrations / "0002_later.sql").write_text(LATER)

    async def hold_all(conn: "asyncpg.Connection[Any]") -> None:
        await conn.execute("UPDATE directory.note SET held = true")

    other = new_installation()
    await bring_back(tmp_path / "b.tar", other, migrations, after=hold_all)
    assert await other.fetch("SELECT DISTINCT held FROM directory.note") == [(True,)]


async def test_a_restore_whose_last_step_failed_does_not_start_and_can_be_run_again(
    backed_up: tuple[Installation, Path], new_installation: Callable[[], Installation], migrations: Path
) -> None:
    async def crash(conn: "asyncpg.Connection[Any]") -> None:
        raise RuntimeError("the power went")

    used, archive = backed_up
    other = new_installation()
    with pytest.raises(RuntimeError):
        await bring_back(archive, other, migrations, after=crash)
    with pytest.raises(migrate.RestoreUnfinished):
        await migrate.migrate(other.dsn, migrations)
    await bring_back(archive, other, migrations)
    assert await other.fetch("SELECT count(*) FROM directory.note") == [(1001,)]
    assert other.content() == used.content()


async def test_a_restore_that_was_killed_after_files_were_placed_can_be_run_again(
    backed_up: tuple[Installation, Path], new_installation: Callable[[], Installation], migrations: Path
) -> None:
    used, archive = backed_up
    other = new_installation()
    await bring_back(archive, other, migrations)
    leave_as_if_killed(other)
    await other.fetch(f"CREATE TABLE {migrate.UNFINISHED_RESTORE} ()")
    await bring_back(archive, other, migrations)
    assert other.content() == used.content()
    assert not other.work.exists()


def leave_as_if_killed(installation: Installation) -> None:
    installation.work.mkdir()
    (installation.work / "placed").write_text("files\nsessions\n")
