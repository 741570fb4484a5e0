"""Thumbnails and measures follow a file that is stored, once, and go with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from tests.features.files.conftest import in_chunks
from tests.support import media
from tests.support.office import HandClock, Office
from tideline.features import files
from tideline.features.files import (
    PREVIEW_LANE,
    File,
    Files,
    FileState,
    Measures,
    NewFile,
    Objects,
    Previews,
    Purpose,
    Spool,
)
from tideline.features.workspaces.store import removal
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.lanes import Held
from tideline.platform.media import MediaCrashed, Workshop, WorkshopLimits

LIMITS = files.Limits(image_bytes=200_000, document_bytes=200_000, workspace_bytes=1_000_000, reserve_bytes=0)


@pytest.fixture(scope="module")
async def workshop() -> AsyncIterator[Workshop]:
    made = Workshop(WorkshopLimits(workers=1))
    yield made
    await made.close()


@pytest.fixture
def store(db: Database, folder: Path) -> Files:
    return Files.in_folder(db, folder, LIMITS)


@pytest.fixture
def previews(db: Database, store: Files, tmp_path: Path, workshop: Workshop) -> Previews:
    return Previews(db, store, Spool(tmp_path / "spool", largest=10_000_000), workshop)


async def claim(office: Office) -> Held | None:
    async with office.db.system() as tx:
        found = await lanes.claim(tx, PREVIEW_LANE, groups=[office.id])
    return found[0] if found else None


async def turn(office: Office, previews: Previews) -> bool:
    """Look at the file that waits first; false when none does."""
    held = await claim(office)
    if held:
        await previews(held)
        assert held.is_settled
    return held is not None


async def save(office: Office, store: Files, content: bytes, name: str, mimetype: str, **named: Any) -> File:
    new = NewFile(name, mimetype, named.pop("purpose", Purpose.UPLOAD), uploaded_by=office.owner_id, **named)
    return await store.save(office.id, new, in_chunks(content))


async def picture(office: Office, store: Files, **named: Any) -> File:
    return await save(office, store, media.picture(), "menu.jpg", "image/jpeg", **named)


async def row(office: Office, file: File) -> File:
    return (await office.run(files.get_many, [file.uid]))[file.uid]


async def thumbnail(office: Office, file: File) -> File | None:
    uid = (await row(office, file)).thumbnail_uid
    return (await office.run(files.get_many, [uid]))[uid] if uid else None


LOOKED_AT: dict[str, tuple[Any, str, Measures, tuple[int, int] | None]] = {
    "a picture": (media.picture, "image/jpeg", Measures(640, 480), (320, 240)),
    "a film": (media.film, "video/mp4", Measures(640, 360, 1.0), (320, 180)),
    "a document": (media.pdf, "application/pdf", Measures(), (227, 320)),
    "a sound": (media.wav, "audio/wav", Measures(seconds=1.0), None),
}


@pytest.mark.parametrize(("make", "mimetype", "measures", "size"), LOOKED_AT.values(), ids=LOOKED_AT)
@pytest.mark.parametrize("purpose", [Purpose.UPLOAD, Purpose.MEDIA])
async def test_a_stored_file_is_looked_at(
    office: Office,
    store: Files,
    previews: Previews,
    make: Any,
    mimetype: str,
    measures: Measures,
    size: tuple[int, int] | None,
    purpose: Purpose,
) -> None:
    file = await save(office, store, make(), "a file", mimetype, purpose=purpose)
    assert await turn(office, previews)
    assert (await row(office, file)).measures == measures
    small = await thumbnail(office, file)
    assert (small is not None) == (size is not None)
    if small:
        assert (small.purpose, small.mimetype, small.state) == (Purpose.THUMBNAIL, "image/jpeg", FileState.STORED)
        content = b"".join([chunk async for chunk in store.chunks(small)])
        assert media.seen(content).size == size
        assert small.size == len(content)
    assert not await turn(office, previews)


async def test_media_that_came_in_later_is_looked_at_then(office: Office, store: Files, previews: Previews) -> None:
    [file] = await office.run(files.expect, [NewFile("cat.jpg", "image/jpeg", Purpose.MEDIA)])
    assert not await turn(office, previews)
    await store.fill(office.id, file.uid, in_chunks(media.picture()))
    assert await turn(office, previews)
    assert await thumbnail(office, file)


async def test_a_file_in_a_bucket_is_fetched_and_looked_at(
    db: Database, office: Office, tmp_path: Path, workshop: Workshop
) -> None:
    bucket = Files(db, Objects(MemoryStore(), "a bucket"), LIMITS)
    spool = tmp_path / "spool"
    file = await picture(office, bucket)
    assert await turn(office, Previews(db, bucket, Spool(spool, largest=1), workshop))
    small = await thumbnail(office, file)
    assert small
    assert media.seen(b"".join([chunk async for chunk in bucket.chunks(small)])).size == (320, 240)
    assert not list(spool.iterdir())


async def test_a_file_whose_bytes_are_gone_is_given_up(
    office: Office, store: Files, previews: Previews, folder: Path, clock: HandClock
) -> None:
    file = await picture(office, store)
    (folder / file.object_path).unlink()
    assert await turn(office, previews)
    clock.advance(timedelta(days=1))
    assert not await turn(office, previews)


async def test_a_workspace_with_thumbnails_can_be_removed(office: Office, store: Files, previews: Previews) -> None:
    await picture(office, store)
    await turn(office, previews)
    assert len((await office.rows("tenant.file"))["tenant.file"]) == 2
    await office.run(removal.delete_rows)
    assert not (await office.rows("tenant.file"))["tenant.file"]


NOBODY_LOOKS = {
    "a text": ("text/plain", Purpose.UPLOAD, Measures()),
    "an archive": ("application/zip", Purpose.UPLOAD, Measures()),
    "a picture of a chat": ("image/jpeg", Purpose.PHOTO, Measures()),
    "a thumbnail": ("image/jpeg", Purpose.THUMBNAIL, Measures()),
    "a voice note whose length is known": ("audio/ogg", Purpose.UPLOAD, Measures(seconds=7.0)),
}


@pytest.mark.parametrize(("mimetype", "purpose", "measures"), NOBODY_LOOKS.values(), ids=NOBODY_LOOKS)
async def test_nobody_looks_at_what_shows_nothing(
    office: Office, store: Files, mimetype: str, purpose: Purpose, measures: Measures
) -> None:
    await save(office, store, b"content", "a file", mimetype, purpose=purpose, measures=measures)
    assert await claim(office) is None


async def test_thumbnails_count_among_the_bytes_of_a_workspace(
    office: Office, store: Files, previews: Previews
) -> None:
    file = await picture(office, store)
    await turn(office, previews)
    small = await thumbnail(office, file)
    assert small
    used = sum(one["size"] for one in (await office.rows("tenant.file"))["tenant.file"])
    assert used == file.size + small.size


async def test_thumbnails_are_no_uploads(office: Office, store: Files, previews: Previews) -> None:
    file = await picture(office, store)
    await turn(office, previews)
    assert [upload.file.uid for upload in await office.run(files.list_uploads)] == [file.uid]


# Once, and not in anybody's way ------------------------------------------------------------------------------------


async def test_it_is_made_once_however_often_it_is_asked_for(office: Office, store: Files, previews: Previews) -> None:
    file = await picture(office, store)
    held = await claim(office)
    assert held
    other = replace(held)
    await asyncio.gather(previews(held), previews(other), return_exceptions=True)
    stored = [one for one in (await office.rows("tenant.file"))["tenant.file"] if one["state"] == "stored"]
    assert len(stored) == 2
    assert await thumbnail(office, file)


BAD: dict[str, tuple[bytes, str]] = {
    "no picture at all": (b"<html>", "image/jpeg"),
    "half a picture": (media.picture()[:2000], "image/jpeg"),
    "a bomb": (media.png_bomb(50_000, 10_000), "image/png"),
    "half a document": (media.pdf()[:150], "application/pdf"),
    "no film": (b"\0" * 5000, "video/mp4"),
}


@pytest.mark.parametrize(("content", "mimetype"), BAD.values(), ids=BAD)
async def test_a_bad_file_stays_without_and_is_not_tried_again(
    office: Office, store: Files, previews: Previews, clock: HandClock, content: bytes, mimetype: str
) -> None:
    file = await save(office, store, content, "a file", mimetype)
    assert await turn(office, previews)
    assert (await row(office, file)) == file
    clock.advance(timedelta(days=1))
    assert not await turn(office, previews)


async def test_a_document_that_is_never_drawn_is_not_tried_again(
    db: Database, office: Office, store: Files, tmp_path: Path, clock: HandClock
) -> None:
    endless = media.pdf(drawing="0 0 1 RG 0 0 m 600 800 l S 1 0 0 rg 0 0 2000 2000 re f " * 50_000)
    quick = Workshop(WorkshopLimits(workers=1, preview_seconds=1))
    roomy = Files.in_folder(db, tmp_path / "roomy", replace(LIMITS, document_bytes=10**7, workspace_bytes=10**7))
    previews = Previews(db, roomy, Spool(tmp_path / "spool", largest=1), quick)
    await save(office, roomy, endless, "plan.pdf", "application/pdf")
    assert await turn(office, previews)
    clock.advance(timedelta(days=1))
    assert not await turn(office, previews)
    await quick.close()


async def test_a_bad_file_holds_up_nobody(office: Office, store: Files, previews: Previews) -> None:
    await save(office, store, b"no picture", "bad.jpg", "image/jpeg")
    good = await picture(office, store)
    assert await turn(office, previews)
    assert await turn(office, previews)
    assert await thumbnail(office, good)


class Crashing(Workshop):
    """Every worker ends over its file."""

    async def preview(self, source: Any, target: Any) -> Any:
        raise MediaCrashed


async def test_what_may_be_the_fault_of_the_moment_is_tried_three_times(
    office: Office, store: Files, db: Database, tmp_path: Path, clock: HandClock
) -> None:
    crashing = Previews(db, store, Spool(tmp_path / "spool", largest=1), Crashing())
    file = await picture(office, store)
    other = await picture(office, store)
    tries = 0
    for _ in range(20):
        tries += await turn(office, crashing)
        clock.advance(timedelta(hours=1))
    assert tries == 6
    assert (await row(office, file), await row(office, other)) == (file, other)


async def test_what_ends_whoever_looks_at_it_is_given_up(
    office: Office, store: Files, previews: Previews, clock: HandClock
) -> None:
    file = await picture(office, store)
    for _ in range(3):
        assert await claim(office)
        clock.advance(timedelta(minutes=5))
        async with office.db.system() as tx:
            await lanes.expire(tx)
    assert await turn(office, previews)
    assert not await thumbnail(office, file)


async def test_a_full_workspace_has_no_thumbnails(
    office: Office, db: Database, folder: Path, tmp_path: Path, workshop: Workshop
) -> None:
    content = media.picture()
    small = Files.in_folder(db, folder, replace(LIMITS, workspace_bytes=len(content)))
    file = await save(office, small, content, "menu.jpg", "image/jpeg")
    tight = Previews(db, small, Spool(tmp_path / "spool", largest=1), workshop)
    assert await turn(office, tight)
    assert not await thumbnail(office, file)
    assert [one["state"] for one in (await office.rows("tenant.file"))["tenant.file"]].count("stored") == 1


# It goes with its file -------------------------------------------------------------------------------------------


async def test_a_thumbnail_goes_with_its_file(
    db: Database, office: Office, neighbour: Office, store: Files, previews: Previews, folder: Path
) -> None:
    file = await picture(office, store)
    await turn(office, previews)
    small = await thumbnail(office, file)
    assert small
    theirs = await neighbour.rows("tenant.file")
    await office.run(files.delete, file.uid)
    assert [(await row(office, one)).state for one in (file, small)] == [FileState.DELETED, FileState.DELETED]
    await files.sweep(db, store)
    assert not (folder / small.object_path).exists()
    assert await neighbour.rows("tenant.file") == theirs


async def test_a_file_that_is_deleted_meanwhile_leaves_no_thumbnail(
    office: Office, store: Files, previews: Previews
) -> None:
    file = await picture(office, store)
    held = await claim(office)
    assert held
    looking = asyncio.create_task(previews(held))
    await office.run(files.delete, file.uid)
    await looking
    assert {one["state"] for one in (await office.rows("tenant.file"))["tenant.file"]} == {"deleted"}


async def test_a_crash_before_the_thumbnail_is_attached_leaves_nothing_for_long(
    db: Database, office: Office, store: Files, previews: Previews, clock: HandClock, folder: Path
) -> None:
    file = await picture(office, store)
    [half] = await office.run(files.expect, [NewFile("thumbnail.jpg", "image/jpeg", Purpose.THUMBNAIL)])
    (folder / half.object_path).write_bytes(b"bytes that no row speaks of")
    assert await turn(office, previews)
    clock.advance(timedelta(hours=3))
    await files.sweep(db, store)
    assert (await row(office, half)).state is FileState.DELETED
    assert not (folder / half.object_path).exists()
    assert (await thumbnail(office, file)) is not None


async def test_a_workspace_does_not_wait_for_the_backlog_of_another(
    office: Office, neighbour: Office, store: Files, previews: Previews
) -> None:
    for _ in range(5):
        await picture(office, store)
    await picture(neighbour, store)
    async with office.db.system() as tx:
        taken = await lanes.claim(tx, PREVIEW_LANE, limit=1, groups=[office.id, neighbour.id])
        taken += await lanes.claim(tx, PREVIEW_LANE, limit=1, groups=[office.id, neighbour.id])
    assert {held.workspace_id for held in taken} == {office.id, neighbour.id}
