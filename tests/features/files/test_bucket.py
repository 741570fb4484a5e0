"""The same store in a bucket: uploads in parts, ranges, addresses for strangers, sweeping; and whose bucket it is."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest
from starlette.applications import Starlette

from tests.features.files.conftest import LIMITS, in_chunks, upload
from tests.support.asgi import Response, call
from tests.support.bucket import Bucket, let_in, s3_server
from tests.support.office import HandClock, Office
from tideline.features import files
from tideline.features.files import (
    File,
    FileNotFound,
    Files,
    FileState,
    FileStoreAway,
    FileStoreOfAnother,
    FileTooLarge,
    Limits,
    Links,
    NewFile,
    Objects,
    Purpose,
    Swept,
    sweep,
    sweep_orphans,
)
from tideline.platform import installation
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.surfaces.files import FileRoutes

BASE = "https://inbox.example.com"
LINKS = Links(Keyring(["a key for tests, long enough"]), BASE)
MEGABYTE = 1024 * 1024
MARK = "tideline/files/tideline-installation"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    let_in(monkeypatch)
    made = Bucket(endpoint, f"bucket-{uuid4().hex[:12]}")
    made.make()
    return made


@pytest.fixture
async def far(db: Database, bucket: Bucket) -> Files:
    async with db.system() as tx:
        await installation.introduce(tx)
    return Files(db, Objects.at(bucket.url, bucket.endpoint), Limits(document_bytes=40 * MEGABYTE, reserve_bytes=2**62))


async def read(store: Files, file: File, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.chunks(file, start, end)])


def key_of(file: File) -> str:
    return f"tideline/files/{file.object_path}"


SIZES = {"a byte": 1, "a page": 65_537, "a part": 5 * MEGABYTE, "parts": 20 * MEGABYTE + 7}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_a_file_comes_out_as_it_went_in(office: Office, far: Files, bucket: Bucket, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    saved = await far.save(office.id, upload(), in_chunks(content))
    assert (saved.state, saved.size) == (FileState.STORED, size)
    assert await read(far, saved) == content
    assert await read(far, saved, size // 2) == content[size // 2 :]
    assert await read(far, saved, 0, 1) == content[:1]
    assert bucket.contents() == [key_of(saved)]
    assert bucket.unfinished() == []
    assert ("-" in bucket.head(key_of(saved))["ETag"]) == (size >= 5 * MEGABYTE), "small files go in one request"


async def test_a_source_can_be_read_as_often_as_asked(office: Office, far: Files) -> None:
    source = far.source(await far.save(office.id, upload(), in_chunks(b"again")))
    for _ in range(2):
        assert b"".join([chunk async for chunk in source.chunks()]) == b"again"


async def test_what_is_too_large_leaves_nothing(office: Office, far: Files, bucket: Bucket) -> None:
    with pytest.raises(FileTooLarge):
        await far.save(office.id, upload(), in_chunks(bytes(40 * MEGABYTE + 1)))
    assert bucket.contents() == []
    assert [row["state"] for row in (await office.rows("tenant.file"))["tenant.file"]] == ["deleted"]


async def test_what_breaks_off_leaves_nothing(office: Office, far: Files, bucket: Bucket) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(10 * MEGABYTE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await far.save(office.id, upload(), broken())
    assert bucket.contents() == []


async def test_a_lost_object_is_not_found(office: Office, far: Files) -> None:
    saved = await far.save(office.id, upload(), in_chunks(b"x"))
    await far.objects.remove(saved.object_path)
    with pytest.raises(FileNotFound):
        await read(far, saved)


# Out to everybody


def app(store: Files, clock: HandClock, *, through: bool = False) -> Starlette:
    return Starlette(routes=FileRoutes(store, LINKS, clock, through=through).routes())


async def follow(store: Files, clock: HandClock, file: File, method: str = "GET", more: str = "") -> Response:
    return await call(app(store, clock), method, LINKS.url(file, clock.now()).removeprefix(BASE) + more)


KINDS = {
    "a picture": ("beans.png", "image/png", "inline"),
    "a page": ("page.html", "text/html", "attachment"),
    "a drawing": ("logo.svg", "image/svg+xml", "attachment"),
    "other scripts": ("preço «1».pdf", "application/pdf", "inline"),
}


@pytest.mark.parametrize(("name", "mimetype", "shown"), KINDS.values(), ids=KINDS)
async def test_a_link_leads_to_the_bucket_for_whoever_has_it(
    office: Office, far: Files, clock: HandClock, bucket: Bucket, name: str, mimetype: str, shown: str
) -> None:
    saved = await far.save(office.id, upload(name, mimetype), in_chunks(b"content"))
    answer = await follow(far, clock, saved)
    assert (answer.status, answer.headers["cache-control"]) == (302, "no-store")
    address = answer.headers["location"]
    assert address.startswith(f"{bucket.endpoint}/{bucket.name}/{key_of(saved)}?")
    assert "X-Amz-Expires=900" in address
    async with aiohttp.ClientSession() as anybody:
        async with anybody.get(address) as got:
            assert (got.status, await got.read()) == (200, b"content")
            assert got.headers["content-type"].partition(";")[0] == mimetype
            disposition = got.headers["content-disposition"]
            assert disposition == files.disposition(name, mimetype)
            assert disposition.startswith(shown)
        async with anybody.get(address, headers={"Range": "bytes=2-4"}) as got:
            assert (got.status, await got.read()) == (206, b"nte")


async def test_a_link_near_its_end_leads_to_an_address_that_ends_with_it(
    office: Office, far: Files, clock: HandClock
) -> None:
    saved = await far.save(office.id, upload(), in_chunks(b"x"))
    link = LINKS.url(saved, clock.now()).removeprefix(BASE)
    clock.advance(timedelta(minutes=14))
    answer = await call(app(far, clock), "GET", link)
    assert "X-Amz-Expires=60" in answer.headers["location"]


async def test_a_deleted_file_is_gone_at_once(office: Office, far: Files, clock: HandClock) -> None:
    saved = await far.save(office.id, upload(), in_chunks(b"x"))
    await office.run(files.delete_upload, saved.uid)
    assert (await follow(far, clock, saved)).status == 404


async def test_questions_and_our_own_pages_are_answered_here(office: Office, far: Files, clock: HandClock) -> None:
    saved = await far.save(office.id, upload(), in_chunks(b"content"))
    asked = await follow(far, clock, saved, "HEAD")
    assert (asked.status, asked.headers["content-length"]) == (200, "7")
    shown = await follow(far, clock, saved, more="&through=1")
    assert (shown.status, shown.body) == (200, b"content")
    link = LINKS.url(saved, clock.now()).removeprefix(BASE)
    through = await call(app(far, clock, through=True), "GET", link, headers={"Range": "bytes=0-2"})
    assert (through.status, through.body) == (206, b"con")


# Sweeping


async def test_deleted_files_and_lost_uploads_are_swept(
    db: Database, office: Office, neighbour: Office, far: Files, clock: HandClock, bucket: Bucket
) -> None:
    gone = await far.save(office.id, upload(), in_chunks(b"gone"))
    kept = await far.save(office.id, upload(), in_chunks(b"kept"))
    await office.run(files.delete_upload, gone.uid)
    [lost] = await office.run(files.expect, [upload("lost.pdf")])
    bucket.put(key_of(lost), b"nobody was told")
    clock.advance(timedelta(hours=3))
    swept = await sweep(db, far)
    assert (swept.given_up, swept.removed) == (1, 2)
    assert bucket.contents() == [key_of(kept), MARK]


async def test_objects_that_nobody_knows_are_swept_and_what_is_not_ours_is_not(
    db: Database, office: Office, far: Files, clock: HandClock, bucket: Bucket
) -> None:
    kept = await far.save(office.id, upload(), in_chunks(b"kept"))
    bucket.put(f"tideline/files/{office.id}/{uuid4()}", b"orphan")
    for other in ("readme.txt", "tideline/other/1/x", f"tideline/files/{office.id}/notes.txt"):
        bucket.put(other, b"of somebody")
    clock.advance(timedelta(days=400))  # moto tells the real time
    assert await sweep_orphans(db, far) == 1
    assert sorted(bucket.contents()) == sorted(
        [key_of(kept), MARK, "readme.txt", "tideline/other/1/x", f"tideline/files/{office.id}/notes.txt"]
    )


async def test_nothing_is_swept_in_the_bucket_of_another_or_while_everything_is_held(
    db: Database, office: Office, far: Files, clock: HandClock, bucket: Bucket
) -> None:
    """Somebody restores a backup beside the installation it was made of, with the same settings."""
    orphan = f"tideline/files/{office.id}/{uuid4()}"
    bucket.put(orphan, b"came in since the backup")
    clock.advance(timedelta(days=400))
    async with db.system() as tx:
        await installation.begin_again(tx)
    assert (await sweep(db, far), await sweep_orphans(db, far)) == (Swept(), 0)
    async with db.system() as tx:
        await tx.execute("UPDATE directory.installation SET held_at = NULL")
    bucket.put(MARK, str(uuid4()).encode())
    for one in (sweep, sweep_orphans):
        with pytest.raises(FileStoreOfAnother):
            await one(db, far)
    assert orphan in bucket.contents()


# Whose bucket it is


async def test_a_bucket_belongs_to_the_installation_that_claimed_it(far: Files, bucket: Bucket) -> None:
    ours = uuid4()
    for _ in range(2):
        await far.objects.claim(ours)
    assert bucket.contents() == [MARK]
    with pytest.raises(FileStoreOfAnother, match=bucket.url):
        await far.objects.claim(uuid4())


async def test_a_folder_needs_no_claim(store: Files) -> None:
    await store.objects.claim(uuid4())
    await store.objects.claim(uuid4())


async def test_a_store_is_tried_out(far: Files, store: Files, bucket: Bucket) -> None:
    for one in (far, store):
        await one.objects.try_out()
    assert bucket.contents() == []


# When it is away


@pytest.fixture
def away(db: Database, bucket: Bucket) -> Files:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    return Files(db, Objects.at(bucket.url, f"http://127.0.0.1:{port}"), LIMITS)


async def test_a_bucket_that_is_away_is_said_to_be(
    office: Office, far: Files, away: Files, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = await far.save(office.id, upload(), in_chunks(b"x"))
    with pytest.raises(FileStoreAway):
        await away.save(office.id, upload(), in_chunks(b"x"))
    with pytest.raises(FileStoreAway):
        await read(away, saved)
    with pytest.raises(FileStoreAway):
        await away.objects.try_out()
    answer = await follow(away, clock, saved, more="&through=1")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


async def test_a_bucket_that_does_not_exist_cannot_be_used(db: Database, bucket: Bucket, office: Office) -> None:
    nowhere = Files(db, Objects.at("s3://no-such-bucket/x", bucket.endpoint), LIMITS)
    with pytest.raises((FileStoreAway, FileNotFound)):
        await nowhere.objects.try_out()
    with pytest.raises((FileStoreAway, FileNotFound)):
        await nowhere.save(office.id, upload(), in_chunks(b"x"))
    assert [row["state"] for row in (await office.rows("tenant.file"))["tenant.file"]] == ["deleted"]


async def test_media_comes_into_a_bucket_too(office: Office, far: Files, bucket: Bucket) -> None:
    [file] = await office.run(files.expect, [NewFile("voice.ogg", "audio/ogg", Purpose.MEDIA, size=5)])
    filled = await far.fill(office.id, file.uid, in_chunks(b"hello"))
    assert await read(far, filled) == b"hello"
    assert bucket.head(key_of(filled))["ContentType"] == "audio/ogg"


async def test_many_at_once(office: Office, far: Files) -> None:
    saved = await asyncio.gather(*(far.save(office.id, upload(), in_chunks(b"x" * n)) for n in range(1, 9)))
    assert [await read(far, file) for file in saved] == [b"x" * n for n in range(1, 9)]


OTHERS = {
    "Google": ("gs://bucket/path", {}),
    "Azure": ("az://container/path", {"AZURE_STORAGE_ACCOUNT_NAME": "harbour", "AZURE_STORAGE_ACCOUNT_KEY": "a2V5"}),
}


@pytest.mark.parametrize(("url", "environment"), OTHERS.values(), ids=OTHERS)
def test_the_other_clouds_are_understood(
    url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not more than that: nothing here speaks their languages."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Objects.at(url).is_remote


def test_a_place_that_lacks_something_says_so() -> None:
    with pytest.raises(FileStoreAway, match=r"az://container/path cannot be used: .*Account must be specified"):
        Objects.at("az://container/path")
