"""What this machine could do at best: the bare server of each row, with nothing of Tideline in it.

Run as `python -m bench.limits PORT DSN`: Starlette on uvicorn, one asyncpg statement, msgspec.
"""

import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LIST_SQL = """
    SELECT id, name, phone, is_read, created_at, last_message_at FROM tenant.chat WHERE workspace = $1
    ORDER BY last_message_at DESC NULLS LAST LIMIT 51
"""
HISTORY_SQL = """
    SELECT uid, chat_id, at, text, status, origin, from_me FROM tenant.message WHERE workspace = $1 AND chat_id = $2
    ORDER BY at DESC, uid DESC LIMIT 51
"""


class Sent(msgspec.Struct):
    text: str
    phone: str


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def app(pool: "asyncpg.Pool[asyncpg.Record]") -> Starlette:
    async def chats(request: Request) -> Response:
        rows = await pool.fetch(LIST_SQL, int(request.query_params["workspace"]))
        return _json([dict(row) for row in rows])

    async def messages(request: Request) -> Response:
        rows = await pool.fetch(HISTORY_SQL, int(request.query_params["workspace"]), int(request.query_params["chat"]))
        return _json([dict(row) for row in rows])

    async def send(request: Request) -> Response:
        body = msgspec.json.decode(await request.body(), type=Sent)
        uid: UUID = uuid4()
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(
                "INSERT INTO bench_bare VALUES ($1, $2, $3, $4)", uid, body.phone, body.text, datetime.now(UTC)
            )
        return _json({"status": "ok", "data": {"message_uid": str(uid)}})

    return Starlette(
        routes=[Route("/chats", chats), Route("/messages", messages), Route("/send", send, methods=["POST"])]
    )


async def serve(port: int, dsn: str) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=12)
    await pool.execute(
        "CREATE TABLE IF NOT EXISTS bench_bare (uid uuid PRIMARY KEY, phone text, text text, at timestamptz)"
    )
    config = uvicorn.Config(
        app(pool), host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
