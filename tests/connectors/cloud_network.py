"""The shared suite's network, on the emulated Graph API. Webhooks reach the real receiver, as bytes."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from tests.connectors.network import Attachment, Network, OnScreen
from tests.support import asgi
from tests.support.graph import Customer, Graph, Number, Said, ServedGraph, served
from tests.support.graph.installed import Accounts
from tests.support.graph.model import Template
from tideline.connectors.cloud import CloudConnector, Inbox
from tideline.connectors.cloud import Graph as GraphClient
from tideline.features.numbers.port import AccountRef, Connector
from tideline.platform.db import Database
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.wake import Wakes
from tideline.surfaces.inbound import BASE, Inbound

T = TypeVar("T")

SHOWN = {"seen": "delivered"}


class CloudNetwork(Network):
    """Phones are customers, until one of them is added as a business number."""

    def __init__(self, db: Database, graph: Graph, place: ServedGraph, outgoing: Outgoing) -> None:
        self.graph = graph
        self.accounts = Accounts()
        self.wakes = Wakes()
        db.wake = self.wakes.wake
        self._db = db
        self._place = place
        self._outgoing = outgoing
        self._phones = 0
        self._names: dict[str, str] = {}
        self.inbound = Inbound(self.accounts.find, Inbox(db))
        graph.post = self.post

    @classmethod
    @asynccontextmanager
    async def open(cls, db: Database) -> "AsyncIterator[CloudNetwork]":
        async with db.system() as tx:
            for table in ("notice", "mailbox", "stray"):
                await tx.execute(f"DELETE FROM cloud.{table}")
        graph = Graph()
        outgoing = Outgoing(Allowed.read(["127.0.0.1"]))
        async with served(graph) as place:
            yield cls(db, graph, place, outgoing)
        await outgoing.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """A webhook on its way to us. The path is below the mount, as the front of the application cuts it."""
        answer = await asgi.call(self.inbound, "POST", url.removeprefix(BASE), headers=headers, body=body)
        return answer.status

    async def new_connector(self) -> Connector:
        return self.cloud()

    def cloud(self) -> CloudConnector:
        client = GraphClient(self._outgoing, f"{self._place.url}/v26.0")
        return CloudConnector(self._db, self.wakes, client, self.accounts)

    async def phone(self, name: str) -> str:
        self._phones += 1
        phone = f"1555010{self._phones:04}"
        self._names[phone] = name
        self.graph.add_customer(phone, name)
        return phone

    async def add_account(self, account: AccountRef) -> bool:
        number = self.graph.add_number(account.phone, self._names.get(account.phone, "Shop"))
        self.graph.customers.pop(account.phone, None)
        number.callback = self.accounts.add(account, number)
        return True

    def number(self, phone: str) -> Number:
        return self.graph.number_of(phone)

    def customer(self, phone: str) -> Customer:
        return self.graph.customers[phone]

    async def write(
        self,
        phone: str,
        to: str,
        text: str | None = None,
        *,
        file: Attachment | None = None,
        reply_to: str | None = None,
    ) -> str:
        if phone not in self.graph.customers:
            return await self._taken(self.graph.type_on_phone(self.number(phone), to, text or ""))
        number = self.number(to)
        media = self.graph.add_media(number, file.data, file.mimetype, file.filename) if file else None
        is_voice = bool(file and file.is_voice)
        written = self.customer(phone).write(number, text, file=media, voice=is_voice, reply_to=reply_to)
        return await self._taken(written)

    async def write_all(self, phone: str, to: str, texts: Sequence[str]) -> None:
        await self._taken(self.customer(phone).write_all(self.number(to), list(texts)))

    async def edit(self, phone: str, external_id: str, text: str) -> None:
        await self._taken(self.customer(phone).edit(self._to(external_id), external_id, text))

    async def revoke(self, phone: str, external_id: str) -> None:
        await self._taken(self.customer(phone).revoke(self._to(external_id), external_id))

    async def react(self, phone: str, external_id: str, emoji: str | None) -> None:
        await self._taken(self.customer(phone).react(self._to(external_id), external_id, emoji))

    async def _taken(self, what: Awaitable[T]) -> T:
        """Do it, and wait until its webhooks have arrived here."""
        done = await what
        await self.graph.settled()
        return done

    def _to(self, external_id: str) -> Number:
        said = self.graph.said[external_id]
        return next(one for one in self.graph.numbers.values() if one.phone in (said.author, said.to))

    async def read(self, phone: str, chat: str) -> None:
        await self._taken(self.customer(phone).read(self.number(chat)))

    async def screen(self, phone: str) -> list[OnScreen]:
        return [self._on_screen(phone, said) for said in self.graph.screen(phone)]

    def _on_screen(self, phone: str, said: Said) -> OnScreen:
        media = said.media
        return OnScreen(
            external_id=said.id,
            chat=said.to if said.author == phone else said.author,
            author=said.author,
            text=said.text,
            file=Attachment(media.filename, media.mimetype, media.data, said.is_voice) if media else None,
            reply_to=said.reply_to,
            status=SHOWN.get(said.status, said.status),
            reactions=dict(said.reactions),
            is_edited=said.is_edited,
            is_revoked=said.is_revoked,
        )

    async def set_online(self, phone: str, online: bool) -> None:
        """Of a customer their phone; of a business number our way to the platform."""
        if phone in self.graph.customers:
            await self._taken(self.customer(phone).set_online(online))
        elif online:
            await self._place.open()
        else:
            await self._place.close()

    async def share_reads(self, phone: str, share: bool) -> None:
        self.customer(phone).tells_reads = share

    async def restrict(self, phone: str, restricted: bool) -> None:
        await self._taken(self.graph.restrict(self.number(phone), restricted))

    async def ban(self, phone: str, banned: bool) -> None:
        await self._taken(self.graph.disable(self.number(phone)))

    async def leave(self, phone: str) -> None:
        if phone in self.graph.customers:
            self.customer(phone).is_on_whatsapp = False
        else:
            await self._taken(self.graph.delete(self.number(phone)))

    async def add_template(
        self, phone: str, name: str, body: str, *, header: str | None = None, status: str = "APPROVED"
    ) -> None:
        components = [{"type": "HEADER", "format": "TEXT", "text": header}] if header else []
        components.append({"type": "BODY", "text": body})
        is_named = "{{1}}" not in body
        template = Template(
            f"{8_000_000 + len(self.graph.templates)}", self.number(phone).waba_id, name, "en", "UTILITY", components,
            "NAMED" if is_named else "POSITIONAL", status,
        )  # fmt: skip
        self.graph.templates[template.id] = template

    async def review(self, phone: str, name: str, status: str) -> None:
        [template] = [one for one in self.graph.templates.values() if one.name == name]
        await self._taken(self.graph.review(template, status))

    async def lose_next(self, phone: str) -> None:
        self.customer(phone).is_on_whatsapp = False

    async def links(self, phone: str) -> int:
        return 0 if self.number(phone).is_deleted else 1

    async def lid(self, phone: str) -> str:
        raise NotImplementedError("the Business Platform knows no LIDs")

    async def scan(self, phone: str, qr: str) -> bool:
        raise NotImplementedError("business numbers are not scanned")

    async def enter_code(self, phone: str, code: str) -> bool:
        raise NotImplementedError("business numbers are not linked by code")

    async def unlink(self, phone: str) -> None:
        raise NotImplementedError("business numbers are not linked")

    async def call(self, phone: str, to: str, outcome: str, *, video: bool = False, seconds: int = 0) -> None:
        await self._taken(self.customer(phone).call(self.number(to), outcome, video=video, seconds=seconds))

    async def group(self, subject: str, members: Sequence[str]) -> str:
        raise NotImplementedError("business numbers are in no groups")

    async def change_group(
        self,
        group: str,
        *,
        subject: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        promote: Sequence[str] = (),
    ) -> None:
        raise NotImplementedError("business numbers are in no groups")

    async def pass_time(self, by: timedelta) -> None:
        self.graph.ahead += int(by.total_seconds())
