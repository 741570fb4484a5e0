"""Customers and partners: the client as their programs use it, with every answer held against the contract.

A test that speaks HTTP as they would speaks through these, so that whatever a journey needs is proven to work with what
programs are given. What stays raw, and why:

* tests of the wire: bytes, headers, key order, wrong requests, generated ones. The client reads an answer into its
  models and cannot make a wrong request, so it would hide what they look at. `running_shop`, `generated` and
  `generated_partner` call a server, `api_client` and `partner_client` the application inside the process.
* what the documentation shows (`documented_calls`, `curl`): it is tried as it stands there.
* pages and links, which a browser follows without a token (`Demo.http`, `browsing`), and the phones of the simulator
  (`clients`), which no customer calls.
"""

from typing import Any

import httpx2

from tests.support import contract_check, partner_client
from tests.support.asgi import Response
from tests.support.clients import eventually
from tideline.client import AsyncPartner, AsyncTideline, refusals
from tideline.client.models import Chat, Message, WhatsappAccount
from tideline.client.operations import partner_async, public_async


class Customer(AsyncTideline):
    """A program that knows what it waits for."""

    def __init__(self, base_url: str, token: str, *, trust_env: bool = False) -> None:
        self._held = httpx2.AsyncClient(event_hooks={"response": [_hold]}, trust_env=trust_env)
        super().__init__(base_url, token, http=self._held)

    async def close(self) -> None:
        await self._held.aclose()

    async def say(self, phone: str, text: str, **more: Any) -> str:
        return (await self.send_message_to_phone(phone=phone, text=text, **more)).message_uid

    async def until_status(self, uid: str, wanted: str) -> Message:
        """The message, once it has this status."""

        async def look() -> Message | None:
            message = await self.get_message(uid)
            return message if message.status == wanted else None

        return await eventually(look, f"{wanted} of message {uid}")

    async def chat(self, **filters: Any) -> Chat:
        """The one chat that a filter finds, once it is there."""

        async def look() -> Chat | None:
            found = (await self.list_chats(**filters)).chats
            assert len(found) < 2, found
            return found[0] if found else None

        return await eventually(look, f"a chat with {filters}")

    async def history(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        return [one async for one in self.iter_chat_messages(chat_id, sorting_order="asc")]

    async def said(self, chat_id: int, text: str) -> Message:
        """The message with this text, once it is in the chat."""

        async def look() -> Message | None:
            found = [message for message in await self.history(chat_id) if message.text == text]
            assert len(found) < 2, f"twice in chat {chat_id}"
            return found[0] if found else None

        return await eventually(look, f"the message in chat {chat_id}")

    async def numbers(self) -> list[WhatsappAccount]:
        return (await self.list_whatsapp_accounts()).whatsapp_accounts

    async def is_shut_out(self) -> bool:
        """Whether the token is good for nothing any more."""
        try:
            await self.list_chats()
        except refusals.InvalidToken:
            return True
        return False

    async def credits_used(self) -> int:
        return (await self.get_workspace()).messaging_quota.used

    async def fetched(self, link: str | None) -> bytes:
        """What is behind a link that has to be there."""
        assert link
        async with self.download(link) as download:
            return await download.read()


class Reseller(AsyncPartner):
    """A program of the demo's partner, or of another."""

    def __init__(self, base_url: str, partner_id: str, secret: str) -> None:
        self._held = httpx2.AsyncClient(event_hooks={"response": [_hold]}, trust_env=False)
        super().__init__(base_url, partner_id, secret, http=self._held)

    async def close(self) -> None:
        await self._held.aclose()


async def _hold(response: httpx2.Response) -> None:
    """Links to files lead elsewhere, and are left to be read piece by piece."""
    method, path = response.request.method, response.request.url.path
    headers = {name.lower(): value for name, value in response.headers.items()}
    if path.startswith(public_async.PREFIX):
        await response.aread()
        asked = path.removeprefix(public_async.PREFIX)
        contract_check.check_answer(method, asked, response.status_code, headers, response.json())
    elif path.startswith(partner_async.PREFIX):
        body, asked = await response.aread(), path.removeprefix(partner_async.PREFIX)
        partner_client.check_answer(method, asked, Response(response.status_code, headers, body))
