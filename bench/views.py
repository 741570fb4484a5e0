"""The list of chats for somebody who sees a part of the workspace, as it is and with filters."""

import itertools
from pathlib import Path

from bench import http_load
from bench.http_load import Request
from bench.report import Row
from bench.server import DemoServer
from bench.workspace import Bench, database, link_number
from tideline.features import workspaces
from tideline.platform import crypto
from tideline.platform.db import Database
from tideline.platform.wake import Wakes

LIST = "/integrations/api/v2/chats"
FILTERS = ["name=Solberg%20123", "name=okafor", "name=zz%20none", "label=vip", "label=new-lead", "label=refund",
           "name=mira&label=wholesale&closed=false", "read=false", "closed=true"]  # fmt: skip


async def rows(server: DemoServer, bench: Bench) -> list[Row]:
    async with database(server.data_dir) as db:
        token = await seat_agent(db, server.data_dir, bench)
    result = []
    for name, targets in (("", [LIST]), (" with filters", [f"{LIST}?{query}" for query in FILTERS])):
        requests: list[Request] = [("GET", target, None) for target in targets]
        load = await http_load.run(server.port, itertools.cycle(requests), token=token, connections=1, seconds=4)
        assert load.failures == 0
        p95 = load.quantile(0.95) * 1000
        result.append(Row(f"GET /v2/chats of an agent{name}, p95", p95, "ms", 50, more_is_better=False))
    return result


async def seat_agent(db: Database, data_dir: Path, bench: Bench) -> str:
    """An agent with a number that has a tenth of the chats, a fiftieth of the others assigned and a hundredth
    mentioning them; answers their token."""
    access = workspaces.Access(db, crypto.Keyring.open(data_dir), Wakes())
    async with db.tx(bench.id) as tx:
        invited = await workspaces.invite(
            tx, access, email=f"agent@{bench.id}.example", role=workspaces.Role.AGENT, is_mailed=False
        )
        agent_id = invited.teammate.id
        sql = "UPDATE tenant.teammate SET status = 'active', invited_until = NULL WHERE workspace = $1 AND id = $2"
        await tx.execute(sql, bench.id, agent_id)
        number_id = await link_number(tx, f"1556{bench.id:07d}", agent_id)
        for sql in (
            "UPDATE tenant.chat SET number_id = $3 WHERE workspace = $1 AND id % 10 = 1 AND $2::int IS NOT NULL",
            "UPDATE tenant.chat SET responsible_id = $2 WHERE workspace = $1 AND id % 50 = 2 AND $3::int IS NOT NULL",
            """
            INSERT INTO tenant.chat_mention (workspace, chat_id, teammate_id, first_at)
            SELECT workspace, id, $2, created_at FROM tenant.chat
            WHERE workspace = $1 AND id % 100 = 3 AND $3::int IS NOT NULL
            """,
        ):
            await tx.execute(sql, bench.id, agent_id, number_id)
        token = await workspaces.create_token(tx, access, agent_id)
    async with db.system_read() as conn:
        await conn.execute("VACUUM ANALYZE tenant.chat, tenant.chat_mention")
    return token
