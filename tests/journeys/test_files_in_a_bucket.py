"""An installation that keeps its files in a bucket: everything that files are for, backups, and moving in and out."""

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.journeys.conftest import Demo, entered
from tests.journeys.test_commands import done, refused
from tests.support.bucket import Bucket, let_in, s3_server
from tests.support.clients import eventually
from tests.support.serving import Served, tideline
from tideline.client.models import File

PDF = b"%PDF-1.7\nprices"
FILE = {"filename": "order.txt", "mimetype": "text/plain", "base64": base64.b64encode(b"two bags").decode()}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    let_in(monkeypatch)
    with s3_server() as endpoint:
        made = Bucket(endpoint, f"coffee-{uuid4().hex[:12]}")  # whatever server, moto has one world
        made.make()
        yield made


@pytest.fixture
def settings(bucket: Bucket) -> dict[str, str]:
    return {"TIDELINE_FILES_URL": bucket.url, "TIDELINE_FILES_ENDPOINT": bucket.endpoint}


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(folder: Path, settings: dict[str, str]) -> Served:
        started.append(Served(folder, settings=settings))
        return started[-1]

    yield start
    for served in started:
        served.close()


@pytest.fixture
async def anybody() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def fetched(anybody: aiohttp.ClientSession, link: str) -> bytes:
    async with anybody.get(link) as answer:
        assert answer.status == 200
        return await answer.read()


async def uploaded(demo: Demo) -> File:
    return await demo.customer.upload_file_by_form(file=PDF, filename="prices.pdf", content_type="application/pdf")


async def received(demo: Demo, chat_id: int) -> str:
    """The link to the file that came in."""

    async def look() -> str | None:
        return (await demo.customer.said(chat_id, "The order")).attachment_url

    return await eventually(look, "the file that came in")


async def test_everything_that_files_are_for(
    data_dir: Path,
    make_data_dir: Callable[[], Path],
    tmp_path: Path,
    bucket: Bucket,
    settings: dict[str, str],
    serve: Callable[..., Served],
    anybody: aiohttp.ClientSession,
) -> None:
    archive, elsewhere = tmp_path / "tideline.tar", make_data_dir()
    served = serve(data_dir, settings)
    async with entered(served) as demo:
        ana = await demo.simulator.phone("+15550740001", "Ana")
        file = await uploaded(demo)
        assert await fetched(anybody, file.temporary_download_url) == PDF
        async with anybody.get(file.temporary_download_url, allow_redirects=False) as answer:
            assert answer.headers["location"].startswith(bucket.endpoint)
        sent = await demo.customer.say(ana.phone, "Prices", file_uid=file.uid)
        await demo.customer.until_status(sent, "Delivered")
        assert (await ana.got("Prices"))["filename"] == "prices.pdf"
        await ana.write("+15550100001", "The order", file=FILE)
        chat = await demo.customer.chat(phone=ana.phone)
        link = await received(demo, chat.id)
        assert await fetched(anybody, link) == b"two bags"
    assert not list((data_dir / "files").glob("*/*"))

    said = tideline(data_dir, "doctor", **settings).stdout
    assert f"files: {bucket.url} can be written." in said
    said = done(tideline(data_dir, "backup", str(archive), "--with-key", **settings))
    assert f"Uploads and media are not in it: they are kept in {bucket.url}" in said
    served.close()

    said = done(tideline(elsewhere, "restore", str(archive), **settings))
    assert f"they are looked for in {bucket.url}" in said
    before = bucket.contents()
    again = serve(elsewhere, settings)
    async with entered(again) as demo:
        link = await received(demo, chat.id)
        assert await fetched(anybody, link) == b"two bags"
    again.close()
    assert bucket.contents() == before

    # and out of the bucket again
    said = done(tideline(elsewhere, "files", "copy", bucket.url, TIDELINE_FILES_ENDPOINT=bucket.endpoint))
    count = len([key for key in before if not key.endswith("tideline-installation")])
    assert said == f"{count} files copied, 0 MB; 0 were there.\n"
    local = serve(elsewhere, {})
    async with entered(local) as demo:
        link = await received(demo, chat.id)
        async with anybody.get(link, allow_redirects=False) as answer:
            assert (answer.status, await answer.read()) == (200, b"two bags")


async def test_moving_into_a_bucket(
    data_dir: Path,
    bucket: Bucket,
    settings: dict[str, str],
    serve: Callable[..., Served],
    anybody: aiohttp.ClientSession,
) -> None:
    local = serve(data_dir, {})
    async with entered(local) as demo:
        file = await uploaded(demo)
    local.close()
    folder = data_dir / "files"
    assert f"tideline files copy {folder}" in tideline(data_dir, "doctor", **settings).stdout
    assert " files copied, 0 MB; 0 were there." in done(tideline(data_dir, "files", "copy", str(folder), **settings))
    assert "0 files copied, 0 MB; " in done(tideline(data_dir, "files", "copy", str(folder), **settings))
    far = serve(data_dir, settings)
    async with entered(far) as demo:
        fresh = await demo.customer.get_file(file.uid)
        assert await fetched(anybody, fresh.temporary_download_url) == PDF
    assert "There is no folder" in refused(tideline(data_dir, "files", "copy", str(data_dir / "none"), **settings))


def test_a_bucket_is_not_shared(
    data_dir: Path, make_data_dir: Callable[[], Path], bucket: Bucket, settings: dict[str, str]
) -> None:
    other = make_data_dir()
    for folder in (data_dir, other):
        done(tideline(folder, "migrate"))
    assert f"files: {bucket.url} can be written." in done(tideline(data_dir, "doctor", **settings))
    said = tideline(other, "doctor", **settings)
    assert f"Another installation of Tideline keeps its files in {bucket.url}." in said.stdout
    ran = tideline(other, "serve", "--port", "0", **settings)
    assert ran.returncode == 1
    assert f"Another installation of Tideline keeps its files in {bucket.url}." in ran.stderr


def test_a_bucket_that_cannot_be_reached_is_said_to_be(data_dir: Path, settings: dict[str, str]) -> None:
    done(tideline(data_dir, "migrate"))
    away = {**settings, "TIDELINE_FILES_ENDPOINT": "http://127.0.0.1:9"}
    said = tideline(data_dir, "doctor", **away)
    assert said.returncode == 1
    assert "to do  files: " in said.stdout
