"""One step of the world: who takes part, which ids were given, what linked numbers are told. One transaction."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tideline.connectors.simulator.codec import kind_of
from tideline.connectors.simulator.errors import GroupNotFound, PhoneNotFound
from tideline.connectors.simulator.model import (
    Addressing,
    Group,
    Known,
    Link,
    LinkId,
    Member,
    Phone,
    PhoneId,
)
from tideline.connectors.simulator.seed import Seed
from tideline.connectors.simulator.store import groups, phones, steps
from tideline.connectors.simulator.store.groups import GroupRow
from tideline.connectors.simulator.store.steps import Counters, QueuedEvent
from tideline.features.numbers.port import AccountEvent, IdentityLinked, Peer, StateChanged
from tideline.platform.db import SystemTx

STRANGER = Known()


@dataclass(slots=True)
class Cast:
    """Phones, links and groups that were loaded for this step."""

    phones: dict[PhoneId, Phone]
    by_phone: dict[str, Phone]
    by_lid: dict[str, Phone]
    links: dict[PhoneId, list[Link]]
    by_number: dict[int, Link]
    groups: dict[str, Group]
    busy_until: dict[PhoneId, datetime]


class Step:
    """Collects what happens; `settle` writes it. The lock on the world is held from the first statement on."""

    def __init__(self, tx: SystemTx, counters: Counters, now: datetime, seed: Seed) -> None:
        self.tx = tx
        self.now = now
        self.seed = seed
        self.cast = Cast({}, {}, {}, {}, {}, {}, {})
        self.is_change = True
        self.keeps_windows = True
        self._counters = counters
        self._events: list[QueuedEvent] = []
        self._known: dict[tuple[LinkId, PhoneId], Known] = {}
        self._learnt: set[tuple[LinkId, PhoneId]] = set()

    # Who takes part

    async def load(
        self,
        *,
        phones_: Collection[str] = (),
        lids: Collection[str] = (),
        groups_: Collection[str] = (),
        numbers: Collection[int] = (),
        ids: Collection[PhoneId] = (),
    ) -> None:
        """Bring phones on stage, with their links, and groups with all members."""
        found = await phones.present(self.tx, phones=phones_, lids=lids, groups=groups_, numbers=numbers, ids=ids)
        for one in found:
            self.enter(one.phone)
            self.cast.links[one.phone.id] = one.links
            self.cast.by_number |= {link.number_id: link for link in one.links if link.number_id is not None}
            for link, known in one.known.items():
                self._known.setdefault((link, one.phone.id), known)
            if one.busy_until:
                self.cast.busy_until[one.phone.id] = one.busy_until
        if groups_:
            self.enter_groups(await groups.by_jid(self.tx, groups_))

    def enter(self, phone: Phone) -> None:
        self.cast.phones[phone.id] = phone
        self.cast.by_phone[phone.phone] = phone
        self.cast.by_lid[phone.lid] = phone

    def enter_groups(self, rows: Collection[GroupRow]) -> None:
        for row in rows:
            members = [Member(self.cast.phones[phone], role) for phone, role in row.members]
            self.cast.groups[row.jid] = Group(row.id, row.jid, row.subject, members)

    async def phone(self, digits: str) -> Phone:
        if digits not in self.cast.by_phone:
            await self.load(phones_=[digits])
        return self.known_phone(digits)

    def known_phone(self, digits: str) -> Phone:
        phone = self.cast.by_phone.get(digits)
        if phone is None:
            raise PhoneNotFound(f"There is no simulated phone +{digits}. Create it with POST /simulator/api/phones.")
        return phone

    async def group(self, jid: str) -> Group:
        if jid not in self.cast.groups:
            await self.load(groups_=[jid])
        group = self.cast.groups.get(jid)
        if group is None:
            raise GroupNotFound(f"There is no group {jid}.")
        return group

    def links_of(self, phone: Phone) -> list[Link]:
        return self.cast.links.get(phone.id, [])

    # What is given out

    def new_id(self) -> int:
        self._counters.last_id += 1
        return self._counters.last_id

    def tell(self, link: Link, event: AccountEvent) -> None:
        """Put an event on a link's queue; without a connection everything but that fact itself is held."""
        phone = self.cast.phones[link.phone]
        held = not phone.may_act and not isinstance(event, StateChanged)
        self._queue(link.id, kind_of(event), event, held=held)

    def tell_again(self, link: LinkId, kind: str, event: Any) -> None:
        """Give what was held its place in the queue."""
        self._queue(link, kind, event, held=False)

    def _queue(self, link: LinkId, kind: str, event: Any, *, held: bool) -> None:
        self._counters.last_event += 1
        self._events.append(QueuedEvent(link, self._counters.last_event, kind, event, held))

    # How links know phones

    def name(self, link: Link, phone: Phone, *, acts: bool = False) -> Peer:
        """How an event names a phone to a link: by what it is addressed with now, and by nothing else.

        When the phone itself acts and the link has met it under its other name too, the network reveals
        first that both are one person.
        """
        self.note(link, phone, phone.addressing)
        if acts:
            self.reveal(link, phone)
        if phone.addressing is Addressing.LID:
            return Peer(lid=phone.lid)
        return Peer(phone=phone.phone)

    def note(self, link: Link, phone: Phone, by: Addressing) -> None:
        """The link has met the phone under this name."""
        known = self.known(link, phone)
        if by is Addressing.PHONE:
            self._learn(link, phone, replace(known, by_phone=True))
        else:
            self._learn(link, phone, replace(known, by_lid=True))

    def reveal(self, link: Link, phone: Phone) -> None:
        """Tell the link that phone number and LID are one person, if it knows both and was not told."""
        known = self.known(link, phone)
        if known.by_phone and known.by_lid and not known.mapped:
            self.tell(link, IdentityLinked(phone.phone, phone.lid, phone.name))
            self._learn(link, phone, replace(known, mapped=True))

    def known(self, link: Link, phone: Phone) -> Known:
        return self._known.get((link.id, phone.id), STRANGER)

    def friends_of(self, phone: Phone) -> list[LinkId]:
        """Links that have met the phone."""
        return sorted(link for link, met in self._known if met == phone.id)

    def _learn(self, link: Link, phone: Phone, known: Known) -> None:
        if known != self.known(link, phone):
            self._known[link.id, phone.id] = known
            self._learnt.add((link.id, phone.id))

    async def settle(self) -> None:
        if not self.is_change:
            return
        learnt = [(link, phone, self._known[link, phone]) for link, phone in sorted(self._learnt)]
        await steps.finish(self.tx, self._counters, self._events, learnt)
