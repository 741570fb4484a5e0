"""Migrations of a database that is in use: rows stay as they are, and no large table is written anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from tests.support.postgres import PostgresForTests
from tideline.platform.migrate import FOLDER, migrate

FIRST_RELEASE: Final = 4
LARGE: Final = ("message", "chat", "reaction")
SOME_ROWS: Final = """
INSERT INTO tenant.workspace (workspace, display_name, plan, zone, seats, messages_quota, api_calls_quota,
    billing_anchor, created_at) VALUES (1, 'Harbour', 'Business', 'UTC', 5, 100, 100, '2026-01-01', '2026-01-01Z');
INSERT INTO tenant.team (workspace, id, title) VALUES (1, 1, 'Default');
INSERT INTO tenant.teammate (workspace, id, person, team_id, email, display_name, role, status, created_at)
    VALUES (1, 1, 1, 1, 'o@harbour.example', 'Owner', 'owner', 'active', '2026-01-01Z');
INSERT INTO tenant.number (workspace, id, kind, phone, jid, owner_id, state, state_at, connected_at, created_at)
    VALUES (1, 1, 'simulator', '1555', '1555@s.whatsapp.net', 1, 'active', '2026-01-01Z', '2026-01-01Z', '2026-01-01Z');
INSERT INTO tenant.chat (workspace, id, number_id, kind, group_jid, name, name_key, created_at)
    SELECT 1, n, 1, 'group', n || '@g.us', 'Chat ' || n, 'chat ' || n, '2026-01-01Z' FROM generate_series(1, 200) n;
INSERT INTO tenant.message (workspace, uid, chat_id, number_id, from_me, type, content, text, status, origin, at,
    received_at, has_reactions)
    SELECT 1, gen_random_uuid(), 1 + n % 200, 1, false, 'whatsapp', 'text', 'Hello ' || n, 'Delivered', 'synced',
           '2026-01-01Z', '2026-01-01Z', true FROM generate_series(1, 1000) n;
INSERT INTO tenant.reaction (workspace, message_uid, person, emoji, reacted_at)
    SELECT 1, uid, 'own', 'x', '2026-01-01Z' FROM tenant.message;
"""


@pytest.fixture
def empty(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_empty_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.sql"):
        if int(path.name[:4]) <= FIRST_RELEASE:
            (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


async def places_of(conn: Any) -> dict[str, Any]:
    """Where the tables' rows are on disk; a rewrite gives a table another place."""
    return {table: await conn.fetchval("SELECT pg_relation_filenode($1)", f"tenant.{table}") for table in LARGE}


async def oldest(conn: Any, columns: str = "*") -> dict[str, Any]:
    return dict((await conn.fetchrow(f"SELECT {columns} FROM tenant.message ORDER BY uid LIMIT 1")).items())


async def test_large_tables_are_not_written_anew(empty: str, first_release: Path) -> None:
    await migrate(empty, first_release)
    conn = await asyncpg.connect(empty)
    try:
        await conn.execute(SOME_ROWS)
        before, message = await places_of(conn), await oldest(conn)
        assert await migrate(empty)
        assert await places_of(conn) == before
        assert await oldest(conn, ", ".join(message)) == message
    finally:
        await conn.close()
