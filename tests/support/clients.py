"""The simulated phones, driven through their API, and waiting for what they bring about."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

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
