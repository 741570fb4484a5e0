"""A workspace with so many of everything: what a page of the API shows, and what belongs to each row of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tests.support import business
from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Member, Place
from tideline.features import business as features
from tideline.features import chats, files, messages, templates, webhooks, workspaces
from tideline.features.chats import Chat, SeenPeer
from tideline.features.files import NewFile, Purpose
from tideline.features.numbers import Number
from tideline.features.numbers.port import MediaKind, MediaRef, MessageReceived, Peer, ReactionChanged
from tideline.features.templates import NewTemplate
from tideline.features.webhooks import EventType, Terms, Webhook
from tideline.features.workspaces import Role
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.facts import Actor
from tideline.platform.wake import Wakes


@dataclass
class FullHouse:
    """`size` numbers, teammates, uploads, templates, webhooks, and groups of as many members.

    In each group somebody sent a file and reacted to it. `group`, the first of them, has as many labels and messages,
    and its last message, `letter`, as many reactions. The chat `wall` has as many notes and nothing else. The groups
    are assigned to a collaborator; a teammate of the owner's team sees all there is.
    """

    place: Place
    size: int
    number: Number
    groups: Sequence[Chat]
    people: Sequence[str]
    members: Mapping[Role, Member]
    uploads: list[UUID] = field(default_factory=list)
    templates: list[int] = field(default_factory=list)
    webhooks: list[int] = field(default_factory=list)
    deliveries: list[UUID] = field(default_factory=list)
    letter: str = ""
    wall: int = 0
    waba: dict[str, Any] = field(default_factory=dict)
    serial: Any = field(default_factory=lambda: count(1))

    @classmethod
    async def build(cls, world: ApiWorld, size: int) -> "FullHouse":
        place = await world.workspace(f"A house of {size}", seats=size + 3)
        numbers = [await place.link(f"1555020{n:04d}", name=f"Number {n}") for n in range(size)]
        for n in range(size):
            await place.teammate(f"teammate{n}@harbour.example")
        people = [f"491750{n:06d}" for n in range(size)]
        groups = [await place.group(numbers[-1], f"Group {n}", people) for n in range(size)]
        members = {role: await place.member(role) for role in (Role.TEAMMATE, Role.COLLABORATOR)}
        house = cls(place, size, numbers[-1], groups, people, members)
        await place.run(house.fill_shelves)
        await place.run(house.subscribe)
        await place.run(house.fail)
        await place.run(house.label)
        await place.run(house.note, actor=Actor("token", place.owner_id))
        await house.talk()
        await house.serve()
        await number_facts(world.db)
        return house

    @property
    def api(self) -> ApiClient:
        return self.place.api

    def api_of(self, role: Role) -> ApiClient:
        return self.api if role is Role.OWNER else self.members[role].api

    @property
    def responsible(self) -> str:
        return self.members[Role.COLLABORATOR].me.email

    @property
    def group(self) -> Chat:
        return self.groups[0]

    async def fill_shelves(self, tx: Tx) -> None:
        owner = await workspaces.get_owner(tx)
        new = [NewFile(f"price list {n}.pdf", "application/pdf", Purpose.UPLOAD, 10) for n in range(self.size)]
        self.uploads += [file.uid for file in await files.expect(tx, new)]
        await bring_bytes(tx)
        for n, uid in enumerate(self.uploads):
            template = await templates.create(tx, NewTemplate(f"Template {n}", "Hello", file_uid=uid), owner)
            await templates.track(tx, template.id, "Chat View", owner)
            self.templates.append(template.id)

    async def subscribe(self, tx: Tx) -> None:
        terms = Terms(self.place.world.keyring, per_workspace=self.size)
        for n in range(self.size):
            made = await webhooks.create(tx, terms, EventType("message:new"), f"https://crm.example.com/{n}")
            self.webhooks.append(made.id)

    async def fail(self, tx: Tx) -> None:
        """Deliveries that were given up, and attempts of the first of them."""
        webhook = await webhooks.get(tx, self.webhooks[0])
        self.deliveries += [await given_up(tx, webhook) for _ in range(self.size)]
        for number in range(1, self.size):
            await given_up(tx, webhook, self.deliveries[0], number=number + 3)

    async def label(self, tx: Tx) -> None:
        for group in self.groups:
            await chats.add_labels(tx, group.id, ["wholesale"])
            await chats.assign(tx, group.id, self.responsible)
        await chats.add_labels(tx, self.group.id, [f"label {n}" for n in range(self.size)])

    async def note(self, tx: Tx) -> None:
        [chat] = await chats.find_or_create(tx, self.number, [SeenPeer(Peer(phone="15550100999"), "Wall")])
        self.wall = chat.id
        for _ in range(self.size):
            await messages.add_note(tx, chat.id, f"Ask {self.place.owner_email}", metadata={"ticket": 7})

    async def talk(self) -> None:
        said = [self._said(group, self.people[0]) for group in self.groups[1:]]
        said += [self._said(self.group, person) for person in self.people]
        await self.place.receive(self.number, *said)
        await self.place.receive(self.number, *(self._reacted(one, self.people[0]) for one in said))
        await self.place.receive(self.number, *(self._reacted(said[-1], person) for person in self.people[1:]))
        await self.place.run(bring_bytes)
        self.letter = (await self.api.data(f"/chats/{self.group.id}"))["last_message_uid"]

    async def serve(self) -> None:
        """Business numbers, customers who wrote to the first of them, its templates, and a question for its figures."""
        numbers = [await business.business_number(self.place, f"1555022{n:04d}") for n in range(self.size)]
        found = await business.have(self.place, numbers[0], [business.template(number=n) for n in range(self.size)])
        customers = [Peer(phone=f"491760{n:06d}") for n in range(self.size)]
        said = [self.place.written("Hello", customer) for customer in customers]
        said += [self.place.written("Hello again", customers[0]) for _ in range(self.size - 1)]
        await self.place.receive(numbers[0], *said)
        await self.place.receive(numbers[0], self._reacted(said[-1], "491760000000"))
        first = next(iter((await self.place.run(chats.find_met, [(numbers[0].id, customers[0])])).values()))
        await self.place.run(chats.add_labels, first, [f"label {n}" for n in range(self.size)])
        letter = (await self.place.run(chats.get, first)).last_message_uid
        asked = await self.place.run(
            features.ask_analytics, numbers[0].id, features.Asked(business.START, business.END, ())
        )
        self.waba = {
            "waba_chat": first, "waba_letter": letter, "account": numbers[0].id, "waba_template": found[0].id,
            "handle": asked.handle.hex,
        }  # fmt: skip

    def _said(self, group: Chat, person: str) -> MessageReceived:
        media = MediaRef(MediaKind.IMAGE, "beans.jpg", "image/jpeg", 5, f"ref {next(self.serial)}")
        return self.place.written("Look", Peer(group=group.group_jid), media=media, sender=Peer(phone=person))

    def _reacted(self, to: MessageReceived, person: str) -> ReactionChanged:
        return ReactionChanged(to.chat, to.external_id, "👍", self.place.world.clock.advance(), Peer(phone=person))


async def given_up(tx: Tx, webhook: Webhook, uid: UUID | None = None, *, number: int = 3) -> UUID:
    """A delivery that was tried once too often."""
    uid = uid or uuid4()
    await tx.execute(
        """
        INSERT INTO tenant.attempt
            (workspace, delivery, number, at, webhook_id, event_type, fact_seq, fact_at, outcome, status, took_ms, url,
             signature, request, response_start)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $4, 'failed', 503, 12, $7, '1789395631 v1,c2lnbmVk', '{}', 'Later')
        """,
        tx.workspace_id,
        uid,
        number,
        tx.now,
        webhook.id,
        webhook.event_type,
        webhook.url,
    )
    return uid


async def number_facts(db: Database) -> None:
    """What a dispatcher does all the time."""
    dispatcher = Dispatcher(db, Wakes())
    async with db.session() as session:
        while await dispatcher.dispatch(session):
            pass


async def bring_bytes(tx: Tx) -> None:
    """Every file is complete."""
    sql = "UPDATE tenant.file SET state = 'stored', stored_at = $2 WHERE workspace = $1"
    await tx.execute(sql, tx.workspace_id, tx.now)
