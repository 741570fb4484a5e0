"""Migrations: applied once, in order, by whoever comes first, and refused where this code does not fit the database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres import PostgresForTests
from tideline.platform import migrate as migrations
from tideline.platform.migrate import State, migrate, status

NOTES = "-- expand\nCREATE SCHEMA directory;\nCREATE TABLE directory.note (id integer PRIMARY KEY, body text);\n"
COLOUR = "-- expand\nALTER TABLE directory.note ADD COLUMN colour text NOT NULL DEFAULT 'white';\n"
NO_BODY = "-- contract\nALTER TABLE directory.note DROP COLUMN body;\n"


@pytest.fixture
def empty(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_empty_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"0001_notes": NOTES, "0002_colour": COLOUR})


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql)
    return folder


async def fetch(dsn: str, sql: str) -> list[tuple[object, ...]]:
    conn = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await conn.fetch(sql)]
    finally:
        await conn.close()


async def test_an_empty_database_gets_everything_in_order_and_only_once(empty: str, folder: Path) -> None:
    assert [migration.number for migration in await migrate(empty, folder)] == [1, 2]
    assert await migrate(empty, folder) == []
    record = await fetch(empty, "SELECT number, name, label, length(sha256) FROM directory.migration ORDER BY number")
    assert record == [(1, "notes", "expand", 64), (2, "colour", "expand", 64)]


async def test_a_database_with_data_keeps_it(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    await fetch(empty, "INSERT INTO directory.note (id, body) SELECT n, 'b' FROM generate_series(1, 5000) n")
    await migrate(empty, write(folder, {"0003_no_body": NO_BODY}))
    assert await fetch(empty, "SELECT count(*), min(colour) FROM directory.note") == [(5000, "white")]


async def test_several_roles_starting_at_once_apply_each_migration_once(empty: str, tmp_path: Path) -> None:
    later = {f"{n:04}_more": f"-- expand\nCREATE TABLE directory.t{n} ();\n" for n in range(3, 12)}
    folder = write(tmp_path, {"0001_notes": NOTES, "0002_colour": COLOUR, **later})
    done = await asyncio.gather(*(migrate(empty, folder) for _ in range(8)))
    assert sorted(migration.number for mine in done for migration in mine) == list(range(1, 12))


async def test_a_failing_migration_leaves_nothing_of_itself_and_all_before_it(empty: str, folder: Path) -> None:
    write(folder, {"0003_wrong": "-- expand\nCREATE TABLE directory.half ();\nSELECT 1/0;\n"})
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, folder)
    assert await fetch(empty, "SELECT max(number), to_regclass('directory.half') FROM directory.migration") == [
        (2, None)
    ]
    write(folder, {"0003_wrong": "-- expand\nCREATE TABLE directory.half ();\n"})
    assert [migration.number for migration in await migrate(empty, folder)] == [3]


async def test_a_schema_newer_than_the_code_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, write(folder, {"0003_no_body": NO_BODY}))
    (folder / "0003_no_body.sql").unlink()
    with pytest.raises(migrations.SchemaNewer, match="0003_no_body"):
        await migrate(empty, folder)


async def test_a_changed_migration_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    write(folder, {"0001_notes": NOTES + "-- a word more\n", "0003_no_body": NO_BODY})
    with pytest.raises(migrations.MigrationChanged, match="0001_notes"):
        await migrate(empty, folder)
    assert await fetch(empty, "SELECT max(number) FROM directory.migration") == [(2,)]


async def test_an_interrupted_restore_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder)
    await fetch(empty, f"CREATE TABLE {migrations.UNFINISHED_RESTORE} ()")
    with pytest.raises(migrations.RestoreUnfinished):
        await migrate(empty, folder)


async def test_the_status_shows_what_is_applied_pending_changed_and_unknown(empty: str, folder: Path) -> None:
    assert [step.state for step in await status(empty, folder)] == [State.PENDING, State.PENDING]
    await migrate(empty, write(folder, {"0003_no_body": NO_BODY}))
    (folder / "0003_no_body.sql").unlink()
    write(folder, {"0002_colour": COLOUR + "\n", "0004_later": "-- expand\n"})
    steps = await status(empty, folder)
    assert [(step.number, step.label, step.state) for step in steps] == [
        (1, "expand", State.APPLIED),
        (2, "expand", State.CHANGED),
        (3, "contract", State.UNKNOWN),
        (4, "expand", State.PENDING),
    ]
    assert [step.applied_at is not None for step in steps] == [True, True, True, False]


@pytest.mark.parametrize(
    "files",
    [
        {"1_short": "-- expand\n"},
        {"0001_Upper": "-- expand\n"},
        {"0001_unlabelled": "CREATE TABLE t ();\n"},
        {"0001_wrong_label": "-- rollback\n"},
        {"0001_one": "-- expand\n", "0001_other": "-- expand\n"},
    ],
    ids=", ".join,
)
def test_files_that_are_not_named_or_labelled_as_they_should_be(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(migrations.MigrationUnreadable):
        migrations.read_folder(write(tmp_path, files))


async def test_our_own_migrations_apply_to_an_empty_database(empty: str) -> None:
    ours = migrations.read_folder(migrations.FOLDER)
    numbers = [migration.number for migration in ours]
    assert numbers == sorted(set(numbers))  # those who write at the same time leave gaps
    assert await migrate(empty) == ours
    assert {step.state for step in await status(empty)} == {State.APPLIED}
