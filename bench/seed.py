"""Data for the read rows: a workspace with many chats, groups of 200 members, labels and messages, by COPY."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from tideline.platform.ids import uuid7

NAMES = [
    "Mira",
    "Jon",
    "Ines",
    "Tomas",
    "Ana",
    "Ben",
    "Dina",
    "Noa",
    "Kate",
    "Daniel",
    "Maya",
    "Rui",
    "Lena",
    "Omar",
    "Yuki",
]
FAMILIES = [
    "Solberg",
    "Vale",
    "Okafor",
    "Reyes",
    "Feldstein",
    "Lindqvist",
    "Silva",
    "Raman",
    "Barel",
    "Demir",
    "Harbour",
]
WORDS = [
    "order", "beans", "roast", "price", "delivery", "tomorrow", "thanks", "please", "invoice", "shop", "grinder",
    "filter", "espresso", "sample", "box", "kilo", "street",
]  # fmt: skip
LABELS = {"new-lead": 0.3, "wholesale": 0.1, "vip": 0.01, "refund": 0.001}
GROUP_MEMBERS = 200


async def fill(
    conn: "asyncpg.Connection[Any]",
    workspace: int,
    number_id: int,
    *,
    chats: int,
    messages: int,
    groups: int,
) -> list[int]:
    """Fill a workspace and answer the ids of its chats, direct ones first. Ids come from the real sequences."""
    rng = random.Random(chats)
    now = datetime.now(UTC)
    contact_ids = await _ids(conn, "contact_id", chats + GROUP_MEMBERS)
    chat_ids = await _ids(conn, "chat_id", chats + groups)
    phones = [f"1555{workspace % 10}{n:08d}"[:14] for n in range(len(contact_ids))]
    names = [f"{rng.choice(NAMES)} {rng.choice(FAMILIES)} {n}" for n in range(chats)] + [
        f"Group {workspace} {n}" for n in range(groups)
    ]
    await _copy(
        conn,
        "contact",
        ["workspace", "id", "number_id", "phone", "name", "created_at"],
        [
            (workspace, cid, number_id, phones[n], names[n] if n < chats else f"Member {n}", now)
            for n, cid in enumerate(contact_ids)
        ],
    )
    stamps = _message_stamps(rng, chat_ids, messages, now)
    last: dict[int, tuple[datetime, UUID]] = {}
    records = []
    for chat_id, at in stamps:
        uid = uuid7(int(at.timestamp() * 1000))
        last[chat_id] = (at, uid)
        from_me = rng.random() < 0.4
        records.append(
            (
                workspace,
                uid,
                chat_id,
                number_id,
                f"{workspace}-{uid.hex}",
                from_me,
                "whatsapp",
                "text",
                " ".join(rng.choices(WORDS, k=9)),
                "Read" if from_me else "Delivered",
                "Public API" if from_me else "synced from WhatsApp",
                at,
                at,
            )
        )
    await _copy(
        conn,
        "chat",
        [
            "workspace",
            "id",
            "number_id",
            "kind",
            "contact_id",
            "group_jid",
            "phone",
            "name",
            "name_key",
            "is_read",
            "created_at",
            "last_message_uid",
            "last_message_at",
        ],
        [
            _chat(workspace, number_id, cid, n, chats, contact_ids, phones, names[n], last.get(cid), now)
            for n, cid in enumerate(chat_ids)
        ],
    )
    await _copy(
        conn,
        "message",
        [
            "workspace",
            "uid",
            "chat_id",
            "number_id",
            "external_id",
            "from_me",
            "type",
            "content",
            "text",
            "status",
            "origin",
            "at",
            "received_at",
        ],
        records,
    )
    members = contact_ids[chats:]
    await _copy(
        conn,
        "chat_member",
        ["workspace", "chat_id", "contact_id", "role", "position"],
        [
            (workspace, cid, member, "member", position)
            for cid in chat_ids[chats:]
            for position, member in enumerate(members)
        ],
    )
    await _labels(conn, rng, workspace, chat_ids, now)
    await conn.execute("ANALYZE")
    return chat_ids


def _chat(
    workspace: int,
    number_id: int,
    cid: int,
    n: int,
    chats: int,
    contact_ids: list[int],
    phones: list[str],
    name: str,
    last: tuple[datetime, UUID] | None,
    now: datetime,
) -> tuple[Any, ...]:
    direct = n < chats
    at, uid = last or (None, None)
    return (
        workspace,
        cid,
        number_id,
        "direct" if direct else "group",
        contact_ids[n] if direct else None,
        None if direct else f"12036300{workspace:04d}{n:08d}@g.us",
        phones[n] if direct else None,
        name,
        name.casefold(),
        n % 3 > 0,
        now,
        uid,
        at,
    )


def _message_stamps(
    rng: random.Random, chat_ids: list[int], messages: int, now: datetime
) -> list[tuple[int, datetime]]:
    start = now - timedelta(days=90)
    step = timedelta(days=90) / messages
    return [(chat_ids[int(len(chat_ids) * rng.random() ** 2)], start + step * n) for n in range(messages)]


async def _labels(
    conn: "asyncpg.Connection[Any]", rng: random.Random, workspace: int, chat_ids: list[int], now: datetime
) -> None:
    ids = await _ids(conn, "label_id", len(LABELS))
    await _copy(
        conn,
        "label",
        ["workspace", "id", "name", "created_at"],
        [(workspace, lid, name, now) for lid, name in zip(ids, LABELS, strict=True)],
    )
    await _copy(
        conn,
        "chat_label",
        ["workspace", "chat_id", "label_id", "added_at"],
        [
            (workspace, cid, lid, now)
            for lid, share in zip(ids, LABELS.values(), strict=True)
            for cid in chat_ids
            if rng.random() < share
        ],
    )


async def _ids(conn: "asyncpg.Connection[Any]", sequence: str, count: int) -> list[int]:
    rows = await conn.fetch(f"SELECT nextval('tenant.{sequence}') AS id FROM generate_series(1, $1)", count)
    return [row["id"] for row in rows]


async def _copy(
    conn: "asyncpg.Connection[Any]", table: str, columns: list[str], records: list[tuple[Any, ...]]
) -> None:
    await conn.copy_records_to_table(table, schema_name="tenant", columns=columns, records=records)
