"""Serving: the port is taken at once, answers under way are finished, health and figures tell the truth."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tideline.platform import http
from tideline.platform.errors import Problem
from tideline.platform.vitals import Check, Measured, Metrics, Vitals


@asynccontextmanager
async def served(
    *routes: Route, metrics: Metrics | None = None, host: str = "127.0.0.1", trusted_proxies: Sequence[str] = ()
) -> AsyncIterator[tuple[str, http.HttpServer]]:
    app = Measured(Starlette(routes=list(routes)), metrics or Metrics())
    server = http.HttpServer(app, http.bind(host, 0), trusted_proxies=trusted_proxies)
    running = asyncio.create_task(server.run())
    await server.started()
    yield f"http://127.0.0.1:{server.port}", server
    server.stop()
    await running


def vitals(metrics: Metrics, checks: Mapping[str, Check] | None = None, token: str | None = None) -> Vitals:
    return Vitals(metrics, checks or {}, token=token)


def test_a_taken_port_is_said_at_once() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(http.PortTaken, match=r"Port \d+ is taken"):
            http.bind("127.0.0.1", other.getsockname()[1])


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(http.HostNotUsable):
        http.bind("192.0.2.1", 0)


async def test_an_answer_under_way_is_finished_before_the_end() -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        asked.set()
        await may_answer.wait()
        return PlainTextResponse("done")

    async with aiohttp.ClientSession() as client, served(Route("/", slow)) as (url, server):
        answer = asyncio.create_task(client.get(url))
        await asked.wait()
        server.stop()
        may_answer.set()
        assert await (await answer).text() == "done"


async def test_what_nobody_caught_is_a_plain_500_and_counted() -> None:
    async def broken(_: Request) -> Response:
        raise ValueError("private words")

    metrics = Metrics()
    async with aiohttp.ClientSession() as client, served(Route("/", broken), metrics=metrics) as (url, _):
        async with client.get(url) as response:
            assert response.status == 500
            assert "private" not in await response.text()
    assert b'tideline_http_requests_total{method="GET",status="500"} 1.0' in await metrics.render()


async def test_readiness_names_what_fails() -> None:
    async def well() -> None: ...

    async def broken() -> None:
        raise OSError("no database")

    async def waits() -> None:
        raise Problem

    metrics = Metrics()
    routes = vitals(metrics, {"disk": well, "database": broken, "demo": waits}).routes()
    async with aiohttp.ClientSession() as client, served(*routes) as (url, _):
        async with client.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert await response.json() == {"status": "not_ready", "failing": ["database", "demo"]}
        async with client.get(f"{url}/healthz") as response:
            assert response.status == 200


async def test_a_node_that_stops_is_not_ready() -> None:
    stopping = vitals(Metrics())
    async with aiohttp.ClientSession() as client, served(*stopping.routes()) as (url, _):
        assert (await client.get(f"{url}/readyz")).status == 200
        stopping.is_stopping = True
        assert (await client.get(f"{url}/readyz")).status == 503


READERS = {
    "somebody on this machine": ({}, 200),
    "a stranger behind a proxy on this machine": ({"X-Forwarded-For": "203.0.113.7"}, 403),
    "another kind of proxy": ({"Forwarded": "for=203.0.113.7"}, 403),
    "a stranger with the token": ({"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer figures"}, 200),
    "a stranger with a wrong token": ({"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer guess"}, 403),
}


@pytest.mark.parametrize(("headers", "status"), READERS.values(), ids=READERS)
async def test_who_may_read_the_figures(headers: dict[str, str], status: int) -> None:
    routes = vitals(Metrics(), token="figures").routes()
    async with aiohttp.ClientSession() as client, served(*routes) as (url, _):
        async with client.get(f"{url}/metrics", headers=headers) as response:
            assert response.status == status


async def test_a_reading_is_taken_when_somebody_asks() -> None:
    waiting = {"send": 3.0}

    async def read() -> Mapping[str, float]:
        return waiting

    metrics = Metrics()
    metrics.gauge("tideline_lane_waiting", "Items that wait.", read, label="kind")
    assert b'tideline_lane_waiting{kind="send"} 3.0' in await metrics.render()
    waiting.clear()
    assert b"tideline_lane_waiting{" not in await metrics.render()


FORWARDED = {
    "nobody is trusted": ([], ["203.0.113.7"], "127.0.0.1"),
    "another machine is trusted": (["192.0.2.1"], ["203.0.113.7"], "127.0.0.1"),
    "a trusted proxy names its client": (["127.0.0.1"], ["203.0.113.7"], "203.0.113.7"),
    "it says nothing": (["127.0.0.1"], [], "127.0.0.1"),
    "it says nothing in a header": (["127.0.0.1"], [""], "127.0.0.1"),
    "the client made up what stands before": (["127.0.0.1"], ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
    "in a header of its own": (["127.0.0.1"], ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
    "two proxies": (["127.0.0.1", "10.0.0.2"], ["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
    "a network of proxies": (["127.0.0.0/8", "10.0.0.0/8"], ["203.0.113.7, 10.1.2.3, 10.4.5.6"], "203.0.113.7"),
    "the first proxy is not ours": (["127.0.0.1"], ["203.0.113.7, 10.0.0.2"], "10.0.0.2"),
    "a network by one of its addresses": (["127.1.2.3/8"], ["203.0.113.7"], "203.0.113.7"),
    "everybody is a proxy": (["127.0.0.1", "10.0.0.2"], ["10.0.0.2"], "10.0.0.2"),
    "IPv6": (["127.0.0.1"], ["2001:db8::7"], "2001:db8::7"),
    "IPv6 with a port": (["127.0.0.1"], ["[2001:db8::7]:4711"], "2001:db8::7"),
    "IPv4 with a port": (["127.0.0.1"], ["203.0.113.7:4711"], "203.0.113.7"),
    "an IPv6 proxy between": (["127.0.0.1", "fd00::/8"], ["203.0.113.7, fd00::2"], "203.0.113.7"),
}


async def client_of(request: Request) -> Response:
    assert request.client
    return PlainTextResponse(request.client.host)


@pytest.mark.parametrize(("trusted", "forwarded", "client"), FORWARDED.values(), ids=FORWARDED)
async def test_whose_request_it_is(trusted: list[str], forwarded: list[str], client: str) -> None:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    async with aiohttp.ClientSession() as session, served(Route("/", client_of), trusted_proxies=trusted) as (url, _):
        async with session.get(url, headers=headers) as response:
            assert await response.text() == client


async def test_an_ipv4_proxy_is_known_on_a_socket_for_both() -> None:
    async with served(Route("/", client_of), host="::", trusted_proxies=["127.0.0.1"]) as (url, _):
        async with aiohttp.ClientSession() as session:
            async with session.get(url, headers={"X-Forwarded-For": "203.0.113.7"}) as response:
                assert await response.text() == "203.0.113.7"


async def refused(request: bytes, endless: bytes, url: str) -> bytes:
    """What comes back for a request that goes on and on, until the server has enough of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(request)
    answer = asyncio.create_task(reader.read())
    for _ in range(1000):
        if answer.done() or writer.is_closing():
            break
        writer.write(endless)
        with suppress(ConnectionError):
            await writer.drain()
        await asyncio.sleep(0)
    else:
        raise AssertionError("the server takes everything")
    with suppress(ConnectionError):
        return await answer
    return b""


ENDLESS = {
    "one header": (b"GET / HTTP/1.1\r\nX: ", b"x" * 10_000),
    "many headers": (b"GET / HTTP/1.1\r\n", b"X: x\r\n" * 1000),
    "a path": (b"GET /", b"x" * 10_000),
    "headers behind the body": (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: x\r\n" * 1000),
}


@pytest.mark.parametrize(("request_", "endless"), ENDLESS.values(), ids=ENDLESS)
async def test_a_request_without_end_is_cut_off(request_: bytes, endless: bytes) -> None:
    async with served() as (url, _):
        answer = await refused(request_, endless, url)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


async def test_a_head_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.05)
    async with served() as (url, _):
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            writer.write(begun)
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def test_large_bodies_in_small_chunks_and_many_requests_at_once_are_taken() -> None:
    async def count(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    chunks = b"1\r\nx\r\n" * 100_000
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    plain = b"GET / HTTP/1.1\r\n\r\n" * 10_000
    last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    async with served(Route("/", count, methods=["GET", "POST"])) as (url, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(chunked + plain + last)
        answers = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    assert answers.count(b"HTTP/1.1 200 OK") == 10_002
    assert b"100000" in answers
