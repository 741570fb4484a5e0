"""`python -m bench.cloud`: webhooks of the Business Platform at the pace of a busy business, over a `kill -9`.

A real `tideline serve --demo` with one business number gets 300 statuses and 80 messages a second, rightly signed, for
a minute. In the middle it is killed and started again. Whoever sends comes again with what was not answered, as Meta
does. At the end everything that was told must be stored, once.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.http_load import HttpConnection
from bench.report import Row, table, write
from bench.server import DemoServer
from bench.workspace import database
from tideline.features import business, workspaces
from tideline.features.business import NewAccount, Opened
from tideline.platform import crypto, logs
from tideline.platform.wake import Wakes

STATUSES, MESSAGES = 300, 80
CUSTOMERS = 400
CONNECTIONS = 32
SETTLE_SECONDS = 120.0
AGAIN_SECONDS = 1.0
NEW = NewAccount("15550100001", "109000000000001", "210000000000001", "EAAbench", "0123456789abcdef" * 2, name="Bench")


@dataclass
class Told:
    """One webhook: its bytes, and when it is due."""

    raw: bytes
    due: float


@dataclass
class Figures:
    """What was measured; seconds."""

    latencies: list[float] = field(default_factory=list)
    again: int = 0
    refused: int = 0
    down: float = 0.0
    settled: float = 0.0

    def quantile(self, q: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


class Platform:
    """Makes the webhooks: what customers write, and what becomes of messages that the owner typed before."""

    def __init__(self, opened: Opened, port: int) -> None:
        self._path = f"/inbound/cloud/{opened.secrets.path_key}"
        self._secret = opened.secrets.app_secret.encode()
        self._account = opened.account
        self._port = port
        self._at = int(time.time())

    def request(self, field_name: str, **what: Any) -> bytes:
        metadata = {"display_phone_number": NEW.phone, "phone_number_id": self._account.phone_number_id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **what}
        change = {"field": field_name, "value": value}
        entry = {"id": self._account.waba_id, "time": self._at, "changes": [change]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def typed(self, first: int, count: int) -> bytes:
        echoes = [
            {
                "from": NEW.phone, "to": phone(n), "id": own_id(n), "timestamp": str(self._at), "type": "text",
                "text": {"body": f"Offer number {n}"},
            }
            for n in range(first, first + count)
        ]  # fmt: skip
        return self.request("smb_message_echoes", message_echoes=echoes)

    def written(self, n: int) -> bytes:
        contact = {"profile": {"name": f"Customer {n % CUSTOMERS}"}, "wa_id": phone(n)}
        message = {
            "from": phone(n), "id": f"wamid.IN{n:012}", "timestamp": str(self._at), "type": "text",
            "text": {"body": f"Question number {n}, as long as people write on their phones when they want something"},
        }  # fmt: skip
        return self.request("messages", contacts=[contact], messages=[message])

    def status(self, n: int) -> bytes:
        """Each message is delivered first and read later."""
        word, message = ("delivered", "read")[n % 2], n // 2
        pricing = {"billable": True, "pricing_model": "PMP", "category": "marketing", "type": "regular"}
        status = {
            "id": own_id(message), "status": word, "timestamp": str(self._at), "recipient_id": phone(message),
            "pricing": pricing,
        }  # fmt: skip
        contact = {"profile": {"name": f"Customer {message % CUSTOMERS}"}, "wa_id": phone(message)}
        return self.request("messages", contacts=[contact], statuses=[status])


def phone(n: int) -> str:
    return f"4915{n % CUSTOMERS:09}"


def own_id(n: int) -> str:
    return f"wamid.OUT{n:012}"


class Sender:
    """Keeps the pace, and comes again with what was not taken."""

    def __init__(self, port: int, due: Iterator[Told], figures: Figures) -> None:
        self._port = port
        self._due = due
        self._figures = figures
        self._left: deque[Told] = deque()

    async def run(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(CONNECTIONS)))

    async def _client(self) -> None:
        connection: HttpConnection | None = None
        while (told := self._next()) is not None:
            await asyncio.sleep(max(0.0, told.due - time.perf_counter()))
            try:
                connection = connection or await self._connect()
                began = time.perf_counter()
                status = await connection.ask(told.raw)
            except OSError:
                connection = None
                self._figures.again += 1
                self._left.append(Told(told.raw, time.perf_counter() + AGAIN_SECONDS))
                continue
            if status == 200:
                self._figures.latencies.append(time.perf_counter() - began)
            else:
                self._figures.refused += 1
                self._left.append(Told(told.raw, time.perf_counter() + AGAIN_SECONDS))
        if connection:
            connection.close()

    def _next(self) -> Told | None:
        if self._left and self._left[0].due <= time.perf_counter():
            return self._left.popleft()
        told = next(self._due, None)
        return told or (self._left.popleft() if self._left else None)

    async def _connect(self) -> HttpConnection:
        _, connection = await asyncio.get_running_loop().create_connection(HttpConnection, "127.0.0.1", self._port)
        return connection


def schedule(platform: Platform, began: float, seconds: float) -> Iterator[Told]:
    """Statuses and messages in turn, each at its time."""
    messages = statuses = 0
    for n in range(int((STATUSES + MESSAGES) * seconds)):
        if messages * STATUSES <= statuses * MESSAGES:
            raw, messages = platform.written(messages), messages + 1
        else:
            raw, statuses = platform.status(statuses), statuses + 1
        yield Told(raw, began + n / (STATUSES + MESSAGES))


async def add_number(server: DemoServer) -> Opened:
    async with database(server.data_dir) as db:
        wakes = Wakes(db)
        db.wake = wakes.wake
        keyring = crypto.Keyring.open(server.data_dir)
        async with db.system() as tx:
            made = await workspaces.create(
                tx, workspaces.Access(db, keyring, wakes), display_name="Bench cloud",
                owner_email="owner@bench-cloud.example", zone="Europe/Berlin",
            )  # fmt: skip
        opened = await db.run(made.workspace_id, lambda tx: business.add(tx, keyring, NEW, owner_id=made.owner_id))
        await wakes.flush()
        return opened


async def measure(folder: Path, seconds: float, *, kill: bool) -> tuple[Figures, list[Row]]:
    server = DemoServer(folder, log_level="warning", graph_url="http://127.0.0.1:1/v26.0")
    await server.start()
    figures = Figures()
    try:
        opened = await add_number(server)
        platform = Platform(opened, server.port)
        own = int(STATUSES * seconds) // 2 + 1
        await fill(platform, server.port, own)
        await settled(server, opened, messages=own, statuses=0)
        began = time.perf_counter() + 0.5
        sender = Sender(server.port, schedule(platform, began, seconds), figures)
        sending = asyncio.create_task(sender.run())
        if kill:
            await asyncio.sleep(seconds / 2)
            down = time.perf_counter()
            server.kill()
            await server.start()
            figures.down = time.perf_counter() - down
        await sending
        rate = len(figures.latencies) / (time.perf_counter() - began)
        ended = time.perf_counter()
        messages = int((STATUSES + MESSAGES) * seconds)
        lost = await settled(server, opened, messages=own + count_of(messages)[0], statuses=count_of(messages)[1])
        figures.settled = time.perf_counter() - ended
    finally:
        server.stop()
    return figures, [
        Row("webhooks of the Business Platform taken", rate, "/s", 0.9 * (STATUSES + MESSAGES)),
        Row("answered, median", figures.quantile(0.5) * 1000, "ms", 50, more_is_better=False),
        Row("answered, 99 of 100", figures.quantile(0.99) * 1000, "ms", 250, more_is_better=False),
        Row("lost over a kill -9" if kill else "lost", lost, "", 0, more_is_better=False),
    ]


def count_of(webhooks: int) -> tuple[int, int]:
    """Messages and statuses among so many webhooks, in the turn of `schedule`."""
    messages = statuses = 0
    for _ in range(webhooks):
        if messages * STATUSES <= statuses * MESSAGES:
            messages += 1
        else:
            statuses += 1
    return messages, statuses


async def fill(platform: Platform, port: int, own: int) -> None:
    """Messages for the statuses to be about, which the owner is said to have typed on the phone."""
    _, connection = await asyncio.get_running_loop().create_connection(HttpConnection, "127.0.0.1", port)
    for first in range(0, own, 100):
        assert await connection.ask(platform.typed(first, min(100, own - first))) == 200
    connection.close()


async def settled(server: DemoServer, opened: Opened, *, messages: int, statuses: int) -> int:
    """Wait until everything is stored; what is missing then is lost. Nothing may be there twice either."""
    until = time.perf_counter() + SETTLE_SECONDS
    workspace = opened.account.workspace_id
    missing = messages + statuses
    async with database(server.data_dir) as db:
        while time.perf_counter() < until:
            async with db.read(workspace) as tx:
                waiting = await tx.value(
                    "SELECT count(*) FROM cloud.notice WHERE workspace = $1 AND kind = 'webhook'", workspace
                )
                stored = await tx.value("SELECT count(*) FROM tenant.message WHERE workspace = $1", workspace)
                read = await tx.value(
                    "SELECT count(*) FROM tenant.message WHERE workspace = $1 AND read_at IS NOT NULL", workspace
                )
                delivered = await tx.value(
                    "SELECT count(*) FROM tenant.message WHERE workspace = $1 AND delivered_at IS NOT NULL AND from_me",
                    workspace,
                )
            missing = abs(messages - stored) + abs(statuses - read - delivered)
            if not missing and not waiting:
                return 0
            await asyncio.sleep(0.2)
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--no-kill", action="store_true", help="measure without the kill in the middle")
    parser.add_argument("--json", type=Path, default=Path("bench-cloud.json"))
    given = parser.parse_args()
    logs.configure("console", "warning")
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded database of root runs as somebody else
        figures, rows = asyncio.run(measure(Path(folder), given.seconds, kill=not given.no_kill))
    print(table(rows))
    print(
        f"{len(figures.latencies):,} webhooks answered, {figures.again} connections broken, {figures.refused} refused; "
        f"down for {figures.down:.1f} s, all stored {figures.settled:.1f} s after the last one"
    )
    write(rows, given.json)
    sys.exit(0 if all(row.is_met for row in rows) else 1)


if __name__ == "__main__":
    main()
