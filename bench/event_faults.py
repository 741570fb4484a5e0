"""Kill `serve` while it delivers events to receivers that answer, dawdle, refuse and hang up; then count.

`python -m bench.event_faults --events 20000 --kills 10`; the test suite runs a small version. Afterwards every event
must have reached each receiver that answers at least once, the log must account for every delivery, and nothing may
wait.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bench.server import DemoServer
from bench.workspace import database
from tideline.features import messages
from tideline.features.numbers.port import MessageReceived, Peer, Via
from tideline.platform import lanes, launcher

API = "/integrations/api"
EVENT = "message:received:new"
CHATS = 200
BATCH = 250
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno"
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, launcher.DatabaseNotRunning)


@dataclass
class Receiver:
    """One behaviour, and which messages it has answered well."""

    name: str
    answer: bytes | None
    dawdles: float = 0.0
    taken: Counter[str] = field(default_factory=Counter)
    url: str = ""

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in?{self.name}"
        return server

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                event = json.loads(await reader.readexactly(length))
                await asyncio.sleep(self.dawdles)
                if self.answer is None:
                    return
                writer.write(self.answer)
                await writer.drain()
                self.taken[event["message"]["text"]] += 1
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()


@dataclass
class Verdict:
    """The result of one run; `faults` names every broken promise."""

    events: int
    kills: int
    attempts: int
    twice: int
    faults: list[str]
    seconds: float

    def __str__(self) -> str:
        said = (
            f"events {self.events}, kills {self.kills}, attempts {self.attempts}, came twice {self.twice}, "
            f"{self.seconds:.0f} s"
        )
        return "\n".join([said, *(f"FAULT {fault}" for fault in self.faults), f"faults: {len(self.faults)}"])


class Run:
    """One run against one server in one folder."""

    def __init__(self, folder: Path, *, events: int, kills: int, seed: int) -> None:
        self._events, self._kills = events, kills
        self._random = random.Random(seed)
        self._server = DemoServer(folder, rate_limit="0", webhook_retry_waits="0.5,1", log_level="warning")
        self._receivers = [
            Receiver("good", OK),
            Receiver("slow", OK, dawdles=0.05),
            Receiver("refusing", REFUSED),
            Receiver("dropping", None),
        ]
        self._ids: list[int] = []

    async def play(self) -> Verdict:
        began = time.perf_counter()
        listening = [await receiver.serve() for receiver in self._receivers]
        try:
            await self._server.start()
            await self._subscribe()
            happening = asyncio.create_task(self._happen())
            await self._kill_all(happening)
            await happening
            return await self._judge(began)
        finally:
            self._server.stop()
            for server in listening:
                server.close()

    async def _subscribe(self) -> None:
        headers = {"Authorization": f"Bearer {self._server.demo['api_token']}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for receiver in self._receivers:
                body = {"event_type": EVENT, "url": receiver.url}
                async with http.post(f"{self._server.base}{API}/webhooks", json=body) as answer:
                    self._ids.append((await answer.json())["data"]["id"])

    async def _happen(self) -> None:
        """Messages come in; a batch that met a dying database comes again, under the same ids."""
        for first in range(0, self._events, BATCH):
            numbers = range(first, min(first + BATCH, self._events))
            is_stored = False
            while not is_stored:
                is_stored = await self._receive([self._message(n) for n in numbers])

    async def _receive(self, batch: list[MessageReceived]) -> bool:
        try:
            async with database(self._server.data_dir) as db:
                async with db.system_read() as tx:
                    number = await tx.row("SELECT workspace, id FROM tenant.number ORDER BY workspace, id LIMIT 1")
                assert number
                await db.run(number["workspace"], lambda tx: messages.receive(tx, number["id"], batch))
        except AWAY:
            await asyncio.sleep(0.2)
            return False
        return True

    def _message(self, n: int) -> MessageReceived:
        return MessageReceived(
            chat=Peer(phone=f"1555777{n % CHATS:04d}"), external_id=f"FAULT{n}", at=datetime.now(UTC), from_me=False,
            via=Via.CONTACT, text=f"event {n}",
        )  # fmt: skip

    async def _kill_all(self, happening: "asyncio.Task[None]") -> None:
        """`kill -9` of all roles takes the embedded database along; once, between two kills, everything is stopped in
        order and started again."""
        for n in range(self._kills):
            await asyncio.sleep(self._random.uniform(0.5, 3.0))
            self._server.kill()
            await self._server.start()
            if n == self._kills // 2:
                await asyncio.sleep(self._random.uniform(0.5, 3.0))
                self._server.kill_gently()
                await self._server.start()
        assert not happening.cancelled()

    async def _judge(self, began: float) -> Verdict:
        faults = []
        async with database(self._server.data_dir) as db:
            if not await self._is_quiet(db):
                faults.append("deliveries wait for ever")
            async with db.system_read() as tx:
                rows = await tx.fetch(
                    """
                    SELECT webhook_id, count(*) AS attempts, count(DISTINCT delivery) AS deliveries,
                           count(DISTINCT delivery) FILTER (WHERE outcome <> 'retrying') AS ended
                    FROM tenant.attempt WHERE webhook_id = ANY($1::int[]) GROUP BY webhook_id
                    """,
                    self._ids,
                )
        logged = {row["webhook_id"]: (row["deliveries"], row["ended"]) for row in rows}
        for webhook_id, receiver in zip(self._ids, self._receivers, strict=True):
            deliveries, ended = logged.get(webhook_id, (0, 0))
            if (deliveries, ended) != (self._events, self._events):
                faults.append(f"the log of {receiver.name} has {deliveries} deliveries, of which {ended} ended")
        expected = {f"event {n}" for n in range(self._events)}
        faults += [
            f"{len(missing)} events never reached {receiver.name}"
            for receiver in self._receivers[:2]
            if (missing := expected - receiver.taken.keys())
        ]
        twice = sum(count > 1 for receiver in self._receivers[:2] for count in receiver.taken.values())
        attempts = sum(row["attempts"] for row in rows)
        return Verdict(self._events, self._kills, attempts, twice, faults, time.perf_counter() - began)

    async def _is_quiet(self, db: Any, patience: float = 900.0) -> bool:
        until = time.perf_counter() + patience
        while time.perf_counter() < until:
            async with db.system_read() as tx:
                groups = await lanes.list_groups(tx, "webhook")
                open_facts = await tx.value("SELECT count(*) FROM tenant.fact WHERE seq IS NULL")
            if not open_facts and not sum(group.waiting for group in groups if group.group in self._ids):
                return True
            await asyncio.sleep(0.5)
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tideline-faults-") as folder:
        Path(folder).chmod(0o755)
        verdict = asyncio.run(Run(Path(folder), events=given.events, kills=given.kills, seed=given.seed).play())
    print(verdict)
    sys.exit(1 if verdict.faults else 0)


if __name__ == "__main__":
    main()
