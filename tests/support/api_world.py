"""The Public API in this process, and workspaces with people, numbers and chats that call it."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tests.support.api_client import ApiClient
from tests.support.remote import Book, answer, remote
from tideline.features import chats, messages, numbers, webhooks, workspaces
from tideline.features.chats import Chat, SeenPeer
from tideline.features.files import Files, Limits, Links, Spool, Uploads, Voices
from tideline.features.messages import Carrier, Message, SendQueue
from tideline.features.numbers import Number, NumberKind
from tideline.features.numbers.port import (
    AccountEvent,
    AccountState,
    GroupChanged,
    GroupMember,
    MessageReceived,
    Paired,
    PairingRef,
    Peer,
    StateChanged,
    Via,
)
from tideline.features.workspaces import Role
from tideline.platform import installation
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.facts import SYSTEM, Actor
from tideline.platform.media import Workshop, WorkshopLimits
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.wake import Wakes
from tideline.surfaces.api.desk import ApiDeps
from tideline.surfaces.api.mount import public_api_app

T = TypeVar("T")

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PUBLIC_URL = "https://inbox.example.com"
LIMITS = Limits(image_bytes=1_000_000, document_bytes=20_000_000, workspace_bytes=100_000_000, reserve_bytes=0)
NODE = UUID(int=1)


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta = timedelta(minutes=1)) -> datetime:
        self.time += by
        return self.time


@dataclass
class ApiWorld:
    """Everything the API is handed, real; `app` is the API itself."""

    db: Database
    clock: HandClock

    def __post_init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="tideline-spool-")
        wakes = Wakes()
        self.db.wake = wakes.wake
        self.keyring = Keyring(["a key for tests, long enough"])
        self.access = workspaces.Access(self.db, self.keyring, wakes, public_url=PUBLIC_URL)
        self.api_calls = workspaces.ApiCalls(self.db)
        self.sends = SendQueue(self.db)
        self.links = Links(self.keyring, PUBLIC_URL)
        self.store_folder = Path(self.folder.name) / "files"
        self.store = Files.in_folder(self.db, self.store_folder, LIMITS)
        self.names = Book({})
        self.until_closed = AsyncExitStack()
        self.outgoing = Outgoing(Allowed.read(["127.0.0.1"]), self.names)
        spool = Spool(Path(self.folder.name), largest=LIMITS.largest)
        self.workshop = Workshop(WorkshopLimits(workers=1))
        self.deps = ApiDeps(
            db=self.db,
            access=self.access,
            api_calls=self.api_calls,
            sends=self.sends,
            links=self.links,
            spool=spool,
            uploads=Uploads(self.store, self.outgoing),
            voices=Voices(self.store, spool, self.workshop, longest=60),
            carrier=Carrier(self.db, self.sends),
            terms=webhooks.Terms(self.keyring),
            events=webhooks.EventLog(self.db, wakes, webhooks.Views(self.links.url_of, PUBLIC_URL)),
            public_url=PUBLIC_URL,
            rate_limit=0,
        )
        self.app = public_api_app(self.deps)

    async def elsewhere(self, content: bytes = b"%PDF-1.7 prices") -> str:
        """The address of a file on somebody else's server, which is there as long as this world."""
        server = await self.until_closed.enter_async_context(remote({"/price-list.pdf": answer(content)}))
        return server.url("/price-list.pdf")

    async def close(self) -> None:
        await self.sends.close()
        await self.workshop.close()
        await self.outgoing.close()
        await self.until_closed.aclose()
        self.folder.cleanup()
        await self.db.close()

    async def workspace(self, name: str = "Harbour Coffee", **named: Any) -> "Place":
        slug = f"shop-{uuid4().hex[:20]}"
        values = {"slug": slug, "owner_email": f"{slug}@harbour.example", "zone": "Europe/Athens", **named}
        async with self.db.system() as tx:
            await installation.introduce(tx)
            created = await workspaces.create(tx, self.access, display_name=name, **values)
        return Place(self, created.workspace_id, created.owner_id, created.api_token, values["owner_email"])


@dataclass
class Place:
    """One workspace. `api` calls as its owner."""

    world: ApiWorld
    id: workspaces.WorkspaceId
    owner_id: workspaces.TeammateId
    token: str
    owner_email: str
    heard: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def api(self) -> ApiClient:
        return ApiClient(self.world.app, self.token)

    async def run(self, action: Callable[..., Awaitable[T]], *args: Any, actor: Actor = SYSTEM, **named: Any) -> T:
        """Call an action in a transaction of this workspace."""
        return await self.world.db.run(self.id, lambda tx: action(tx, *args, **named), actor=actor)

    async def teammate(self, email: str, **named: Any) -> workspaces.Teammate:
        invited = await self.run(workspaces.invite, self.world.access, email=email, **named)
        return invited.teammate

    async def member(self, role: Role, team: str | None = None, **of_the_token: Any) -> "Member":
        """Somebody who has joined with this role, and their token."""
        invited = await self.teammate(f"{uuid4().hex[:12]}@harbour.example", role=role, team=team)
        await self.run(_join, invited.id)
        token = await self.run(workspaces.create_token, self.world.access, invited.id, **of_the_token)
        return Member(self, await self.run(workspaces.get_teammate, invited.id), token)

    async def link(self, phone: str = "15550100001", *, name: str = "Harbour Coffee") -> Number:
        """A phone that scanned a code and is connected."""
        pairing = await self.run(numbers.begin_link, self.owner_id, NumberKind.SIMULATOR)
        await self.run(numbers.take_pairing, pairing.id, NODE)
        paired = Paired(PairingRef(pairing.id, self.id), phone, None, name)
        linked = await self.run(numbers.link, paired, NODE, timedelta(seconds=20))
        return await self.run(numbers.report, linked.number.id, [StateChanged(AccountState.ONLINE)])

    async def disconnect(self, number: Number) -> Number:
        """The phone ends the link."""
        return await self.run(numbers.report, number.id, [StateChanged(AccountState.UNLINKED)])

    async def chat(self, number: Number, phone: str = "15550100234", name: str | None = None) -> Chat:
        [chat] = await self.run(chats.find_or_create, number, [SeenPeer(Peer(phone=phone), name)])
        return chat

    async def group(self, number: Number, subject: str = "Harbour wholesale", members: Sequence[str] = ()) -> Chat:
        jid = f"12036302{self.id:05d}{next(self.heard):05d}@g.us"
        own = GroupMember(Peer(phone=number.phone), "owner", is_own=True)
        others = [GroupMember(Peer(phone=phone), "member") for phone in members]
        event = GroupChanged(jid, subject, [own, *others], self.world.clock.now())
        await self.run(chats.change_group, number, event)
        [chat] = await self.run(chats.find_or_create, number, [SeenPeer(Peer(group=jid), None)])
        return await self.run(chats.get, chat.id)

    async def receive(self, number: Number, *events: AccountEvent) -> None:
        await self.run(messages.receive, number.id, list(events))

    async def hear(self, number: Number, text: str = "Hello", phone: str = "15550100234", **named: Any) -> Message:
        """A customer writes; a moment passes."""
        await self.receive(number, self.written(text, Peer(phone=phone), **named))
        [found] = await self.run(chats.find_or_create, number, [SeenPeer(Peer(phone=phone), None)])
        return (await self.run(messages.history, found.id)).items[0]

    def written(self, text: str | None, chat: Peer, **named: Any) -> MessageReceived:
        values = {"from_me": False, "via": Via.CONTACT, "at": self.world.clock.advance(), **named}
        values["push_name"] = values.pop("name", None)
        return MessageReceived(chat, f"EXT{next(self.heard)}", text=text, **values)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that is stored of this workspace, to show that nothing has changed."""
        async with self.world.db.system_read() as tx:
            return {name: await _rows_of(tx, name, self.id) for name in await _tables(tx)}


@dataclass
class Member:
    """A teammate who calls with a token of their own."""

    place: Place
    me: workspaces.Teammate
    token: str

    @property
    def id(self) -> workspaces.TeammateId:
        return self.me.id

    @property
    def api(self) -> ApiClient:
        return ApiClient(self.place.world.app, self.token)


async def _join(tx: Tx, teammate_id: int) -> None:
    await tx.execute(
        "UPDATE tenant.teammate SET status = 'active', invited_until = NULL WHERE workspace = $1 AND id = $2",
        tx.workspace_id,
        teammate_id,
    )


async def _tables(tx: Any) -> list[str]:
    found = await tx.fetch(
        """
        SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace'
        WHERE n.nspname IN ('directory', 'tenant', 'lanes', 'platform') AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition
        ORDER BY name
        """
    )
    return [row["name"] for row in found]


async def _rows_of(tx: Any, table: str, workspace_id: int) -> list[tuple[Any, ...]]:
    found = await tx.fetch(f"SELECT * FROM {table} WHERE workspace = $1", workspace_id)
    return sorted((tuple(row.values()) for row in found), key=repr)


async def facts(place: Place) -> list[str]:
    """Kinds of facts in the order in which they were recorded."""

    async def read(tx: Tx) -> list[str]:
        rows = await tx.fetch("SELECT kind FROM tenant.fact WHERE workspace = $1 ORDER BY id", place.id)
        return [row["kind"] for row in rows]

    return await place.run(read)
