"""What crashes and deletions leave behind is swept, and nothing else."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.features.files.conftest import in_chunks, upload
from tests.support.office import HandClock, Office
from tideline.features import files
from tideline.features.files import File, Files, FileState, NewFile, Purpose, Swept, sweep, sweep_orphans
from tideline.platform.db import Database

HOURS = timedelta(hours=1)


async def expect(office: Office, purpose: Purpose) -> File:
    [file] = await office.run(files.expect, [NewFile("a.png", "image/png", purpose)])
    return file


def put(folder: Path, file: File, content: bytes = b"bytes") -> Path:
    """What a crash between writing the object and marking its row leaves."""
    place = folder / file.object_path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


async def state_of(office: Office, file: File) -> FileState:
    return (await office.run(files.get_many, [file.uid]))[file.uid].state


LEFT_BEHIND = {
    "an upload without bytes, just begun": (Purpose.UPLOAD, False, 1 * HOURS, FileState.PENDING),
    "an upload without bytes": (Purpose.UPLOAD, False, 3 * HOURS, FileState.DELETED),
    "an upload nobody was told of": (Purpose.UPLOAD, True, 3 * HOURS, FileState.DELETED),
    "media still asked for": (Purpose.MEDIA, False, 70 * HOURS, FileState.PENDING),
    "media that never came": (Purpose.MEDIA, False, 73 * HOURS, FileState.DELETED),
    "media that came, but its row does not know": (Purpose.MEDIA, True, 73 * HOURS, FileState.STORED),
}


@pytest.mark.parametrize(("purpose", "has_bytes", "age", "expected"), LEFT_BEHIND.values(), ids=LEFT_BEHIND)
async def test_what_was_left_half_done(
    db: Database,
    office: Office,
    neighbour: Office,
    store: Files,
    folder: Path,
    clock: HandClock,
    purpose: Purpose,
    has_bytes: bool,
    age: timedelta,
    expected: FileState,
) -> None:
    file = await expect(office, purpose)
    place = put(folder, file) if has_bytes else folder / file.object_path
    theirs = await neighbour.rows("tenant.file")
    clock.advance(age)
    await sweep(db, store)
    assert await state_of(office, file) is expected
    assert place.exists() == (expected is FileState.STORED)
    assert await neighbour.rows("tenant.file") == theirs


async def test_rescued_media_has_its_real_size(
    db: Database, office: Office, store: Files, folder: Path, clock: HandClock
) -> None:
    file = await expect(office, Purpose.MEDIA)
    put(folder, file, b"seven..")
    clock.advance(73 * HOURS)
    assert await sweep(db, store) == Swept(finished=1)
    assert (await office.run(files.get, file.uid)).size == 7


async def test_a_deleted_file_goes_with_the_next_sweep_and_costs_nothing_after(
    db: Database, office: Office, neighbour: Office, store: Files, folder: Path
) -> None:
    file = await store.save(office.id, upload(), in_chunks(b"x"))
    kept = await store.save(office.id, upload(), in_chunks(b"y"))
    await office.run(files.delete, file.uid)
    assert await sweep(db, store) == Swept(removed=1)
    assert not (folder / file.object_path).exists()
    assert (folder / kept.object_path).exists()
    assert await sweep(db, store) == Swept()


async def test_objects_that_no_row_knows_are_removed_when_they_are_old(
    db: Database, office: Office, neighbour: Office, store: Files, folder: Path, clock: HandClock
) -> None:
    kept = await store.save(office.id, upload(), in_chunks(b"x"))
    orphan = folder / str(office.id) / str(uuid4())
    orphan.write_bytes(b"nobody knows me")
    torn = folder / kept.object_path.replace(str(kept.uid), f"{uuid4()}#1")
    torn.write_bytes(b"half of")
    foreign = folder / "README"
    foreign.write_bytes(b"not ours")
    assert await sweep_orphans(db, store) == 0
    clock.time = clock.time.replace(year=clock.time.year + 10)
    assert await sweep_orphans(db, store) == 2
    assert not orphan.exists()
    assert not torn.exists()
    assert (folder / kept.object_path).exists()
    assert foreign.exists()
