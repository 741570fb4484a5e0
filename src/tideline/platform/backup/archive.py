"""The backup file: a tar of plain files with a list of checksums, and a manifest as its last member.

A file without its manifest is incomplete. The checksum list is in the format of `sha256sum`, so that an
unpacked backup can be checked without Tideline.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from tideline.platform.backup.problems import BackupUnreadable

FORMAT = 1
DUMP = "database.dump"
SECRET_KEY = "secret.key"
FILES = "files"
SESSIONS = "sessions"
CHECKSUMS = "checksums.txt"
MANIFEST = "manifest.json"
PIECE = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the backup says about itself."""

    format: int = FORMAT
    app_version: str
    schema: int
    server_version: int
    created_at: datetime
    has_files: bool
    has_sessions: bool
    has_secret_key: bool
    members: int
    bytes: int
    checksums_sha256: str


class Hashing:
    """Reads exactly `size` bytes of a file and remembers their checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def create(target: Path, checksums: Path, created_at: datetime) -> "Iterator[Writer]":
    """Open a new archive, whose checksum list grows in a file beside it; it is on disk when the block ends."""
    with (
        open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
        checksums.open("w+b") as sums,
    ):
        yield Writer(tar, sums, created_at)
    with target.open("rb") as written:
        os.fsync(written.fileno())


class Writer:
    """Writes members one after the other, never holding more than a piece of one in memory."""

    def __init__(self, tar: tarfile.TarFile, checksums: IO[bytes], created_at: datetime) -> None:
        self._tar = tar
        self._checksums = checksums
        self._sums = hashlib.sha256()
        self._mtime = int(created_at.timestamp())
        self.members = 0
        self.bytes = 0

    def add(self, name: str, path: Path) -> None:
        """Add one file. A file that is gone by now is left out: its row was deleted after the dump."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            checksum = self._write(name, file, size)
        line = checksum_line(checksum, name)
        self._checksums.write(line)
        self._sums.update(line)
        self.members += 1
        self.bytes += size

    def add_folder(self, name: str, folder: Path) -> None:
        for path in regular_files(folder):
            self.add(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def finish(self, manifest: Manifest) -> None:
        """Write the checksums and the manifest; nothing is complete without them."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        size = self._checksums.tell()
        self._checksums.seek(0)
        self._write(CHECKSUMS, self._checksums, size)
        self._write(MANIFEST, io.BytesIO(text), len(text))

    def checksums_sha256(self) -> str:
        return self._sums.hexdigest()

    def _write(self, name: str, file: IO[bytes], size: int) -> str:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self._mtime
        hashing = Hashing(file)
        self._tar.addfile(member, hashing)  # type: ignore[arg-type]  # tarfile only calls read()
        self._tar.members.clear()  # type: ignore[attr-defined]  # or it would remember a million files
        return hashing.hexdigest()


def checksum_line(checksum: str, name: str) -> bytes:
    return f"{checksum}  {name}\n".encode(errors="surrogateescape")


def regular_files(folder: Path) -> Iterator[Path]:
    """Every regular file below the folder, in a stable order; links, sockets and the like are no data of ours."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def read_manifest(archive: Path) -> Manifest:
    """Find the manifest, which also proves that the file is complete."""
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in _members(tar):
                if member.name == MANIFEST:
                    return _decode(tar, member)
    except OSError as error:
        raise BackupUnreadable(f"{archive} cannot be read ({error.strerror}).") from error
    except (tarfile.TarError, EOFError) as error:
        raise BackupUnreadable(f"{archive} is not a Tideline backup, or it is damaged ({error}).") from error
    raise BackupUnreadable(
        f"{archive} is incomplete: it has no manifest. Was the backup interrupted, or the copy of it?"
    )


def unpack(archive: Path, manifest: Manifest, to: Path) -> None:
    """Unpack all members below a fresh folder and verify every one of them."""
    try:
        with tarfile.open(archive, "r:") as tar:
            sums = hashlib.sha256()
            for member in _members(tar):
                if member.name == CHECKSUMS:
                    break
                checksum = _unpack(tar, member, to)
                sums.update(checksum_line(checksum, member.name))
    except (tarfile.TarError, EOFError) as error:
        raise BackupUnreadable(f"{archive} is damaged ({error}).") from error
    if sums.hexdigest() != manifest.checksums_sha256:
        raise BackupUnreadable(
            f"{archive} is damaged: its content does not match its checksums. Unpack it with `tar` and run "
            f"`sha256sum -c {CHECKSUMS}` to see which part."
        )


def _decode(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    text = tar.extractfile(member)
    try:
        return msgspec.json.decode(text.read(PIECE) if text else b"", type=Manifest)
    except msgspec.MsgspecError as error:
        raise BackupUnreadable(f"The manifest of this backup cannot be read ({error}).") from error


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        yield member
        tar.members.clear()  # type: ignore[attr-defined]  # or it would remember a million files


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path) -> str:
    target = to / safe_name(member)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = tar.extractfile(member)
    if source is None:
        raise BackupUnreadable(f"The backup holds {member.name!r}, which is not a file.")
    hashing = Hashing(source)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := hashing.read(PIECE):
            file.write(piece)
    return hashing.hexdigest()


def safe_name(member: tarfile.TarInfo) -> PurePosixPath:
    """The member's place below the target folder; refuses names and kinds that a backup of ours never has."""
    name = PurePosixPath(member.name)
    parts = member.name.split("/")
    known = member.name in (DUMP, SECRET_KEY) or (len(parts) > 1 and parts[0] in (FILES, SESSIONS))
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not known or {"", ".", ".."} & set(parts):
        raise BackupUnreadable(f"The backup holds {member.name!r}, which no backup of Tideline would.")
    return name
