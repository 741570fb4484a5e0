"""A store in a folder, and two workspaces that both have files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.office import HandClock, Office
from tideline.features.files import Files, Limits, NewFile, Purpose
from tideline.platform.db import Database
from tideline.platform.wake import Wakes

LIMITS = Limits(
    image_bytes=1_000,
    audio_bytes=1_000,
    video_bytes=2_000,
    document_bytes=5_000_000,
    workspace_bytes=12_000_000,
    reserve_bytes=0,
)


async def in_chunks(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def upload(filename: str = "price-list.pdf", mimetype: str = "application/pdf", size: int = 0) -> NewFile:
    return NewFile(filename, mimetype, Purpose.UPLOAD, size=size)


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
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def store(db: Database, folder: Path) -> Files:
    return Files.in_folder(db, folder, LIMITS)


@pytest.fixture
async def neighbour(db: Database, store: Files) -> Office:
    """The second workspace has a file of its own."""
    other = await Office.open(db, Wakes(), "lena@lagoon.example")
    await store.save(other.id, upload("secret.pdf"), in_chunks(b"theirs"))
    return other
