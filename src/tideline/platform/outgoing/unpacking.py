"""Content that a server packs although it was asked not to, unpacked in small pieces: a bomb goes off bit by bit, and
whoever counts the pieces stops it."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator

from tideline.platform.outgoing.problems import RemoteBroken

PIECE = 64 * 1024
EITHER_HEADER = 32 + zlib.MAX_WBITS  # of gzip or of zlib


async def unpacked(chunks: AsyncIterable[bytes], encoding: str) -> AsyncIterator[bytes]:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise RemoteBroken("The other server packs its answer in a way that it was not asked for.")
    members = _Members()
    async for chunk in chunks:
        for piece in members.feed(chunk):
            yield piece
    if not members.is_whole:
        raise RemoteBroken


class _Members:
    """The parts of a packed stream, one after the other; most have one."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(EITHER_HEADER)
        self.is_whole = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            try:
                piece = self._member.decompress(packed, PIECE)
            except zlib.error:
                raise RemoteBroken from None
            if piece:
                yield piece
            self.is_whole = self._member.eof
            packed = self._member.unconsumed_tail
            if self.is_whole:
                packed = self._member.unused_data
                self._member = zlib.decompressobj(EITHER_HEADER)
