"""The two ways in that a program has: the Public API, whose every answer is held to the contract, and the simulator."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

from tests.support.contract_check import check_answer

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
LOOK_EVERY = 0.02


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Wait for a fact, and say which one never came."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        await asyncio.sleep(LOOK_EVERY)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        return self.body["data"]


@dataclass
class Api:
    """The Public API of one token."""

    http: aiohttp.ClientSession
    base_url: str
    token: str

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        url = f"{self.base_url}/integrations/api{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, url, headers=headers, **options) as response:
            answer = Answer(response.status, await response.json(content_type="application/json"))
            sent = {name.lower(): value for name, value in response.headers.items()}
        check_answer(method, path, answer.status, sent, answer.body)
        return answer

    async def get(self, path: str, **parameters: str) -> Any:
        return (await self.call("GET", path, params=parameters)).data

    async def post(self, path: str, **body: Any) -> Any:
        return (await self.call("POST", path, json=body)).data

    async def patch(self, path: str, **body: Any) -> Any:
        return (await self.call("PATCH", path, json=body)).data

    async def put(self, path: str, **body: Any) -> Any:
        return (await self.call("PUT", path, json=body)).data

    async def send(self, phone: str, text: str, **more: Any) -> str:
        return str((await self.post("/messages", phone=phone, text=text, **more))["message_uid"])

    async def message(self, uid: str) -> Any:
        return await self.get(f"/messages/{uid}")

    async def status(self, uid: str, wanted: str) -> Any:
        """The message, once it has this status."""

        async def look() -> Any:
            message = await self.message(uid)
            return message if message["status"] == wanted else None

        return await eventually(look, f"{wanted} of message {uid}")

    async def chat(self, **parameters: str) -> Any:
        """The one chat that a filter finds, once it is there."""

        async def look() -> Any:
            found = (await self.get("/chats", **parameters))["chats"]
            assert len(found) < 2, found
            return found[0] if found else None

        return await eventually(look, f"a chat with {parameters}")

    async def history(self, chat_id: int) -> list[Any]:
        """The messages of a chat, oldest first."""
        return list((await self.get(f"/chats/{chat_id}/messages", sorting_order="asc"))["messages"])

    async def said(self, chat_id: int, text: str) -> Any:
        """The message with this text, once it is in the chat."""

        async def look() -> Any:
            found = [message for message in await self.history(chat_id) if message["text"] == text]
            assert len(found) < 2, f"twice in chat {chat_id}"
            return found[0] if found else None

        return await eventually(look, f"the message in chat {chat_id}")

    async def numbers(self) -> list[Any]:
        return list((await self.get("/whatsapp_accounts"))["whatsapp_accounts"])

    async def credits_used(self) -> int:
        return int((await self.get("/workspace"))["messaging_quota"]["used"])


@dataclass
class Simulator:
    """The phones, driven through their API."""

    http: aiohttp.ClientSession
    base_url: str
    token: str

    async def call(self, method: str, path: str, **body: Any) -> Any:
        url = f"{self.base_url}/simulator/api{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, url, headers=headers, json=body or None) as response:
            answer = await response.json(content_type="application/json")
            assert response.status < 300, (response.status, answer)
            return answer

    async def phone(self, phone: str, name: str, **patch: Any) -> "Phone":
        answer = await self.call("POST", "/phones", phone=phone, name=name)
        made = Phone(self, answer["phone"], answer["jid"], answer["lid"])
        if patch:
            await made.change(**patch)
        return made

    async def begin_link(self, workspace_id: str, user_id: int) -> Any:
        return await self.call("POST", "/links", workspace_id=workspace_id, user_id=user_id)

    async def group(self, subject: str, *members: "Phone") -> str:
        answer = await self.call("POST", "/groups", subject=subject, members=[one.phone for one in members])
        return str(answer["jid"])


@dataclass(frozen=True)
class Phone:
    """One simulated phone."""

    simulator: Simulator
    phone: str
    jid: str
    lid: str

    async def call(self, method: str, path: str, **body: Any) -> Any:
        return await self.simulator.call(method, f"/phones/{quote(self.phone)}{path}", **body)

    async def change(self, **patch: Any) -> Any:
        return await self.call("PATCH", "", **patch)

    async def write(self, to: "Phone | str", text: str, **more: Any) -> str:
        target = to if isinstance(to, str) else to.phone
        return str((await self.call("POST", "/messages", to=target, text=text, **more))["id"])

    async def messages(self) -> list[Any]:
        return list((await self.call("GET", "/messages"))["messages"])

    async def got(self, text: str) -> Any:
        """The message with this text, once this phone has it; never twice."""

        async def look() -> Any:
            found = [message for message in await self.messages() if message["text"] == text]
            assert len(found) < 2, f"{text!r} came twice"
            return found[0] if found else None

        return await eventually(look, f"{text!r} on a phone")

    async def file(self, message_id: str) -> bytes:
        """The bytes of a file that this phone sent or received."""
        url = f"{self.simulator.base_url}/simulator/api/phones/{quote(self.phone)}/messages/{message_id}/file"
        headers = {"Authorization": f"Bearer {self.simulator.token}"}
        async with self.simulator.http.get(url, headers=headers) as response:
            assert response.status == 200, response.status
            return await response.read()

    async def read(self, chat: "Phone | str") -> None:
        await self.call("POST", "/read", chat=chat if isinstance(chat, str) else chat.phone)

    async def scan(self, qr_link: str) -> str:
        return str((await self.call("POST", "/scan", qr_link=qr_link))["jid"])
