"""Bytes go in and come out again, and nothing is left when they do not."""

import asyncio
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.files.conftest import in_chunks, upload
from tests.support.office import Office
from tideline.features import files
from tideline.features.files import (
    DiskFull,
    File,
    FileIsEmpty,
    FileNotFound,
    FileNotReady,
    Files,
    FileState,
    FileTooLarge,
    Limits,
    NewFile,
    Purpose,
    WorkspaceFull,
)
from tideline.features.files.model import MEGABYTE
from tideline.platform.db import Database


async def read(store: Files, file: File, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.chunks(file, start, end)])


async def states(office: Office) -> list[str]:
    return [row["state"] for row in (await office.rows("tenant.file"))["tenant.file"]]


def objects(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [1, 65_536, 3_000_001])
async def test_a_file_comes_out_as_it_went_in(office: Office, store: Files, folder: Path, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    saved = await store.save(office.id, upload(), in_chunks(content))
    assert (saved.state, saved.size) == (FileState.STORED, size)
    assert await read(store, saved) == content
    assert await read(store, saved, size // 2) == content[size // 2 :]
    assert await read(store, saved, 0, 1) == content[:1]
    assert objects(folder) == [folder / str(office.id) / str(saved.uid)]


def test_nobody_else_may_look_into_the_folder(store: Files, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_source_can_be_read_as_often_as_asked(office: Office, store: Files) -> None:
    source = store.source(await store.save(office.id, upload(), in_chunks(b"again")))
    for _ in range(2):
        assert b"".join([chunk async for chunk in source.chunks()]) == b"again"


async def test_a_name_is_never_part_of_a_path(office: Office, store: Files, folder: Path) -> None:
    saved = await store.save(office.id, upload("../../../../tmp/evil\0.pdf"), in_chunks(b"x"))
    assert saved.filename == "evil.pdf"
    assert objects(folder) == [folder / str(office.id) / str(saved.uid)]


async def test_expected_bytes_follow_their_row(office: Office, store: Files) -> None:
    [file] = await office.run(files.expect, [NewFile("voice.ogg", "audio/ogg", Purpose.MEDIA, size=5)])
    with pytest.raises(FileNotReady):
        await read(store, file)
    filled = await store.fill(office.id, file.uid, in_chunks(b"hello"))
    assert filled.is_stored
    assert filled == await store.fill(office.id, file.uid, in_chunks(b"other"))
    assert await read(store, filled) == b"hello"


async def test_what_was_announced_wrongly_is_stored_as_it_is(office: Office, store: Files) -> None:
    [file] = await office.run(files.expect, [NewFile("voice.ogg", "audio/ogg", Purpose.MEDIA, size=500)])
    assert (await store.fill(office.id, file.uid, in_chunks(b"hello"))).size == 5


TOO_MUCH = {
    "a picture": (upload("a.png", "image/png"), 1_001),
    "a picture that said so": (upload("a.png", "image/png", size=1_001), 0),
    "a document": (upload("a.pdf"), 5_000_001),
}


@pytest.mark.parametrize(("new", "size"), TOO_MUCH.values(), ids=TOO_MUCH)
async def test_what_is_too_large_leaves_nothing(
    office: Office, store: Files, folder: Path, new: NewFile, size: int
) -> None:
    with pytest.raises(FileTooLarge):
        await store.save(office.id, new, in_chunks(b"x" * size))
    assert set(await states(office)) <= {"deleted"}
    assert objects(folder) == []


async def test_an_endless_stream_is_cut_off(office: Office, store: Files, folder: Path) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 65_536
            yield b"x" * 65_536

    with pytest.raises(FileTooLarge):
        await store.save(office.id, upload(), endless())
    assert given < 6_000_000
    assert objects(folder) == []


async def test_an_empty_file_is_refused(office: Office, store: Files, folder: Path) -> None:
    with pytest.raises(FileIsEmpty):
        await store.save(office.id, upload(), in_chunks(b""))
    assert await states(office) == ["deleted"]
    assert objects(folder) == []


async def test_a_stream_that_breaks_leaves_nothing(office: Office, store: Files, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.save(office.id, upload(), broken())
    assert await states(office) == ["deleted"]
    assert objects(folder) == []


async def test_an_upload_that_is_cancelled_leaves_nothing(office: Office, store: Files, folder: Path) -> None:
    begun = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        begun.set()
        await asyncio.Event().wait()

    saving = asyncio.create_task(store.save(office.id, upload(), slow()))
    await begun.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert await states(office) == ["deleted"]
    await asyncio.to_thread(until_empty, folder)


def until_empty(folder: Path) -> None:
    """The store drops what it had begun in a thread of its own."""
    give_up_at = time.monotonic() + 10
    while objects(folder):
        assert time.monotonic() < give_up_at


async def test_a_workspace_has_only_so_much_room(office: Office, neighbour: Office, store: Files) -> None:
    for _ in range(2):
        await store.save(office.id, upload(), in_chunks(b"x" * 5_000_000))
    with pytest.raises(WorkspaceFull):
        await store.save(office.id, upload(size=2_500_000), in_chunks(b"x" * 2_500_000))
    await store.save(neighbour.id, upload(size=2_500_000), in_chunks(b"x" * 2_500_000))


async def test_the_disk_is_never_filled(db: Database, office: Office, folder: Path) -> None:
    store = Files.in_folder(db, folder, Limits(reserve_bytes=2**62))
    with pytest.raises(DiskFull):
        await store.save(office.id, upload(), in_chunks(b"x"))
    assert objects(folder) == []


async def test_deleted_while_its_bytes_come_in(office: Office, store: Files, folder: Path) -> None:
    [file] = await office.run(files.expect, [NewFile("voice.ogg", "audio/ogg", Purpose.MEDIA)])

    async def deleting() -> AsyncIterator[bytes]:
        yield b"x"
        await office.run(files.delete, file.uid)

    with pytest.raises(FileNotFound):
        await store.fill(office.id, file.uid, deleting())
    assert objects(folder) == []


async def test_what_is_stored_is_not_given_up(office: Office, store: Files) -> None:
    """Whoever stored it may have lost the answer of the database, and believe that it failed."""
    saved = await store.save(office.id, upload(), in_chunks(b"x"))
    await store.give_up(office.id, saved.uid)
    assert await store.get(office.id, saved.uid) == saved


async def test_nobody_fills_a_workspace_by_what_they_announce(office: Office, store: Files) -> None:
    for _ in range(2):
        [file] = await office.run(files.expect, [NewFile("a.pdf", "application/pdf", Purpose.MEDIA, size=2**64)])
    assert file.size == 2 * 1024 * MEGABYTE
    with pytest.raises(FileTooLarge):
        await store.fill(office.id, file.uid, in_chunks(b"x"))


async def test_the_list_shows_uploads_newest_first_by_a_part_of_the_name(office: Office, store: Files) -> None:
    for name in ("Price-List.pdf", "menu 100%.pdf", "under_score.txt"):
        await store.save(office.id, upload(name), in_chunks(b"x"))
    await office.run(files.expect, [NewFile("media.pdf", "application/pdf", Purpose.MEDIA), upload("pending.pdf")])
    found = {
        part: [one.file.filename for one in await office.run(files.list_uploads, part)]
        for part in ("", "PDF", "100%", "_", "%", "\\")
    }
    assert found == {
        "": ["under_score.txt", "menu 100%.pdf", "Price-List.pdf"],
        "PDF": ["menu 100%.pdf", "Price-List.pdf"],
        "100%": ["menu 100%.pdf"],
        "_": ["under_score.txt"],
        "%": ["menu 100%.pdf"],
        "\\": [],
    }


async def test_files_of_another_workspace_are_not_there(office: Office, neighbour: Office, store: Files) -> None:
    theirs = (await neighbour.run(files.list_uploads))[0].file
    before = await neighbour.rows("tenant.file")
    assert await office.run(files.list_uploads) == []
    assert await office.run(files.get_many, [theirs.uid]) == {}
    for action in (files.get, files.get_upload, files.delete, files.delete_upload):
        with pytest.raises(FileNotFound):
            await office.run(action, theirs.uid)
    with pytest.raises(FileNotFound):
        await store.fill(office.id, theirs.uid, in_chunks(b"mine now"))
    await store.give_up(office.id, theirs.uid)
    assert await neighbour.rows("tenant.file") == before
    assert await read(store, theirs) == b"theirs"
