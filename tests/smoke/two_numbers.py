"""Two linked numbers write to each other over the Public API of a running Tideline, and each side is looked at.

It knows nothing of how the numbers are linked, so it tells the same of simulated and of real ones.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

from tests.support import media
from tests.support.customer import Customer
from tideline.client.calls import Call
from tideline.client.models import Message

T = TypeVar("T")
REQUESTS = 5  # a second, well below what one address may make


@dataclass(frozen=True)
class Plan:
    """Whom to ask about which number. The second number may be in another workspace, or on another installation."""

    url: str
    token: str
    numbers: tuple[str, str]
    second_url: str
    second_token: str
    patience: float = 120.0

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Plan | None":
        """None where nobody asked for it."""
        if "TIDELINE_SMOKE_URL" not in environ:
            return None
        url, token = environ["TIDELINE_SMOKE_URL"].rstrip("/"), environ["TIDELINE_SMOKE_TOKEN"]
        first, second = (one.strip() for one in environ["TIDELINE_SMOKE_NUMBERS"].split(","))
        return cls(
            url,
            token,
            (first, second),
            environ.get("TIDELINE_SMOKE_SECOND_URL", url).rstrip("/"),
            environ.get("TIDELINE_SMOKE_SECOND_TOKEN", token),
            float(environ.get("TIDELINE_SMOKE_PATIENCE", "120")),
        )


class Polite(Customer):
    """A program that takes its time between two calls; proxies of the environment are used."""

    def __init__(self, base_url: str, token: str) -> None:
        super().__init__(base_url, token, trust_env=True)
        self._asked_at = 0.0

    async def send(self, call: Call[T]) -> T:
        await asyncio.sleep(max(0.0, self._asked_at + 1 / REQUESTS - time.monotonic()))
        self._asked_at = time.monotonic()
        return await super().send(call)


class Side:
    """One number, as its workspace sees it."""

    def __init__(self, program: Polite, phone: str, patience: float) -> None:
        self.program = program
        self.phone = phone
        self.jid = f"{phone.lstrip('+')}@s.whatsapp.net"
        self._patience = patience

    async def eventually(self, look: Callable[[], Awaitable[T | None]], what: str) -> T:
        deadline = time.monotonic() + self._patience
        while not (found := await look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not happen within {self._patience:.0f} s")
        return found

    async def is_active(self) -> bool:
        return any(one.id == self.jid and one.status == "active" for one in await self.program.numbers())

    async def send(self, to: "Side", text: str, file_uid: str | None = None) -> str:
        return await self.program.say(to.phone, text, whatsapp_account_phone=self.phone, file_uid=file_uid)

    async def chat_with(self, other: "Side") -> int:
        async def look() -> int | None:
            found = (await self.program.list_chats(phone=other.phone, whatsapp_account_id=self.jid)).chats
            return found[0].id if found else None

        return await self.eventually(look, f"a chat with {other.phone}")

    async def heard(self, other: "Side", text: str) -> Message:
        """The message with this text of the other side, once it is here."""
        chat = await self.chat_with(other)

        async def look() -> Message | None:
            newest = (await self.program.list_chat_messages(chat)).messages
            found = [one for one in newest if one.text == text and not one.from_me]
            assert len(found) < 2, f"{text!r} came twice"
            return found[0] if found else None

        return await self.eventually(look, f"{text!r} at {self.phone}")

    async def reaches(self, uid: str, *statuses: str) -> str:
        """Wait until a message is as far as one of these."""

        async def look() -> str | None:
            message = await self.program.get_message(uid)
            assert message.status != "Failed", message
            return message.status if message.status in statuses else None

        return await self.eventually(look, f"{' or '.join(statuses)} of a message of {self.phone}")


class Conversation:
    """The steps, in their order; each goes on from the one before."""

    def __init__(self, first: Side, second: Side, tell: Callable[[str], None] = print) -> None:
        self.a, self.b = first, second
        self._tell = tell
        self._mark = uuid4().hex[:8]
        self.done: list[str] = []

    async def run(self) -> None:
        for step in (self.linked, self.sent, self.answered, self.reacted, self.pictured, self.read):
            began = time.monotonic()
            await step()
            self.done.append(step.__name__)
            self._tell(f"ok  {step.__name__:9} {(step.__doc__ or '').strip()} {time.monotonic() - began:.1f} s")

    def _text(self, words: str) -> str:
        return f"{words} ({self._mark})"

    async def linked(self) -> None:
        """both numbers are connected"""
        for side in (self.a, self.b):
            assert await side.is_active(), f"{side.phone} is not among the connected numbers"

    async def sent(self) -> None:
        """the first writes, the second receives it, and the first hears that it was delivered"""
        text = self._text("Is this thing on? äöü 漢字 👋")
        self.question = await self.a.send(self.b, text)
        self.heard = await self.b.heard(self.a, text)
        await self.a.reaches(self.question, "Delivered", "Read")
        reached = [one.status for one in await self.a.program.get_message_status_history(self.question)]
        assert "Sent" in reached, reached

    async def answered(self) -> None:
        """the second answers with a quote (look at the phones for that), and the first receives it in the same chat"""
        chat, text = await self.b.chat_with(self.a), self._text("Loud and clear.")
        await self.b.program.send_message_to_chat(chat, text=text, reply_to=self.heard.uid)
        answer = await self.a.heard(self.b, text)
        question = await self.a.program.get_message(self.question)
        assert answer.chat_id == question.chat_id, "the answer is in another chat"

    async def reacted(self) -> None:
        """the second reacts, the first sees it, and sees it go again"""
        for reaction in ("👍", ""):
            await self.b.program.set_reaction(self.heard.uid, reaction=reaction)
            await self.a.eventually(partial(self._shows, reaction), f"the reaction {reaction!r}")

    async def _shows(self, reaction: str) -> bool:
        told = await self.a.program.get_reactions(self.question)
        return reaction in told.reactions if reaction else told.total == 0

    async def pictured(self) -> None:
        """the first sends a picture with a caption, and the second has the picture"""
        file = await self.a.program.upload_file_by_form(
            file=media.picture(), filename="smoke.jpg", content_type="image/jpeg"
        )
        caption = self._text("What I see")
        self.picture = await self.a.send(self.b, caption, file.uid)
        message = await self.b.heard(self.a, caption)

        async def look() -> str | None:
            return (await self.b.program.get_message(message.uid)).attachment_url

        data = await self.b.program.fetched(await self.b.eventually(look, "the file of the picture"))
        assert media.seen(data).size == media.seen(media.picture()).size, "the picture is another one"

    async def read(self) -> None:
        """the second reads the chat, and the first hears of it unless that is switched off on the phone"""
        await self.b.program.update_chat(await self.b.chat_with(self.a), read=True)
        await self.a.reaches(self.picture, "Read")


@asynccontextmanager
async def conversation(plan: Plan, tell: Callable[[str], None] = print) -> AsyncIterator[Conversation]:
    async with Polite(plan.url, plan.token) as one, Polite(plan.second_url, plan.second_token) as other:
        first, second = Side(one, plan.numbers[0], plan.patience), Side(other, plan.numbers[1], plan.patience)
        yield Conversation(first, second, tell)
