"""Which messages were dealt with; it outlives the program."""

import sqlite3
from contextlib import closing
from pathlib import Path


class Memory:
    """A file with one row for each message. A connection for each use: the web server has many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._open()) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS dealt_with (message_uid TEXT PRIMARY KEY) WITHOUT ROWID")

    def has(self, message_uid: str) -> bool:
        with closing(self._open()) as db:
            return db.execute("SELECT 1 FROM dealt_with WHERE message_uid = ?", (message_uid,)).fetchone() is not None

    def add(self, message_uid: str) -> None:
        with closing(self._open()) as db, db:
            db.execute("INSERT OR IGNORE INTO dealt_with VALUES (?)", (message_uid,))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=10)
