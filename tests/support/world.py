"""A workspace in which things happen: builds what a test mentions through the real actions, the rest is sensible.

`world` and `neighbour` share one database per test run, each with a workspace of its own that nobody else uses.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tideline.features import business, chats, files, messages, numbers, workspaces
from tideline.features.chats import Chat, ChatFilter, SeenPeer
from tideline.features.files import File, NewFile, Purpose
from tideline.features.messages import HistoryFilter, Message, MessageUid, Outgoing, ToChat
from tideline.features.numbers import Lease, Number, NumberKind
from tideline.features.numbers.port import (
    AccountEvent,
    AccountState,
    BusinessTemplate,
    GroupChanged,
    GroupMember,
    HistoryChunk,
    MessageReceived,
    Named,
    Paired,
    PairingRef,
    Peer,
    StateChanged,
    Via,
)
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.facts import Actor
from tideline.platform.wake import Wakes

T = TypeVar("T")

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NODE = UUID(int=7)
ORDER_UPDATE = BusinessTemplate(
    external_id="136000000000001",
    name="order_update",
    language="en",
    status="APPROVED",
    category="UTILITY",
    parameter_format="POSITIONAL",
    components=[
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},
        {"type": "FOOTER", "text": "Harbour Bikes"},
    ],
)
"""A template that is approved, with one variable in its header and two in its body."""


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.time = at

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta = timedelta(seconds=1)) -> datetime:
        self.time += by
        return self.time


@dataclass
class World:
    """One workspace with its owner; numbers, chats and messages come as they are asked for."""

    db: Database
    clock: HandClock
    access: workspaces.Access
    id: int
    owner: workspaces.Teammate
    serial: Any = field(default_factory=lambda: count(1))
    leases: dict[int, Lease] = field(default_factory=dict)

    @classmethod
    async def open(cls, db: Database, clock: HandClock, **named: Any) -> "World":
        access = workspaces.Access(
            db, Keyring(["a key for tests, long enough"]), Wakes(), public_url="http://127.0.0.1:8080"
        )
        values: dict[str, Any] = {"display_name": f"Shop {uuid4().hex}", "zone": "Europe/Athens", **named}
        values.setdefault("owner_email", f"{uuid4().hex[:12]}@harbour.example")
        async with db.system() as tx:
            created = await workspaces.create(tx, access, **values)
        async with db.read(created.workspace_id) as tx:
            owner = await workspaces.get_teammate(tx, created.owner_id)
        return cls(db, clock, access, created.workspace_id, owner)

    async def run(self, action: Callable[..., Awaitable[T]], *args: Any, **named: Any) -> T:
        """Call an action in a transaction of this workspace, as its owner with the API token."""
        return await self.db.run(self.id, lambda tx: action(tx, *args, **named), actor=self.actor)

    @property
    def actor(self) -> Actor:
        return Actor("token", self.owner.id)

    async def statements(self, action: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> int:
        """How many statements an action sends, without those that begin and end its transaction."""
        await self.run(action, *args, **named)  # once before, so that the driver knows all types
        counted: list[Any] = []
        async with self.db.tx(self.id, self.actor) as tx:
            with tx._conn.query_logger(counted.append):
                await action(tx, *args, **named)
        return len(counted)

    async def teammate(self, email: str | None = None, name: str = "Idris Vale") -> workspaces.Teammate:
        email = email or f"{uuid4().hex[:12]}@harbour.example"
        return (await self.run(workspaces.invite, self.access, email=email, display_name=name)).teammate

    async def number(self, phone: str | None = None, *, name: str = "Harbour Coffee", lid: str | None = None) -> Number:
        """A phone that scanned a code and is connected."""
        phone = phone or f"1555020{next(self.serial):04d}"
        pairing = await self.run(numbers.begin_link, self.owner.id, NumberKind.SIMULATOR)
        await self.run(numbers.take_pairing, pairing.id, NODE)
        paired = Paired(PairingRef(pairing.id, self.id), phone, lid, name)
        self.clock.advance()
        linked = await self.run(numbers.link, paired, NODE, timedelta(seconds=20))
        self.leases[linked.number.id] = linked.lease
        return await self.run(numbers.report, linked.number.id, [StateChanged(AccountState.ONLINE)])

    async def business_number(self, phone: str | None = None, *, waba_id: str = "210000000000001") -> Number:
        """A number that the Business Platform speaks for, held by a gateway."""
        serial = next(self.serial)
        phone = phone or f"1555021{serial:04d}"
        new = business.NewAccount(
            phone,
            f"1090000000{self.id:06d}{serial:04d}",
            waba_id,
            "token",
            "secret",
            f"+{phone[0]} {phone[1:]}",
            "Harbour Service",
        )
        self.clock.advance()
        opened = await self.run(
            business.add, self.access.keyring, new, owner_id=self.owner.id, kind=NumberKind.SIMULATOR
        )
        number_id = opened.account.number_id
        async with self.db.system() as tx:
            claimed = await numbers.claim_leases(
                tx, NODE, ["simulator"], held=list(self.leases), limit=100, ttl=timedelta(days=9), grace=timedelta()
            )
        self.leases |= {lease.number_id: lease for lease in claimed}
        return await self.run(numbers.get, number_id)

    async def templates(self, number: Number, *some: BusinessTemplate) -> None:
        """What the number's account has from now on."""
        await self.run(business.take_templates, number.id, some or [ORDER_UPDATE])

    def lease_of(self, number_id: int) -> Lease:
        return self.leases[number_id]

    async def disconnect(self, number: Number) -> Number:
        """The phone ends the link."""
        return await self.run(numbers.report, number.id, [StateChanged(AccountState.UNLINKED)])

    async def chat(
        self,
        number: Number | None = None,
        phone: str | None = None,
        *,
        lid: str | None = None,
        name: str | None = None,
        closed: bool = False,
        read: bool = False,
        labels: Sequence[str] = (),
        responsible: str | None = None,
    ) -> Chat:
        """A direct chat; the number is made too unless it is given."""
        number = number or await self.number()
        peer = Peer(phone=phone or (None if lid else f"4930{next(self.serial):07d}"), lid=lid)
        [chat] = await self.run(chats.find_or_create, number, [SeenPeer(peer, name)])
        if labels:
            await self.run(chats.add_labels, chat.id, labels)
        if responsible:
            await self.run(chats.assign, chat.id, responsible)
        if read:
            await self.run(chats.mark_read, chat.id)
        if closed:
            await self.run(chats.close, chat.id)
        return await self.reload(chat)

    async def group(self, number: Number, subject: str = "Wholesale", members: Sequence[GroupMember] = ()) -> Chat:
        jid = f"1203630{uuid4().int % 10**12:012d}@g.us"
        own = GroupMember(Peer(phone=number.phone), "owner", is_own=True)
        await self.run(chats.change_group, number, GroupChanged(jid, subject, [own, *members], self.clock.now()))
        [chat] = await self.run(chats.find_or_create, number, [SeenPeer(Peer(group=jid))])
        return await self.reload(chat)

    async def reload(self, chat: Chat) -> Chat:
        return await self.run(chats.get, chat.id)

    async def listed(self, page: int = 1, **wanted: Any) -> list[str]:
        """Names of the chats that meet a filter, in the order of the page."""
        found = await self.run(chats.list_chats, ChatFilter(**wanted), page)
        return [chat.name for chat in found.items]

    # Messages ------------------------------------------------------------------------------------------------

    def written(self, chat: Peer, text: str | None = "Hello", **named: Any) -> MessageReceived:
        """A message of a contact, a second after what was before."""
        values: dict[str, Any] = {"from_me": False, "via": Via.CONTACT, "at": self.clock.advance(), **named}
        values.setdefault("external_id", f"EXT{next(self.serial)}")
        return MessageReceived(chat, text=text, **values)

    def typed(self, chat: Peer, text: str | None = "On my way", **named: Any) -> MessageReceived:
        """A message that the owner wrote on the phone."""
        return self.written(chat, text, **{"from_me": True, "via": Via.PHONE, **named})

    def of_old(self, chat: Peer, text: str | None = "Hello", **named: Any) -> MessageReceived:
        """A message of the time before any number was linked."""
        at = START - timedelta(days=300) + timedelta(minutes=next(self.serial))
        return self.written(chat, text, **{"at": at, "via": Via.HISTORY, **named})

    async def receive(self, number: Number, *events: AccountEvent) -> None:
        await self.run(messages.receive, number.id, list(events))

    async def hand_over(self, number: Number, *old: MessageReceived, names: Sequence[Named] = ()) -> None:
        """The phone hands over a chunk of history."""
        await self.receive(number, HistoryChunk(old, names))

    async def hear(self, chat: Chat, text: str | None = "Hello", **named: Any) -> Message:
        """Somebody writes in this chat; the answer is what was stored."""
        event = self.written(chat.peer, text, **named)
        told = HistoryChunk([event]) if event.via is Via.HISTORY else event
        await self.run(messages.receive, chat.number_id, [told])
        return await self.newest(chat)

    async def send(self, chat: Chat, text: str | None = "Thank you", **named: Any) -> MessageUid:
        """Queue a message through the API; raises the problem if it has one."""
        [result] = await self.run(messages.send_batch, [Outgoing(ToChat(chat.id), text, **named)])
        if isinstance(result, Exception):
            raise result
        return result

    async def history(self, chat: Chat, **wanted: Any) -> list[Message]:
        return (await self.run(messages.history, chat.id, HistoryFilter(**wanted))).items

    async def newest(self, chat: Chat) -> Message:
        return (await self.history(chat))[0]

    async def message(self, uid: UUID) -> Message:
        return await self.run(messages.get, uid)

    async def file(
        self, name: str = "price-list.pdf", mimetype: str = "application/pdf", *, stored: bool = True
    ) -> File:
        """The row of an upload, whose bytes have arrived unless told otherwise."""
        [file] = await self.run(files.expect, [NewFile(name, mimetype, Purpose.UPLOAD, 1234, self.owner.id)])
        if stored:
            await self.execute("UPDATE tenant.file SET state = 'stored' WHERE workspace = $1 AND uid = $2", file.uid)
        return file

    # What was written ----------------------------------------------------------------------------------------

    async def facts(self, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
        """Kinds and payloads in the order in which they were recorded; of all chats and messages unless kinds are
        given."""
        rows = await self.fetch("SELECT kind, payload FROM tenant.fact WHERE workspace = $1 ORDER BY id")
        wanted = kinds or ("Message", "Chat", "Group", "Call", "Reaction")
        return [(row["kind"], row["payload"]) for row in rows if row["kind"].startswith(wanted)]

    async def fact_kinds(self, *kinds: str) -> list[str]:
        return [kind for kind, _ in await self.facts(*kinds)]

    async def credits_used(self) -> int:
        return (await self.run(workspaces.quotas)).messages.used

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        async with self.db.read(self.id) as tx:
            return list(await tx.fetch(sql, self.id, *args))

    async def execute(self, sql: str, *args: Any) -> int:
        async def execute(tx: Tx) -> int:
            return await tx.execute(sql, self.id, *args)

        return await self.run(execute)

    async def rows(self, *tables: str) -> dict[str, list[dict[str, Any]]]:
        """Everything stored of this workspace in these tables, to show that nothing has changed."""
        tables = tables or (
            "tenant.chat",
            "tenant.message",
            "tenant.contact",
            "tenant.usage",
            "tenant.fact",
            "lanes.lane",
        )
        found = {name: await self.fetch(f"SELECT * FROM {name} WHERE workspace = $1") for name in tables}
        return {name: sorted((dict(row) for row in some), key=repr) for name, some in found.items()}
