"""Lists and filters at a million messages, and the same with a tenth of the data."""

import itertools
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench import http_load, uploads, views
from bench.filled import Filled
from bench.http_load import Request
from bench.report import Row
from bench.searches import Searches
from bench.server import DemoServer, free_port
from bench.workspace import Bench
from tideline.platform import launcher

API = "/integrations/api"
FILTERS = [
    "name=Solberg%20123", "name=okafor", "name=zz%20none", "phone=5550", "phone=%2B15551", "label=vip",
    "label=new-lead", "label=refund", "name=mira&label=wholesale&closed=false",
]  # fmt: skip


async def rows(server: DemoServer, filled: Filled) -> list[Row]:
    large, small, many, few = filled.large, filled.small, filled.many, filled.few
    result = []
    with bare(launcher.running_dsn(server.data_dir)) as port:
        for name, requests, limit in (
            ("GET /chats", _chats(), [f"/chats?workspace={large.id}"]),
            (
                "GET /chats/{id}/messages",
                _histories(many),
                [f"/messages?workspace={large.id}&chat={chat}" for chat in many[:500]],
            ),
        ):
            result += await _list_rows(server, large, name, requests, port, limit)
    result += await _filter_rows(server, large)
    result += await _search_rows(server, large, Searches(filled.texts, many))
    result += await views.rows(server, large)
    result += await uploads.rows(server, large, len(many))
    result += await _growth_rows(server, large, small, many, few)
    return result


async def _list_rows(
    server: DemoServer, bench: Bench, name: str, requests: list[Request], port: int, limit: list[str]
) -> list[Row]:
    best = await http_load.run(port, itertools.cycle([("GET", path, None) for path in limit]), seconds=4)
    await http_load.run(server.port, itertools.cycle(requests), token=bench.token, seconds=2)
    full = await http_load.run(server.port, itertools.cycle(requests), token=bench.token, seconds=6)
    half = await http_load.run(server.port, itertools.cycle(requests), token=bench.token, seconds=6, rate=750)
    assert full.failures == half.failures == 0, (full.failures, half.failures)
    return [
        Row(f"{name}, 50 of many", full.rate, "/s", 1500, limit=best.rate),
        Row(f"{name}, p99 at 750/s", half.quantile(0.99) * 1000, "ms", 20, more_is_better=False),
    ]


async def _filter_rows(server: DemoServer, bench: Bench) -> list[Row]:
    result = []
    for kind in ("name", "phone", "label"):
        requests: list[Request] = [("GET", f"{API}/chats?{query}", None) for query in FILTERS if query.startswith(kind)]
        load = await http_load.run(server.port, itertools.cycle(requests), token=bench.token, connections=1, seconds=4)
        assert load.failures == 0
        result.append(Row(f"chat filter by {kind}, p95", load.quantile(0.95) * 1000, "ms", 50, more_is_better=False))
    return result


async def _search_rows(server: DemoServer, bench: Bench, searches: Searches) -> list[Row]:
    result = []
    for name, queries, must in (
        ("message search, p95", searches.mixed(400), 50),
        ("message search, words never together, p95", searches.many("never together", 50), 50),
        ("message search, no such phrase of common words, p95", searches.many("no such phrase", 50), 250),
    ):
        requests: list[Request] = [("GET", f"{API}/search/messages?{query}", None) for query in queries]
        load = await http_load.run(server.port, itertools.cycle(requests), token=bench.token, connections=1, seconds=6)
        assert load.failures == 0
        result.append(Row(name, load.quantile(0.95) * 1000, "ms", must, more_is_better=False))
    return result


async def _growth_rows(server: DemoServer, large: Bench, small: Bench, many: list[int], few: list[int]) -> list[Row]:
    result = []
    for name, big, little in (
        ("GET /chats", _chats(), _chats()),
        ("GET /chats/{id}/messages", _histories(many), _histories(few)),
    ):
        times = []
        for bench, requests in ((small, little), (large, big)):
            await http_load.run(server.port, itertools.cycle(requests), token=bench.token, connections=1, seconds=1)
            load = await http_load.run(
                server.port, itertools.cycle(requests), token=bench.token, connections=1, seconds=4
            )
            times.append(sum(load.latencies) / len(load.latencies))
        result.append(Row(f"{name}, time at 10x the data", times[1] / times[0], "x", 1.3, more_is_better=False))
    return result


def _chats() -> list[Request]:
    return [("GET", f"{API}/chats", None)]


def _histories(chats: list[int]) -> list[Request]:
    """Chats of the first tenth, which have at least fifty messages in both sizes."""
    chosen = random.Random(1).choices(chats[: max(1, len(chats) // 100)], k=500)
    return [("GET", f"{API}/chats/{chat}/messages", None) for chat in chosen]


@contextmanager
def bare(dsn: str) -> Iterator[int]:
    """The bare server of `bench.limits`, on a free port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.limits", str(port), dsn])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    import socket

    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the bare server did not start")
