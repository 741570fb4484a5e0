"""What people upload, from a form or from an address: looked at before it is stored, and never held in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from tideline.features.files import shares, sniffing, types
from tideline.features.files.errors import FileIsEmpty, TooManyDownloads
from tideline.features.files.model import NewFile, Purpose, Upload
from tideline.features.files.names import clean_name, with_end
from tideline.features.files.objects import chained
from tideline.features.files.spool import Spooled
from tideline.features.files.stored import Files
from tideline.features.files.types import FileKind
from tideline.platform.facts import Actor
from tideline.platform.once import Once
from tideline.platform.outgoing import Download, Outgoing, Patience, Url

AT_ONCE = 6
"""So many downloads of one workspace run at a time; the others wait for their turn."""
WAITING = 60
"""So many others; what waits holds a connection, and slow servers keep it waiting for minutes."""
RETRY_AFTER = 30
PATIENCE = Patience(connect=10.0, silence=20.0, total=180.0)


@dataclass(frozen=True, slots=True)
class Said:
    """What the uploader says about a file; empty where nothing is said."""

    filename: str = ""
    content_type: str = ""


class Uploads:
    """Ways in for files of people. `actor` is who uploads."""

    def __init__(self, files: Files, outgoing: Outgoing, *, waiting: int = WAITING) -> None:
        self._files = files
        self._outgoing = outgoing
        self._most = AT_ONCE + waiting
        self._asked: Counter[int] = Counter()
        self._turns: dict[int, asyncio.Semaphore] = {}

    async def take(
        self,
        workspace_id: int,
        spooled: Spooled,
        said: Said,
        *,
        part: Said | None = None,
        kind: FileKind | None = None,
        actor: Actor,
        once: Once | None = None,
    ) -> Upload:
        """A file that came with a form. What the form says (`said`) counts more than what its part does. `kind` is how
        it is going to be shown, by default as its type suggests."""
        if not spooled.size:
            raise FileIsEmpty
        part = part or Said()
        async with _opened(spooled.chunks()) as (head, chunks):
            name = said.filename or part.filename
            mimetype = sniffing.decide(head, _better(said.content_type, part.content_type), name)
            new = replace(_new(name, mimetype, spooled.size, actor), kind=kind)
            return await self._files.save_upload(workspace_id, new, chunks, actor=actor, once=once)

    async def fetch(self, workspace_id: int, url: str, said: Said, *, actor: Actor, once: Once | None = None) -> Upload:
        """A file from an address."""
        url, most = url.strip(), self._files.room.limits.largest
        asked = self._outgoing.check(url)
        shares.ensure_direct(asked)
        async with self._turn(workspace_id):
            async with self._outgoing.get(url, most=most, patience=PATIENCE) as download:
                async with _opened(download.chunks()) as (head, chunks):
                    new = _downloaded(asked, download, head, said, actor)
                    return await self._files.save_upload(workspace_id, new, chunks, actor=actor, once=once)

    @asynccontextmanager
    async def _turn(self, workspace_id: int) -> AsyncIterator[None]:
        if self._asked[workspace_id] >= self._most:
            raise TooManyDownloads(retry_after=RETRY_AFTER)
        self._asked[workspace_id] += 1
        try:
            async with self._turns.setdefault(workspace_id, asyncio.Semaphore(AT_ONCE)):
                yield
        finally:
            self._asked[workspace_id] -= 1


def _downloaded(asked: Url, download: Download, head: bytes, said: Said, actor: Actor) -> NewFile:
    """What a download is, by all that is said and seen; raises ShareLink for a page nobody asked for."""
    name = said.filename or download.name
    mimetype = sniffing.decide(head, _better(said.content_type, download.mimetype), name)
    wants_page = any(map(sniffing.is_web_page, (types.clean_type(said.content_type), types.type_of(name))))
    shares.ensure_file(asked, download.url, mimetype, wants_page=wants_page)
    return _new(name, mimetype, download.size or 0, actor)


def _new(name: str, mimetype: str, size: int, actor: Actor) -> NewFile:
    return NewFile(with_end(clean_name(name, mimetype), mimetype), mimetype, Purpose.UPLOAD, size, actor.id)


def _better(first: str, second: str) -> str:
    return first if types.claimed(first) else second


@asynccontextmanager
async def _opened(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[bytes, AsyncIterator[bytes]]]:
    """The beginning of a file, to be looked at, and then all of it."""
    head = bytearray()
    async with aclosing(chunks):  # type: ignore[type-var]
        while len(head) < sniffing.HEAD and (chunk := await anext(chunks, b"")):
            head += chunk
        yield bytes(head), chained(bytes(head), chunks)
