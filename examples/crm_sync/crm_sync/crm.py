"""A very small CRM: contacts and their messages in SQLite, written by id so that the same again changes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tideline.client.models import Chat, Message

TABLES = """
CREATE TABLE IF NOT EXISTS contact (
    chat_id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT, is_group INTEGER NOT NULL, responsible TEXT
);
CREATE TABLE IF NOT EXISTS message (
    uid TEXT PRIMARY KEY, chat_id INTEGER NOT NULL, from_me INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT,
    status TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_by_chat ON message (chat_id, at);
CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);
"""


class Crm:
    """A connection for each use: the web server has many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._changing() as db:
            db.executescript(TABLES)

    def save_contact(self, chat: Chat) -> None:
        row = (chat.id, chat.name, chat.phone, chat.is_group, chat.responsible_email)
        with self._changing() as db:
            db.execute("INSERT OR REPLACE INTO contact VALUES (?, ?, ?, ?, ?)", row)

    def save_messages(self, *messages: Message) -> None:
        rows = [
            (one.uid, one.chat_id, one.from_me, one.sender_name, one.text, one.status, one.timestamp.isoformat())
            for one in messages
        ]
        with self._changing() as db:
            db.executemany("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    @property
    def cursor(self) -> str | None:
        """The place in the event log up to which everything is here; None before the first sync is over."""
        found = self.ask("SELECT cursor FROM progress")
        return str(found[0][0]) if found else None

    @cursor.setter
    def cursor(self, cursor: str) -> None:
        with self._changing() as db:
            db.execute("INSERT OR REPLACE INTO progress VALUES (1, ?)", (cursor,))

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with self._changing() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10)
        try:
            with db:
                yield db
        finally:
            db.close()
