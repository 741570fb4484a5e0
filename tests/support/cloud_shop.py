"""A served Tideline with a business number on the emulated Graph API, for journeys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.graph import Graph, Number, ServedGraph, served
from tests.support.serving import Served
from tideline.features import business, chats, messages, workspaces
from tideline.features.business import NewAccount, Opened
from tideline.features.chats import Chat, ChatFilter
from tideline.features.messages import HistoryFilter, Message, MessageUid, Outgoing, ToChat
from tideline.platform import crypto, launcher
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.facts import Actor
from tideline.platform.wake import Wakes


class Business:
    """A workspace with one business number; its server may be killed and started again."""

    def __init__(self, graph: Graph, place: ServedGraph, data_dir: Path) -> None:
        self.graph = graph
        self.data_dir = data_dir
        self._settings = {
            "TIDELINE_GRAPH_URL": f"{place.url}/v26.0",
            "TIDELINE_OUTGOING_ALLOW": "127.0.0.1",
        }
        self.served = self._serve()
        self.number: Number
        self.opened: Opened
        self.api_token = ""
        self.workspace_id = 0
        self.owner_id = 0

    def _serve(self) -> Served:
        return Served(self.data_dir, ("serve",), self._settings).ready()

    async def begin(self) -> None:
        """A workspace, its number, and the number's address told to the platform."""
        self.number = self.graph.add_number("15550100001", "Harbour Bikes")
        new = NewAccount(
            self.number.phone, self.number.id, self.number.waba_id, self.number.token, self.number.app_secret,
            name=self.number.name,
        )  # fmt: skip
        async with self.database() as office:
            keyring = crypto.Keyring.open(self.data_dir)
            access = workspaces.Access(office.db, keyring, office.wakes)
            async with office.db.system() as tx:
                made = await workspaces.create(
                    tx, access, display_name="Harbour", owner_email=f"{uuid4().hex[:8]}@harbour.example", zone="UTC"
                )
            self.workspace_id, self.owner_id, self.api_token = made.workspace_id, made.owner_id, made.api_token
            self.opened = await office.run(business.add, keyring, new, owner_id=made.owner_id)
        self.number.callback = self.callback

    @property
    def callback(self) -> str:
        return f"{self.served.base_url}/inbound/cloud/{self.opened.secrets.path_key}"

    def kill(self) -> None:
        self.served.kill()
        self.served.close()

    def restart(self) -> None:
        self.served = self._serve()
        self.number.callback = self.callback

    @asynccontextmanager
    async def database(self) -> "AsyncIterator[Office]":
        """The database of the running server, with whom it wakes."""
        db = await Database.connect(launcher.running_dsn(self.data_dir), SystemClock(), max_size=4)
        wakes = Wakes(db)
        db.wake = wakes.wake
        try:
            yield Office(self, db, wakes)
        finally:
            await wakes.flush()
            await db.close()


@dataclass(frozen=True)
class Office:
    """The workspace from inside, beside the server."""

    business: Business
    db: Database
    wakes: Wakes

    async def run(self, action: Any, *args: Any, **named: Any) -> Any:
        actor = Actor("token", self.business.owner_id)
        return await self.db.run(self.business.workspace_id, lambda tx: action(tx, *args, **named), actor=actor)

    async def chats(self) -> list[Chat]:
        page = await self.run(chats.list_chats, ChatFilter(), 1)
        return list(page.items)

    async def chat_with(self, phone: str) -> Chat | None:
        return next((chat for chat in await self.chats() if chat.phone == phone), None)

    async def history(self, phone: str) -> list[Message]:
        """The newest page of a chat, oldest first."""
        chat = await self.chat_with(phone)
        if chat is None:
            return []
        found = await self.run(messages.history, chat.id, HistoryFilter())
        return list(reversed(found.items))

    async def send(self, chat: Chat, text: str | None = None, **named: Any) -> MessageUid:
        [result] = await self.run(messages.send_batch, [Outgoing(ToChat(chat.id), text, **named)])
        if isinstance(result, Exception):
            raise result
        return MessageUid(result)

    async def count(self, sql: str, *args: Any) -> int:
        async with self.db.read(self.business.workspace_id) as tx:
            return int(await tx.value(sql, self.business.workspace_id, *args))


@asynccontextmanager
async def open_business(data_dir: Path) -> AsyncIterator[Business]:
    graph = Graph()
    async with served(graph) as place:
        shop = Business(graph, place, data_dir)
        try:
            await shop.begin()
            yield shop
        finally:
            await graph.close()
            shop.served.close()
