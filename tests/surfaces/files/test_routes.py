"""Downloading a file by its link: what comes back, and what does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from tests.support.asgi import Response, call
from tests.support.office import HandClock, Office
from tideline.features import files
from tideline.features.files import File, Files, Links, NewFile, Purpose
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.wake import Wakes
from tideline.surfaces.files import FileRoutes

BASE = "https://chat.example.com"
CONTENT = bytes(range(256)) * 1_000
LINKS = Links(Keyring(["a key for tests, long enough"]), BASE)


async def bytes_of(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def office(db: Database) -> Office:
    return await Office.open(db, Wakes())


@pytest.fixture
def store(db: Database, tmp_path: Path) -> Files:
    return Files.in_folder(db, tmp_path / "files")


@pytest.fixture
def app(store: Files, clock: HandClock) -> Starlette:
    return Starlette(routes=list(FileRoutes(store, LINKS, clock).routes()))


async def saved(office: Office, store: Files, name: str = "price list.pdf", mimetype: str = "application/pdf") -> File:
    return await store.save(office.id, NewFile(name, mimetype, Purpose.UPLOAD), bytes_of(CONTENT))


def target(file: File, clock: HandClock) -> str:
    return LINKS.url(file, clock.now()).removeprefix(BASE)


async def test_a_link_gives_the_file(office: Office, store: Files, app: Starlette, clock: HandClock) -> None:
    answer = await call(app, "GET", target(await saved(office, store), clock))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('inline; filename="price list.pdf";')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, max-age=900, immutable"


ACTIVE = {
    "a page": ("hello.html", "text/html"),
    "a drawing that may hold a script": ("logo.svg", "image/svg+xml"),
    "a page that says it is a picture type we do not know": ("x.png", "image/x-icon"),
    "xml": ("feed.xml", "application/xml"),
    "no type": ("noise", ""),
}


@pytest.mark.parametrize(("name", "mimetype"), ACTIVE.values(), ids=ACTIVE)
async def test_what_could_run_is_only_a_download(
    office: Office, store: Files, app: Starlette, clock: HandClock, name: str, mimetype: str
) -> None:
    answer = await call(app, "GET", target(await saved(office, store, name, mimetype), clock))
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


NAMES = [
    "../../etc/passwd",
    "a/b.txt",
    "bad\0name\r\nX-Evil: 1.txt",
    "\u202egpj.exe",
    "ж" * 150 + ".pdf",
    'q"uote;.pdf',
]


@pytest.mark.parametrize("name", NAMES)
async def test_names_of_strangers_do_no_harm(
    office: Office, store: Files, app: Starlette, clock: HandClock, name: str
) -> None:
    answer = await call(app, "GET", target(await saved(office, store, name, "text/plain"), clock))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-disposition"].isprintable()
    assert "x-evil" not in answer.headers


RANGES = {
    "a part": ("bytes=10-19", 206, CONTENT[10:20], "bytes 10-19/256000"),
    "from somewhere on": ("bytes=255990-", 206, CONTENT[255990:], "bytes 255990-255999/256000"),
    "the end": ("bytes=-5", 206, CONTENT[-5:], "bytes 255995-255999/256000"),
    "more than there is": ("bytes=255999-300000", 206, CONTENT[255999:], "bytes 255999-255999/256000"),
    "all and more from the end": ("bytes=-999999", 206, CONTENT, "bytes 0-255999/256000"),
    "behind the end": ("bytes=256000-", 416, b"", "bytes */256000"),
    "nothing from the end": ("bytes=-0", 416, b"", "bytes */256000"),
    "several parts": ("bytes=0-1,5-6", 200, CONTENT, None),
    "backwards": ("bytes=5-4", 200, CONTENT, None),
    "nonsense": ("lines=1-2", 200, CONTENT, None),
    "nothing at all": ("bytes=-", 200, CONTENT, None),
    "digits without end": ("bytes=" + "9" * 40 + "-", 200, CONTENT, None),
}


@pytest.mark.parametrize(("asked", "status", "body", "part"), RANGES.values(), ids=RANGES)
async def test_a_part_of_a_file(
    office: Office,
    store: Files,
    app: Starlette,
    clock: HandClock,
    asked: str,
    status: int,
    body: bytes,
    part: str | None,
) -> None:
    answer = await call(app, "GET", target(await saved(office, store), clock), headers={"Range": asked})
    assert (answer.status, answer.body, answer.headers.get("content-range")) == (status, body, part)
    if status != 416:
        assert answer.headers["content-length"] == str(len(body))


async def test_asking_for_the_headers_only(office: Office, store: Files, app: Starlette, clock: HandClock) -> None:
    answer = await call(app, "HEAD", target(await saved(office, store), clock))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(CONTENT)))


async def test_a_link_ends_after_fifteen_minutes(
    office: Office, store: Files, app: Starlette, clock: HandClock
) -> None:
    link = target(await saved(office, store), clock)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert (await call(app, "GET", link)).status == 200
    clock.advance(timedelta(seconds=1))
    answer = await call(app, "GET", link)
    assert answer.status == 410
    assert_tells_nothing(answer)


async def test_a_link_that_was_changed_leads_nowhere(
    office: Office, store: Files, app: Starlette, clock: HandClock
) -> None:
    file = await saved(office, store)
    link = target(file, clock)
    other = await Office.open(office.db, Wakes(), "lena@lagoon.example")
    theirs = await saved(other, store)
    changed = [
        link.replace(str(file.uid), str(theirs.uid)),
        link.replace(f"w={office.id}", f"w={other.id}"),
        link.replace(str(file.uid), str(theirs.uid)).replace(f"w={office.id}", f"w={other.id}"),
        link.replace("expires=", "expires=9"),
        link.replace("expires=", "expires=" + "9" * 30),
        link.replace("sig=", "sig=x"),
        link.partition("?")[0],
        link.replace(f"w={office.id}", "w=-1"),
        link.replace(f"w={office.id}", "w=99999999999999999999"),
        link.replace(f"w={office.id}", "w=\u0661"),
        link.replace(str(file.uid), "not-a-uid"),
        link.replace(str(file.uid), "%00"),
    ]
    for one in changed:
        answer = await call(app, "GET", one.encode("utf-8").decode("latin-1"))
        assert answer.status in (404, 410), one
        assert_tells_nothing(answer)


async def test_a_deleted_file_is_gone(office: Office, store: Files, app: Starlette, clock: HandClock) -> None:
    file = await saved(office, store)
    await office.run(files.delete, file.uid)
    answer = await call(app, "GET", target(file, clock))
    assert answer.status == 404
    assert_tells_nothing(answer)


async def test_a_lost_object_is_no_torn_answer(office: Office, store: Files, app: Starlette, clock: HandClock) -> None:
    file = await saved(office, store)
    await store.objects.remove(file.object_path)
    assert (await call(app, "GET", target(file, clock))).status == 404


async def test_whoever_comes_before_the_bytes_waits_for_them(
    office: Office, store: Files, app: Starlette, clock: HandClock
) -> None:
    [file] = await office.run(files.expect, [NewFile("voice.ogg", "audio/ogg", Purpose.MEDIA)])
    asking = asyncio.create_task(call(app, "GET", target(file, clock)))
    await asyncio.sleep(0)
    await store.fill(office.id, file.uid, bytes_of(b"hello"))
    answer = await asking
    assert (answer.status, answer.body) == (200, b"hello")


async def test_a_file_nobody_ever_made(app: Starlette, clock: HandClock) -> None:
    link = LINKS.url_of(17, uuid4(), "x.pdf", clock.now()).removeprefix(BASE)
    assert (await call(app, "GET", link)).status == 404


def assert_tells_nothing(answer: Response) -> None:
    assert CONTENT[:100] not in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/plain")


JPEG = b"\xff\xd8\xff\xe0 a face"


async def photo(office: Office, store: Files) -> File:
    async def attach(tx: Tx, file: File) -> None:
        """Nobody shows it."""

    return await files.Photos(store).save(office.id, bytes_of(JPEG), attach)


def photo_target(file: File) -> str:
    return LINKS.photo_url(file.workspace_id, file.uid).removeprefix(BASE)


async def test_the_picture_of_a_chat_has_a_link_that_lasts(
    office: Office, store: Files, app: Starlette, clock: HandClock
) -> None:
    file = await photo(office, store)
    link = photo_target(file)
    clock.advance(timedelta(days=400))
    answer = await call(app, "GET", link)
    assert (answer.status, answer.body) == (200, JPEG)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert photo_target(file) == link


async def test_links_to_pictures_lead_to_nothing_else(
    office: Office, store: Files, app: Starlette, clock: HandClock
) -> None:
    file, other = await photo(office, store), await saved(office, store)
    wrong = [
        photo_target(file).replace("sig=", "sig=x"),
        photo_target(file).partition("&")[0],
        photo_target(other),
        target(file, clock).replace("/files/", "/photos/").replace("/photo.jpg", ""),
        photo_target(file).replace("/photos/", "/files/").replace("?", "/photo.jpg?"),
        photo_target(file).replace(f"w={office.id}", f"w={office.id + 1}"),
        photo_target(file).replace(f"w={office.id}", "w=99999999999999999999"),
        f"/photos/{uuid4()}?w={office.id}&sig=",
        "/photos/nothing",
    ]
    assert {(await call(app, "GET", link)).status for link in wrong} == {404}


async def test_a_picture_that_is_gone_is_gone(office: Office, store: Files, app: Starlette) -> None:
    file = await photo(office, store)
    await office.run(files.delete, file.uid)
    assert (await call(app, "GET", photo_target(file))).status == 404


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"<html>", files.NotAPicture), (b"", files.NotAPicture), (JPEG + bytes(files.photos.MOST), files.FileTooLarge)],
    ids=["a page", "nothing", "too large"],
)
async def test_what_is_no_small_picture_is_not_kept(
    office: Office, store: Files, content: bytes, problem: type[Exception]
) -> None:
    async def attach(tx: Tx, file: File) -> None:
        raise AssertionError("there is nothing to show")

    with pytest.raises(problem):
        await files.Photos(store).save(office.id, bytes_of(content), attach)
    assert {row["state"] for row in (await office.rows("tenant.file"))["tenant.file"]} <= {"deleted"}
