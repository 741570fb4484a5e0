"""Backup and restore: what comes back, what is refused, and what a crash in the middle leaves."""

import asyncio
import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.postgres import PostgresForTests
from tideline.platform import backup as backups
from tideline.platform import migrate
from tideline.platform.backup import Places, backup, restore

NOW = datetime(2026, 11, 23, 3, 17, tzinfo=UTC)
NOTES = "-- expand\nCREATE SCHEMA directory;\nCREATE TABLE directory.note (id integer PRIMARY KEY, body text);\n"
LATER = "-- expand\nALTER TABLE directory.note ADD COLUMN held boolean NOT NULL DEFAULT false;\n"
BODY = "SET transaction_timeout = 0;\n\\.\ttab, Grüße, 🌊"


class Installation:
    """A small installation: a database, stored files, linked sessions, a secret key."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder = folder
        self.dsn = dsn
        self.places = Places(files=folder / "files", sessions=folder / "sessions", secret_key=folder / "secret.key")
        self.work = folder / "restore.unfinished"

    async def fetch(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        conn = await asyncpg.connect(self.dsn)
        try:
            return [tuple(row) for row in await conn.fetch(sql, *args)]
        finally:
            await conn.close()

    def content(self) -> dict[str, bytes]:
        kept = (self.folder / "files", self.folder / "secret.key")
        paths = [path for place in kept for path in (place, *place.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


@pytest.fixture
def new_installation(postgres: PostgresForTests, tmp_path: Path) -> Iterator[Callable[[], Installation]]:
    made: list[Installation] = []

    def make() -> Installation:
        folder = tmp_path / f"data{len(made)}"
        folder.mkdir()
        made.append(Installation(folder, postgres.new_empty_database()))
        return made[-1]

    yield make
    for installation in made:
        postgres.drop(installation.dsn)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    return write_migrations(tmp_path / "migrations")


@pytest.fixture
async def used(new_installation: Callable[[], Installation], migrations: Path) -> Installation:
    return await put_to_use(new_installation(), migrations)


@pytest.fixture(scope="module")
async def backed_up(postgres: PostgresForTests, tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """An installation and its backup with key, for all who change neither."""
    folder = tmp_path_factory.mktemp("backed_up")
    used = await put_to_use(
        Installation(folder, postgres.new_empty_database()), write_migrations(folder / "migrations")
    )
    await make(used, folder / "b.tar", key=True)
    return used, folder / "b.tar"


@pytest.fixture
def archive(backed_up: tuple[Installation, Path], tmp_path: Path) -> Path:
    """A copy of that backup."""
    return Path(shutil.copy(backed_up[1], tmp_path / "b.tar"))


def write_migrations(folder: Path) -> Path:
    folder.mkdir()
    (folder / "0001_notes.sql").write_text(NOTES)
    return folder


async def put_to_use(installation: Installation, migrations: Path) -> Installation:
    await migrate.migrate(installation.dsn, migrations)
    await installation.fetch("INSERT INTO directory.note SELECT n, $1 FROM generate_series(1, 1000) n", BODY)
    fill(installation)
    return installation


def fill(installation: Installation) -> None:
    for name, content in {"files/1/a": b"A" * 70_000, "files/1/b": b"", "files/2/ü ö.png": b"P"}.items():
        path = installation.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (installation.folder / "secret.key").write_bytes(b"very secret")
    (installation.folder / "sessions").mkdir()
    session = sqlite3.connect(installation.folder / "sessions" / "1.db")
    session.executescript(
        "PRAGMA journal_mode = wal; CREATE TABLE device (jid text); INSERT INTO device VALUES ('4711');"
    )
    session.close()


async def make(used: Installation, to: Path, *, key: bool = False) -> backups.Manifest:
    places = used.places if key else Places(files=used.places.files, sessions=used.places.sessions)
    return await backup(used.dsn, to, places=places, app_version="0.1.0", now=NOW)


def names_below(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.rglob(pattern)]


async def hold(conn: "asyncpg.Connection[Any]") -> None:
    await conn.execute("INSERT INTO directory.note VALUES (0, 'held')")


async def bring_back(file: Path, into: Installation, migrations: Path, after: Any = hold) -> backups.Manifest:
    return await restore(file, into.dsn, places=into.places, work=into.work, after=after, migrations=migrations)


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


async def test_a_backup_of_a_newer_version_is_refused(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    (migrations / "0002_later.sql").write_text(LATER)
    await migrate.migrate(used.dsn, migrations)
    await make(used, tmp_path / "b.tar")
    (migrations / "0002_later.sql").unlink()
    with pytest.raises(backups.BackupNewer, match="schema 0002"):
        await bring_back(tmp_path / "b.tar", new_installation(), migrations)


async def test_a_database_that_is_not_empty_is_refused(backed_up: tuple[Installation, Path], migrations: Path) -> None:
    used, archive = backed_up
    with pytest.raises(backups.RestoreTargetInUse, match="directory"):
        await bring_back(archive, used, migrations)
    assert await used.fetch("SELECT count(*) FROM directory.note") == [(1000,)]


async def test_a_data_folder_that_is_not_empty_is_refused(
    archive: Path, new_installation: Callable[[], Installation], migrations: Path
) -> None:
    other = new_installation()
    fill(other)
    with pytest.raises(backups.RestoreTargetInUse, match="files is not empty"):
        await bring_back(archive, other, migrations)
    third = new_installation()
    (third.folder / "secret.key").write_bytes(b"another")
    with pytest.raises(backups.RestoreTargetInUse, match="another secret key"):
        await bring_back(archive, third, migrations)
    assert await third.fetch("SELECT to_regnamespace('directory')") == [(None,)]


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


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_a_flipped_bit(data: bytes) -> bytes:
    at = data.index(b"A" * 100)
    return data[:at] + b"B" + data[at + 1 :]


def not_a_tar(data: bytes) -> bytes:
    return b"hello" * 1000


def empty(data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncated, with_a_flipped_bit, not_a_tar, empty])
async def test_a_damaged_backup_is_refused_and_changes_nothing(
    damage: Callable[[bytes], bytes],
    archive: Path,
    new_installation: Callable[[], Installation],
    migrations: Path,
) -> None:
    change(archive, damage)
    other = new_installation()
    with pytest.raises(backups.BackupUnreadable):
        await bring_back(archive, other, migrations)
    assert await other.fetch("SELECT to_regnamespace('directory')") == [(None,)]
    assert not (other.places.files and other.places.files.exists())


def change(path: Path, how: Callable[[bytes], bytes]) -> None:
    path.write_bytes(how(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("files/../../escaped", tarfile.REGTYPE),
        ("/etc/escaped", tarfile.REGTYPE),
        ("files//escaped", tarfile.REGTYPE),
        ("elsewhere/escaped", tarfile.REGTYPE),
        ("postgres", tarfile.REGTYPE),
        ("files/link", tarfile.SYMTYPE),
        ("files/link", tarfile.LNKTYPE),
        ("files/device", tarfile.CHRTYPE),
    ],
)
async def test_a_backup_with_names_that_lead_elsewhere_is_refused(
    name: str,
    kind: bytes,
    archive: Path,
    new_installation: Callable[[], Installation],
    migrations: Path,
    tmp_path: Path,
) -> None:
    smuggle(archive, name, kind)
    other = new_installation()
    with pytest.raises(backups.BackupUnreadable, match="no backup of Tideline would"):
        await bring_back(archive, other, migrations)
    assert names_below(tmp_path, "*escaped*") == []


def smuggle(into: Path, name: str, kind: bytes) -> None:
    """Put one more member in front of all others."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    member.size = 4 if kind == tarfile.REGTYPE else 0
    front = io.BytesIO()
    with tarfile.open(fileobj=front, mode="w") as tar:
        tar.addfile(member, io.BytesIO(b"evil"))
        length = front.tell()
    into.write_bytes(front.getvalue()[:length] + into.read_bytes())


async def test_a_database_without_tideline_has_nothing_to_back_up(
    new_installation: Callable[[], Installation], tmp_path: Path
) -> None:
    with pytest.raises(backups.NothingToBackUp):
        await make(new_installation(), tmp_path / "b.tar")
    assert names_below(tmp_path, "b.tar*") == []


async def test_an_existing_file_is_not_overwritten(used: Installation, tmp_path: Path) -> None:
    change_to = tmp_path / "b.tar"
    await make(used, change_to)
    with pytest.raises(backups.BackupNotWritten, match="exists already"):
        await make(used, change_to)


async def test_a_place_that_cannot_be_written_is_named(used: Installation, tmp_path: Path) -> None:
    with pytest.raises(backups.BackupNotWritten, match="no-such-folder"):
        await make(used, tmp_path / "no-such-folder" / "b.tar")
