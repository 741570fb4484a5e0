"""The API behind a real HTTP server, mounted as the program mounts it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette

from tests.support.api_world import PUBLIC_URL, ApiWorld, Place
from tests.support.contract_check import check_answer
from tideline.features.numbers import Number
from tideline.platform.front import Front
from tideline.platform.http import HttpServer, bind
from tideline.surfaces.api.mount import BASE, public_api_app


@asynccontextmanager
async def serving(
    world: ApiWorld, *, trusted_proxies: Sequence[str] = (), rate_limit: int = 0
) -> AsyncIterator[aiohttp.ClientSession]:
    app = Front({BASE: public_api_app(replace(world.deps, rate_limit=rate_limit))}, rest=Starlette())
    server = HttpServer(app, bind("127.0.0.1", 0), trusted_proxies=trusted_proxies)
    running = asyncio.create_task(server.run())
    await server.started()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as http:
        yield http
    server.stop()
    await running


@pytest.fixture
async def http(world: ApiWorld, shop: Place) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(world) as session:
        session.headers["Authorization"] = f"Bearer {shop.token}"
        yield session


async def ask(http: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with http.request(method, f"{BASE}{path}", allow_redirects=False, **more) as response:
        body = await response.json()
        headers = {name.lower(): value for name, value in response.headers.items()}
        check_answer(method, path.partition("?")[0], response.status, headers, body)
        return response.status, body


async def test_a_send_is_read_back(http: aiohttp.ClientSession, shop: Place, number: Number) -> None:
    status, sent = await ask(http, "POST", "/messages", json={"phone": "+15550100234", "text": "Hello 🦀"})
    assert status == 200
    status, message = await ask(http, "GET", f"/messages/{sent['data']['message_uid']}")
    assert (status, message["data"]["text"]) == (200, "Hello 🦀")
    status, page = await ask(http, "GET", "/chats?with_msg=true&phone=%2B15550100234")
    assert page["data"]["chats"][0]["last_message"]["uid"] == sent["data"]["message_uid"]


@pytest.mark.parametrize("path", ["", "/", "/chats/", "/chats/1/", "//chats", "/nothing", "/chats%2F1"])
async def test_an_unknown_path_is_never_redirected(http: aiohttp.ClientSession, path: str) -> None:
    status, body = await ask(http, "GET", path)
    assert (status, body["error_code"]) == (404, "not_found")


async def test_another_verb_is_not_allowed(http: aiohttp.ClientSession) -> None:
    for method, path in [("PUT", "/chats"), ("DELETE", "/chats/1"), ("OPTIONS", "/chats"), ("TRACE", "/workspace")]:
        status, body = await ask(http, method, path)
        assert (status, body["error_code"]) == (405, "not_supported")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", ""]
)
async def test_json_is_json_whatever_it_is_called(
    http: aiohttp.ClientSession, shop: Place, number: Number, content_type: str
) -> None:
    body = b'{"phone": "+15550100234", "text": "Hello"}'
    headers = {"Content-Type": content_type, "X-CSRFToken": "stray", "User-Agent": "Python-urllib/3.11"}
    status, _ = await ask(http, "POST", "/messages", data=body, headers=headers)
    assert status == 200


async def test_links_come_from_the_public_address_and_never_from_the_request(
    http: aiohttp.ClientSession, shop: Place, number: Number
) -> None:
    chat = await shop.chat(number)
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    _, shown = await ask(http, "GET", f"/chats/{chat.id}", headers=headers)
    assert shown["data"]["chat_url"] == f"{PUBLIC_URL}/chat/{chat.id}/messages/"
    assert "evil" not in str(shown)


async def test_a_body_that_grows_beyond_the_limit_is_cut_off(http: aiohttp.ClientSession, number: Number) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    status, body = await ask(http, "POST", "/messages", data=endless())
    assert (status, body["message"]) == (413, "Request body is too large")


async def test_a_refused_request_leaves_the_connection_in_order(
    http: aiohttp.ClientSession, shop: Place, number: Number
) -> None:
    for _ in range(3):
        assert (await ask(http, "POST", "/chats/1/notes/", data=b"x" * 100_000))[0] == 404
        assert (await ask(http, "POST", "/messages", data=b"{"))[0] == 400
        assert (await ask(http, "GET", "/chats"))[0] == 200


async def test_a_client_that_leaves_in_the_middle_of_its_body_disturbs_nobody(
    http: aiohttp.ClientSession, shop: Place, number: Number
) -> None:
    port = http._base_url.port  # type: ignore[union-attr]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {BASE}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.token}\r\nContent-Length: 99\r\n\r\n"
    )
    writer.write(head.encode() + b'{"text":')
    await writer.drain()
    writer.close()
    assert await reader.read() == b""
    before = await shop.rows()
    assert (await ask(http, "GET", "/chats"))[0] == 200
    assert await shop.rows() == before


async def test_strangers_cannot_choose_their_address(world: ApiWorld, shop: Place) -> None:
    async with serving(world, rate_limit=30) as http:
        burst = [ask(http, "GET", "/nothing", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(60)]
        statuses = [status for status, _ in await asyncio.gather(*burst)]
    assert 429 in statuses


async def test_a_trusted_proxy_names_its_clients(world: ApiWorld, shop: Place) -> None:
    async with serving(world, trusted_proxies=["127.0.0.1"], rate_limit=30) as http:
        burst = [ask(http, "GET", "/nothing", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(60)]
        statuses = [status for status, _ in await asyncio.gather(*burst)]
        same = [ask(http, "GET", "/nothing", headers={"X-Forwarded-For": "203.0.113.99"}) for n in range(60)]
        refused = [status for status, _ in await asyncio.gather(*same)]
    assert set(statuses) == {404}
    assert 429 in refused
