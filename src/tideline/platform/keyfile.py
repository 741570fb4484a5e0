"""The file that holds the secret keys: one per line, the newest first, readable by its owner only.

Losing this file means losing every secret in the database, so it is written whole, flushed to the disk and
put in place in one step, and two writers take turns.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tideline.platform.errors import Problem

NAME = "secret.key"
SHORTEST = 16
HEADING = "# Secret keys of this Tideline, the newest first. Keep a copy apart from the database backups.\n"

Stamp = tuple[int, int, int]


class KeyNotUsable(Problem):
    code = "key_not_usable"
    message = f"A secret key needs at least {SHORTEST} characters, such as the output of `openssl rand -base64 32`."


def parse(text: str) -> list[str]:
    """Keys from a setting or a file: separated by commas or lines; lines that begin with # are comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    keys = [part.strip() for line in lines for part in line.split(",") if part.strip()]
    if not keys or any(len(key) < SHORTEST for key in keys):
        raise KeyNotUsable
    return list(dict.fromkeys(keys))


def stamp(path: Path) -> Stamp | None:
    """What changes when the file is replaced; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def create_if_missing(path: Path) -> None:
    """Make a first key where there is no file yet: once, even if several programs start together."""
    if not path.exists():
        with _turn(path.parent):
            if not path.exists():
                _write(path, [new_key()])


def read(path: Path) -> list[str]:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise KeyNotUsable(f"{path} is not a text file.") from None
    except KeyNotUsable as problem:
        raise KeyNotUsable(f"{path}: {problem.message}") from None


def add(path: Path, key: str) -> None:
    """Put a key in front of those in the file."""
    with _turn(path.parent):
        _write(path, [key, *read(path)])


def keep_only_newest(path: Path) -> None:
    """Drop every key but the first."""
    with _turn(path.parent):
        _write(path, read(path)[:1])


def new_key() -> str:
    return secrets.token_urlsafe(32)


def _write(path: Path, keys: list[str]) -> None:
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(HEADING + "".join(f"{key}\n" for key in keys))
            file.flush()
            _hand_over(file.fileno(), path)
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _hand_over(fd: int, path: Path) -> None:
    """A command run by root must not take the file away from the account that serves."""
    if os.geteuid() == 0:
        owner = (path if path.exists() else path.parent).stat()
        os.fchown(fd, owner.st_uid, owner.st_gid)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
