"""The nightly backup: when it is due, what it keeps, and that it never fills the disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tideline.platform import backup as backups
from tideline.platform.backup import Places, kept, next_run, nightly

BERLIN, HELSINKI, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Helsinki"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 11, 23, 3, 17, tzinfo=UTC)

DUE = {
    "later today": (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), datetime(2026, 11, 23, 3, 17, tzinfo=UTC)),
    "exactly now means tomorrow": (NOW, datetime(2026, 11, 24, 3, 17, tzinfo=UTC)),
    "over the end of a year": (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 3, 17, tzinfo=UTC)),
    "in the zone of the clock": (
        datetime(2026, 11, 23, 1, 0, tzinfo=BERLIN),
        datetime(2026, 11, 23, 2, 17, tzinfo=UTC),
    ),
    "far east": (datetime(2026, 11, 23, 4, 0, tzinfo=AUCKLAND), datetime(2026, 11, 23, 14, 17, tzinfo=UTC)),
    "a night without that hour": (
        datetime(2026, 3, 29, 1, 0, tzinfo=HELSINKI),
        datetime(2026, 3, 29, 1, 17, tzinfo=UTC),
    ),
    "a night with that hour twice": (
        datetime(2026, 10, 25, 1, 0, tzinfo=HELSINKI),
        datetime(2026, 10, 25, 0, 17, tzinfo=UTC),
    ),
    "between the two of that night": (
        datetime(2026, 10, 25, 0, 47, tzinfo=UTC).astimezone(HELSINKI),
        datetime(2026, 10, 26, 1, 17, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize(("now", "due"), DUE.values(), ids=DUE)
def test_the_next_run(now: datetime, due: datetime) -> None:
    assert next_run(now) == due
    assert next_run(now).tzinfo is UTC


async def test_the_newest_seven_are_kept_and_what_a_crash_left_goes(dsn: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    leave_a_crashed_one(folder)
    made = [
        await nightly(dsn, folder, places=Places(), app_version="0.1.0", now=NOW + timedelta(days=day))
        for day in range(9)
    ]
    assert kept(folder) == made[2:]
    assert {path.name for path in everything(folder)} == {path.name for path in made[2:]} | {"mine.tar"}
    assert backups.read_manifest(made[-1]).created_at == NOW + timedelta(days=8)


def leave_a_crashed_one(folder: Path) -> None:
    (folder / "nightly-20261101T031700Z.tar.unfinished").mkdir(parents=True)
    (folder / "nightly-20261101T031700Z.tar.unfinished" / "database.dump").write_bytes(b"half")
    (folder / "mine.tar").write_bytes(b"somebody else's")


def everything(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_disk_that_would_become_too_full_is_left_alone(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(backups.NoRoomForBackup, match="MB free"):
        await nightly(dsn, tmp_path, places=Places(), app_version="0.1.0", now=NOW, room_to_leave=1 << 60)
    assert everything(tmp_path) == []


async def test_stored_files_are_left_out_before_the_database_is(dsn: str, tmp_path: Path) -> None:
    too_much = sparse_file(tmp_path / "files" / "1" / "film", 1 << 42)
    made = await nightly(
        dsn, tmp_path / "backups", places=Places(files=too_much.parents[1]), app_version="0.1.0", now=NOW
    )
    assert not backups.read_manifest(made).has_files


def sparse_file(path: Path, size: int) -> Path:
    """A file that claims a size and takes no room."""
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(size)
    return path
