"""Where the bytes are: a local folder, or a bucket of S3, Google or Azure. Paths are `{workspace}/{file}`."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from tideline.features.files.errors import FileNotFound, FileStoreAway, FileStoreOfAnother
from tideline.features.files.model import MEGABYTE

CHUNK = 64 * 1024
REMOTE = ("s3://", "gs://", "az://")
MARK = "tideline-installation"
TRIAL = "tideline-trial"

# Buckets want parts of five megabytes at least, and take ten thousand of them. So much is held in memory, times two.
LOCAL_PART = MEGABYTE
REMOTE_PART = 5 * MEGABYTE

_PATIENCE: Mapping[str, Any] = {
    # Some minutes for one object of a hundred megabytes; an address with http:// is the operator's own wish.
    "client_options": {"timeout": "10m", "connect_timeout": "5s", "allow_http": True},
    "retry_config": {"max_retries": 5, "retry_timeout": timedelta(seconds=20)},
}


class Objects:
    """One store. Everything it cannot do because it is away is a FileStoreAway."""

    def __init__(self, store: ObjectStore, place: str, folder: Path | None = None) -> None:
        self._store: Any = store
        self._folder = folder
        self.place = place
        """What people call it: the folder, or the address of the bucket."""

    @classmethod
    def in_folder(cls, folder: Path) -> "Objects":
        """A local folder, readable by nobody else."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder, automatic_cleanup=True), str(folder), folder)

    @classmethod
    def at(cls, url: str, endpoint: str | None = None) -> "Objects":
        """A bucket. Credentials come from where the clients of that cloud look for them (`AWS_ACCESS_KEY_ID` and so
        on); `endpoint` is the address of a server that is not the cloud's own."""
        own: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        try:
            return cls(from_url(url, **_PATIENCE, **own), url)
        except BaseError as error:
            raise FileStoreAway(f"{url} cannot be used: {_first_line(error)}") from error

    @property
    def is_remote(self) -> bool:
        return self._folder is None

    def free(self) -> int | None:
        """Bytes left on the disk; None where nobody knows of an end."""
        return shutil.disk_usage(self._folder).free if self._folder else None

    def path(self, path: str) -> Path | None:
        """Where an object is on this machine's disk; None in a bucket."""
        return self._folder / path if self._folder else None

    async def put(self, path: str, chunks: AsyncIterable[bytes], headers: Mapping[str, str] | None = None) -> None:
        """Write an object as its bytes come. `headers` are what a bucket says with it when it gives it out itself."""
        with _reached():
            try:
                await self._put(path, aiter(chunks), headers or {})
            except FileNotFoundError as error:
                raise FileStoreAway(f"{self.place} is not there.") from error
        if self._folder:
            await asyncio.to_thread(_flush, self._folder / path)

    async def _put(self, path: str, chunks: AsyncIterator[bytes], headers: Mapping[str, str]) -> None:
        """To a bucket, what is smaller than a part goes in one request instead of three."""
        if not self.is_remote:
            await self._store.put_async(path, chunks, chunk_size=LOCAL_PART, max_concurrency=2)
            return
        head = bytearray()
        async for chunk in chunks:
            head += chunk
            if len(head) >= REMOTE_PART:
                break
        content = chained(bytes(head), chunks) if len(head) >= REMOTE_PART else bytes(head)
        await self._store.put_async(path, content, chunk_size=REMOTE_PART, max_concurrency=2, attributes=dict(headers))

    async def read(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`."""
        with _reached():
            try:
                found = await self._store.get_async(path, options={"range": (start, end)})
            except FileNotFoundError:
                raise FileNotFound from None
            async for part in found.stream(min_chunk_size=CHUNK):
                yield bytes(part)

    async def size(self, path: str) -> int | None:
        """The size of an object, None when there is none."""
        with _reached():
            try:
                return int((await self._store.head_async(path))["size"])
            except FileNotFoundError:
                return None

    async def remove(self, path: str) -> None:
        with _reached(), suppress(FileNotFoundError):
            await self._store.delete_async(path)

    async def list(self) -> AsyncIterator[Sequence[tuple[str, datetime, int]]]:
        """Path, time and size of everything that is here, in batches."""
        with _reached():
            async for batch in self._store.list():
                yield [(one["path"], one["last_modified"], one["size"]) for one in batch]

    async def remove_torn(self, before: datetime) -> int:
        """Remove what a crash left of objects that were being written; a local store hides it from its list. Buckets
        have a rule of their own for that."""
        return await asyncio.to_thread(_remove_torn, self._folder, before.timestamp()) if self._folder else 0

    async def sign(self, path: str, lifetime: timedelta) -> str:
        """An address under which a bucket gives out the object to anybody, for a while."""
        with _reached():
            return str(await obstore.sign_async(self._store, "GET", path, lifetime))

    async def claim(self, installation: UUID) -> None:
        """Make sure that this bucket is ours. Whoever sweeps must not take the files of others for orphans."""
        if not self.is_remote:
            return
        with _reached():
            try:
                found = bytes(await (await self._store.get_async(MARK)).bytes_async()).decode("utf-8", "replace")
            except FileNotFoundError:
                await self._store.put_async(MARK, str(installation).encode())
                return
        if found != str(installation):
            raise FileStoreOfAnother(
                f"Another installation of Tideline keeps its files in {self.place}. Give each its own bucket or its "
                f"own path. If that one is gone for good, remove the object {MARK} there."
            )

    async def try_out(self) -> None:
        """Write, read and remove something small; raises FileStoreAway with the reason when that cannot be done."""
        try:
            await self._store.put_async(TRIAL, b"trial")
            await (await self._store.get_async(TRIAL)).bytes_async()
            await self._store.delete_async(TRIAL)
        except (BaseError, OSError) as error:
            raise FileStoreAway(f"{self.place} cannot be used: {_first_line(error)}") from error


async def chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        raise FileStoreAway(details=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _flush(written: Path) -> None:
    """The row will say `stored`, so the bytes must survive a power cut; a local store leaves that to us."""
    for target in (written, written.parent):
        fd = os.open(target, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _remove_torn(folder: Path, before: float) -> int:
    """A local store writes to `{uid}#{n}` and renames when it is done."""
    torn = [path for path in folder.glob("*/*#*") if path.stat().st_mtime < before]
    for path in torn:
        path.unlink(missing_ok=True)
    return len(torn)
