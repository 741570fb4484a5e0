"""A file of a hundred megabytes goes in and out, and neither the memory nor the patience of the server is used up."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.journeys.conftest import Demo, entered
from tests.support.bucket import Bucket, let_in, s3_server
from tests.support.memory import ON_LINUX, forget_peak, peak
from tests.support.remote import remote
from tests.support.serving import Served

Upload = Callable[[Demo], Awaitable[str]]

MEGABYTE = 1024 * 1024
SIZE = 100 * MEGABYTE
PIECE = b"%PDF-1.7 " + bytes(range(256)) * 256
MOST_GROWTH = 40 * MEGABYTE
LONGEST_WAIT = 1.5  # the tests share their cores with others


def pieces() -> list[bytes]:
    """A hundred megabytes in pieces that are not a power of two."""
    whole, rest = divmod(SIZE, len(PIECE))
    return [PIECE] * whole + [PIECE[:rest]]


DIGEST = sha256(b"".join(pieces())).hexdigest()


async def give(writer: asyncio.StreamWriter) -> None:
    """Without a length: nobody knows how much is to come."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\nconnection: close\r\n\r\n")
    for piece in pieces():
        writer.write(piece)
        await writer.drain()
    writer.write_eof()


@asynccontextmanager
async def watched(demo: Demo) -> AsyncIterator[None]:
    """Inside, memory grows little and others are answered."""
    pid = demo.served.process.pid
    before, waits, done = forget_peak(pid), [0.0], asyncio.Event()

    async def look() -> None:
        async with aiohttp.ClientSession() as http:
            while not done.is_set():
                began = time.monotonic()
                async with http.get(f"{demo.facts['base_url']}/healthz") as answer:
                    assert answer.status == 200
                waits.append(time.monotonic() - began)

    looking = asyncio.create_task(look())
    yield
    done.set()
    await looking
    growth = peak(pid) - before
    assert growth < MOST_GROWTH, f"memory grew by {growth // MEGABYTE} MB"
    assert max(waits) < LONGEST_WAIT, f"somebody waited {max(waits):.2f} s"
    assert len(waits) > 20, "others were answered meanwhile"


async def by_form(demo: Demo) -> str:
    return (await demo.customer.upload_file_by_form(file=pieces(), filename="large.pdf")).uid


async def by_address(demo: Demo) -> str:
    async with remote({"/large.pdf": give}) as server:
        return (await demo.customer.upload_file_by_url(download_url=server.url("/large.pdf"))).uid


@ON_LINUX
@pytest.mark.parametrize("upload", [by_form, by_address])
async def test_a_hundred_megabytes(demo_of_its_own: Demo, upload: Upload) -> None:
    await there_and_back(demo_of_its_own, upload)


@ON_LINUX
async def test_a_hundred_megabytes_in_a_bucket(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts on the way in, and through Tideline on the way out."""
    let_in(monkeypatch)
    with s3_server() as endpoint:
        bucket = Bucket(endpoint, f"large-{uuid4().hex[:12]}")
        bucket.make()
        settings = {"FILES_URL": bucket.url, "FILES_ENDPOINT": endpoint, "FILES_THROUGH": "yes"}
        served = Served(data_dir, settings={f"TIDELINE_{name}": value for name, value in settings.items()})
        try:
            async with entered(served) as demo:
                await there_and_back(demo, by_form)
        finally:
            served.close()


async def there_and_back(demo: Demo, upload: Upload) -> None:
    async with watched(demo):
        uid = await upload(demo)
    file = await demo.customer.get_file(uid)
    assert (file.size, file.mimetype) == (SIZE, "application/pdf")
    digest = sha256()
    async with watched(demo), demo.customer.download(file.temporary_download_url) as download:
        async for piece in download:
            digest.update(piece)
    assert digest.hexdigest() == DIGEST
