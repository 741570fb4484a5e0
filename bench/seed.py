"""Data for the read rows: a workspace with many chats, groups of 200 members, labels and messages, by COPY."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from bench.words import Texts
from bench.workspace import Bench, Sizes
from tideline.features import search
from tideline.features.chats.store import members as rosters
from tideline.features.search.conditions import fortnight_of
from tideline.platform.db import Database
from tideline.platform.ids import uuid7

Row = dict[str, Any]

NAMES = "Mira Jon Ines Tomas Ana Ben Dina Noa Kate Daniel Maya Rui Lena Omar Yuki"
FAMILIES = "Solberg Vale Okafor Reyes Feldstein Lindqvist Silva Raman Barel Demir Harbour"
LABELS = {"new-lead": 0.3, "wholesale": 0.1, "vip": 0.01, "refund": 0.001}
GROUP_MEMBERS = 200


INDEX = "tenant.message_search_terms"


@asynccontextmanager
async def seeding(conn: "asyncpg.Connection[Any]") -> AsyncIterator[None]:
    """While a million messages are copied in, the index of words is away: made at the end it takes half the time."""
    definition = await conn.fetchval("SELECT pg_get_indexdef($1::regclass)", INDEX)
    await conn.execute(f"DROP INDEX {INDEX}")
    yield
    await conn.execute(f"{definition}; ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS 0")
    await conn.execute("VACUUM ANALYZE")


class Seed:
    """Fills one workspace. The first chats are the busiest; every so-manieth is a group."""

    def __init__(self, conn: "asyncpg.Connection[Any]", bench: Bench, sizes: Sizes) -> None:
        self._conn, self._bench, self._sizes = conn, bench, sizes
        self._random = random.Random(sizes.chats)
        self._texts = Texts(sizes.chats)
        self._now = datetime.now(UTC)
        self._last: dict[int, tuple[datetime, UUID]] = {}

    async def fill(self, db: Database) -> list[int]:
        """Fill the workspace and answer the ids of its chats, the busiest first."""
        self._chats = await self._ids("chat_id", self._sizes.chats)
        self._groups = set(self._chats[7 :: self._sizes.chats // self._sizes.groups])
        self._contacts = await self._ids("contact_id", self._sizes.chats + GROUP_MEMBERS)
        self._labels = dict(zip(LABELS, await self._ids("label_id", len(LABELS)), strict=True))
        messages = self._messages()
        chats = [self._chat(n, chat_id) for n, chat_id in enumerate(self._chats)]
        await self._copy("contact", [self._contact(n, contact) for n, contact in enumerate(self._contacts)])
        await self._copy("chat", chats)
        await self._copy("chat_search", [self._search(chat) for chat in chats])
        await self._copy("message", messages)
        await self._copy("message_search", [self._found_by(message) for message in messages])
        self.texts = [message["text"] for message in messages]
        await self._copy("chat_member", self._members())
        await self._copy(
            "label", [{"id": one, "name": name, "created_at": self._now} for name, one in self._labels.items()]
        )
        await self._copy("chat_label", [
            {"chat_id": chat["id"], "label_id": self._labels[name], "added_at": self._now}
            for chat in chats for name in chat["labels"]
        ])  # fmt: skip
        async with db.tx(self._bench.id) as tx:
            await rosters.write_rosters(tx, self._groups)
        return self._chats

    def _messages(self) -> list[Row]:
        step = timedelta(days=90) / self._sizes.messages
        return [self._message(self._now - timedelta(days=90) + step * n) for n in range(self._sizes.messages)]

    def _message(self, at: datetime) -> Row:
        chat_id = self._chats[int(len(self._chats) * self._random.random() ** 2)]
        uid, from_me = uuid7(int(at.timestamp() * 1000)), self._random.random() < 0.4
        self._last[chat_id] = (at, uid)
        return {
            "uid": uid, "chat_id": chat_id, "number_id": self._bench.number_id, "external_id": uid.hex,
            "from_me": from_me, "type": "whatsapp", "content": "text",
            "text": self._texts.text(), "status": "Read" if from_me else "Delivered",
            "origin": "Public API" if from_me else "synced from WhatsApp", "at": at, "received_at": at,
        }  # fmt: skip

    def _found_by(self, message: Row) -> Row:
        same = ("uid", "at", "chat_id", "number_id", "from_me", "type")
        words = search.stored_words(message["text"])
        return {name: message[name] for name in same} | {"fortnight": fortnight_of(message["at"]), "words": words}

    def _chat(self, n: int, chat_id: int) -> Row:
        is_group = chat_id in self._groups
        at, uid = self._last.get(chat_id, (None, None))
        name = f"Group {n}" if is_group else self._name(n)
        return {
            "id": chat_id, "number_id": self._bench.number_id, "kind": "group" if is_group else "direct",
            "contact_id": None if is_group else self._contacts[n],
            "group_jid": f"1203630{self._bench.id:04d}{n:08d}@g.us" if is_group else None,
            "phone": None if is_group else self._phone(n), "name": name, "name_key": name.casefold(),
            "labels": [label for label, share in LABELS.items() if self._random.random() < share],
            "is_read": n % 3 > 0, "created_at": self._now, "last_message_uid": uid, "last_message_at": at,
        }  # fmt: skip

    def _contact(self, n: int, contact_id: int) -> Row:
        return {"id": contact_id, "number_id": self._bench.number_id, "phone": self._phone(n), "name": self._name(n),
                "created_at": self._now}  # fmt: skip

    def _search(self, chat: Row) -> Row:
        return {"chat_id": chat["id"], "name_key": chat["name_key"], "phone": chat["phone"] or ""}

    def _members(self) -> list[Row]:
        people = self._contacts[self._sizes.chats :]
        return [
            {"chat_id": group, "contact_id": contact, "role": "member", "position": position}
            for group in self._groups
            for position, contact in enumerate(people)
        ]

    def _name(self, n: int) -> str:
        first, family = NAMES.split(), FAMILIES.split()
        return f"{first[n % len(first)]} {family[n // 7 % len(family)]} {n}"

    def _phone(self, n: int) -> str:
        return f"1555{self._bench.id % 10}{n:07d}"

    async def _ids(self, sequence: str, count: int) -> list[int]:
        rows = await self._conn.fetch(f"SELECT nextval('tenant.{sequence}') AS id FROM generate_series(1, $1)", count)
        return [row["id"] for row in rows]

    async def _copy(self, table: str, rows: list[Row]) -> None:
        columns = ["workspace", *rows[0]]
        records = [(self._bench.id, *row.values()) for row in rows]
        await self._conn.copy_records_to_table(table, schema_name="tenant", columns=columns, records=records)
