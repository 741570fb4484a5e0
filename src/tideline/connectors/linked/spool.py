"""Events on disk before anything else happens to them: one sequence per number, in files that are deleted once read.

A record is appended and brought to the disk before WhatsApp hears that we have it; it goes when the server has stored
it. A record that was cut off by a crash is dropped at the next start: nobody was told that it was kept.
"""

import itertools
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

SUFFIX: Final = ".events"
ROLL_BYTES: Final = 4 * 1024 * 1024
MOST_BYTES: Final = 256 * 1024 * 1024
HEADER: Final = struct.Struct(">IIQH")
"""Size and checksum of the content, its place in the sequence, its kind."""

_CONTENT: Final = 64 * 1024 * 1024
SUB_BITS: Final = 20
"""The server numbers events: a record's place, and below it which event of the record it is."""

ACKED: Final = "acked"


class Record(NamedTuple):
    seq: int
    kind: int
    content: bytes


class Full(Exception):
    """So much waits for the server that nothing more is kept."""


class Spool:
    """Written by one thread; a `tail` may be read by another."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, roll_bytes: int = ROLL_BYTES) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._most = most_bytes
        self._roll = roll_bytes
        self._acked_path = folder / ACKED
        self.acked = int(self._acked_path.read_text() or 0) if self._acked_path.exists() else 0
        self.last = self._mend()
        self._file: int | None = None
        self._file_size = 0

    def append(self, records: Iterable[tuple[int, bytes]]) -> int:
        """Bring these to the disk; gives the sequence number of the last one. All or none is kept."""
        batch, seq = bytearray(), self.last
        for kind, content in records:
            seq += 1
            batch += HEADER.pack(len(content), zlib.crc32(content), seq, kind) + content
        if self.size + len(batch) > self._most:
            raise Full
        self._open_for(len(batch))
        assert self._file is not None
        view = memoryview(batch)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
        self._file_size += len(batch)
        self.last = seq
        return seq

    @property
    def size(self) -> int:
        return sum(size for _, size in self._files())

    def tail(self, after: int) -> "Tail":
        """Reads on from behind this record, also what is appended later."""
        return Tail(self._folder, after)

    def ack(self, position: int, *, done: int) -> None:
        """Remember a place (the server's own numbering), and delete the files of which all is `done`."""
        self.acked = position
        fresh = self._acked_path.with_suffix(".new")
        fresh.write_text(str(position))
        os.replace(fresh, self._acked_path)
        starts = [start for start, _ in self._files()]
        for start, following in itertools.pairwise(starts):
            if following <= done + 1:
                self._path(start).unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    # Files

    def _path(self, start: int) -> Path:
        return _path(self._folder, start)

    def _files(self) -> list[tuple[int, int]]:
        return _files(self._folder)

    def _open_for(self, more: int) -> None:
        if self._file is not None and self._file_size + more > self._roll:
            self.close()
        if self._file is None:
            path = self._path(self.last + 1)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._file_size = os.fstat(self._file).st_size
            _sync_folder(self._folder)

    def _mend(self) -> int:
        """Cut off what a crash left unfinished at the end; gives the last sequence number that was used."""
        last = self.acked >> SUB_BITS
        for start, size in self._files():
            last, end = max(last, start - 1), 0
            for record, at in _read_file(self._path(start), 0):
                last, end = max(last, record.seq), at
            if end < size:
                os.truncate(self._path(start), end)
        return last


def position(seq: int, index: int) -> int:
    return seq << SUB_BITS | index


class Tail:
    """Remembers where it is, so that each byte is read once."""

    def __init__(self, folder: Path, after: int) -> None:
        self._folder = folder
        self._after = after
        self._file = 0
        self._at = 0

    def next(self, *, most: int = 100, most_bytes: int = 1024 * 1024) -> list[Record]:
        """The next records, none if there are none yet."""
        found: list[Record] = []
        size = 0
        while self._find_file():
            for record, end in _read_file(_path(self._folder, self._file), self._at):
                self._at = end
                if record.seq > self._after:
                    self._after = record.seq
                    found.append(record)
                    size += len(record.content)
                if len(found) >= most or size >= most_bytes:
                    return found
            if not self._has_next():
                return found
        return found

    def _find_file(self) -> bool:
        """The file that holds what comes next."""
        starts = [start for start, _ in _files(self._folder)]
        if not starts:
            return False
        found = max((start for start in starts if start <= self._after + 1), default=starts[0])
        if found != self._file:
            self._file, self._at = found, 0
        return True

    def _has_next(self) -> bool:
        return any(self._file < start <= self._after + 1 for start, _ in _files(self._folder))


def _path(folder: Path, start: int) -> Path:
    return folder / f"{start:020d}{SUFFIX}"


def _files(folder: Path) -> list[tuple[int, int]]:
    """First sequence number and size of each file, oldest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found.append((int(path.stem), path.stat().st_size))
        except FileNotFoundError:
            continue
    return sorted(found)


def _read_file(path: Path, start: int) -> Iterator[tuple[Record, int]]:
    """Each whole record from a place on, and where it ends."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        end = file.seek(start)
        while len(head := file.read(HEADER.size)) == HEADER.size:
            size, checksum, seq, kind = HEADER.unpack(head)
            content = file.read(size) if size <= _CONTENT else b""
            if len(content) < size or zlib.crc32(content) != checksum:
                return
            end += HEADER.size + size
            yield Record(seq, kind, content), end


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
