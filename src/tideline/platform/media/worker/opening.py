"""Opens sounds and films, each by the reader of its kind only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.subtitles import stream as subtitles

from tideline.platform.media.errors import MediaBroken
from tideline.platform.media.worker.kinds import Kind

LOADED = (subtitles,)  # for films that have them: later there may be no right to read it


@contextmanager
def opened(source: BinaryIO, kind: Kind) -> Iterator[InputContainer]:
    """Whatever the libraries complain about inside of this block is the fault of the file."""
    try:
        # titles are read too, and many are in no encoding that anybody could name
        with av.open(source, mode="r", format=kind.value, metadata_errors="replace") as container:
            yield container
    except FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        raise MediaBroken from error


def codec_of(stream: Stream) -> str:
    """What a stream has to be decoded with; nothing where the libraries do not know."""
    return getattr(stream.codec_context, "name", "")
