"""How many sends are accepted a second in one workspace, and how long each waits at half of that."""

import itertools
import json
from collections.abc import Iterator

from bench import http_load
from bench.http_load import Request
from bench.reads import API, bare
from bench.report import Row
from bench.server import DemoServer
from bench.workspace import Bench, database, open_workspace
from tideline.platform import launcher

PHONES = 500


async def rows(server: DemoServer) -> list[Row]:
    async with database(server.data_dir) as db:
        bench = await open_workspace(db, server.data_dir, "bench-sends")
    await _warm_up(server, bench)
    with bare(launcher.running_dsn(server.data_dir)) as port:
        best = await http_load.run(port, _sends("/send"), connections=32, seconds=5)
    full = await http_load.run(server.port, _sends(), token=bench.token, connections=32, seconds=8)
    half = await http_load.run(server.port, _sends(), token=bench.token, connections=32, seconds=8, rate=500)
    assert full.failures == half.failures == 0, (full.failures, half.failures)
    return [
        Row("POST /messages accepted", full.rate, "/s", 1000, limit=best.rate),
        Row("POST /messages, p99 at 500/s", half.quantile(0.99) * 1000, "ms", 50, more_is_better=False),
    ]


def _sends(path: str = f"{API}/messages") -> Iterator[Request]:
    for n in itertools.count():
        body = {"phone": f"+1555777{n % PHONES:04d}", "text": f"Your parcel {n} is on its way."}
        yield "POST", path, json.dumps(body).encode()


async def _warm_up(server: DemoServer, bench: Bench) -> None:
    await http_load.run(server.port, _sends(), token=bench.token, connections=8, seconds=3)
