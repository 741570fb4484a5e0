"""Where an installation keeps what is not in the database."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tideline.platform.backup.archive import regular_files

SQLITE = b"SQLite format 3\0"
SQLITE_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Places:
    """Folders and files beside the database; None for what is kept elsewhere or is not wanted."""

    files: Path | None = None
    sessions: Path | None = None
    secret_key: Path | None = None


def copy_sessions(folder: Path, to: Path) -> None:
    """Copy the folder of linked sessions while they are in use: databases are asked for a consistent copy."""
    for path in regular_files(folder):
        if path.name.endswith(SQLITE_SIDE_FILES):
            continue
        target = to / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(path, target)
        except FileNotFoundError:
            continue  # unlinked meanwhile


def _copy(path: Path, target: Path) -> None:
    with path.open("rb") as file:
        is_database = file.read(len(SQLITE)) == SQLITE
    if not is_database:
        shutil.copyfile(path, target)
        return
    source = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()


def size_of(folder: Path | None) -> int:
    return sum(path.stat().st_size for path in regular_files(folder)) if folder else 0


def is_in_use(place: Path) -> bool:
    return any(place.iterdir()) if place.is_dir() else place.exists()
