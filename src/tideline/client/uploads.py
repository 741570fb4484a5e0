"""Files on their way to the server: read piece by piece, never as a whole."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypeGuard

NAMELESS = "file"

Upload: TypeAlias = bytes | PathLike[str] | BinaryIO | Iterable[bytes]
"""A path, an open file (sent from its beginning), the bytes themselves, or pieces as they come."""


class _Pieces:
    """What has no beginning to go back to, in the form of a file. Its length is not known, and it is read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def read(self, _size: int = -1) -> bytes:
        return next((piece for piece in self._pieces if piece), b"")


Source: TypeAlias = bytes | BinaryIO | _Pieces


@contextmanager
def opened(upload: Upload | None) -> Iterator[tuple[str, Source] | None]:
    """The name and the contents, for one attempt to send them."""
    if upload is None:
        yield None
    elif isinstance(upload, bytes):
        yield NAMELESS, upload
    elif isinstance(upload, PathLike):
        with Path(upload).open("rb") as file:
            yield Path(upload).name, file
    elif _is_file(upload):
        yield _name_of(upload), upload if upload.seekable() else _Pieces(iter(lambda: upload.read(65_536), b""))
    else:
        yield NAMELESS, _Pieces(upload)


def can_be_sent_again(upload: Upload | None) -> bool:
    if upload is None or isinstance(upload, bytes | PathLike):
        return True
    return _is_file(upload) and upload.seekable()


def _is_file(upload: object) -> TypeGuard[BinaryIO]:
    return hasattr(upload, "read")


def _name_of(file: BinaryIO) -> str:
    name = getattr(file, "name", None)
    return Path(fspath(name)).name if isinstance(name, str | PathLike) else NAMELESS
