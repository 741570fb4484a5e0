"""A customer of the Public API: the client as programs use it, with every answer held against the contract."""

from typing import Any

import httpx2

from tests.support.clients import eventually
from tests.support.contract_check import check_answer
from tideline.client import AsyncTideline
from tideline.client.models import Chat, Message, WhatsappAccount
from tideline.client.operations.public_async import PREFIX


class Customer(AsyncTideline):
    """A program that knows what it waits for."""

    def __init__(self, base_url: str, token: str) -> None:
        self._held = httpx2.AsyncClient(event_hooks={"response": [_hold]}, trust_env=False)
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

    async def credits_used(self) -> int:
        return (await self.get_workspace()).messaging_quota.used

    async def fetched(self, link: str | None) -> bytes:
        """What is behind a link that has to be there."""
        assert link
        async with self.download(link) as download:
            return await download.read()


async def _hold(response: httpx2.Response) -> None:
    path = response.request.url.path
    if path.startswith(PREFIX):
        await response.aread()
        headers = {name.lower(): value for name, value in response.headers.items()}
        check_answer(response.request.method, path.removeprefix(PREFIX), response.status_code, headers, response.json())
