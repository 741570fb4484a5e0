"""Meeting peers: finds or makes their people and chats, a whole batch at once, and learns who is the same person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tideline.features import numbers
from tideline.features.chats import addresses, events, names
from tideline.features.chats.actions.merge import merge
from tideline.features.chats.actions.naming import free_names
from tideline.features.chats.actions.photos import look_later
from tideline.features.chats.actions.rosters import refresh_later
from tideline.features.chats.model import Cause, Chat, ChatId, ContactId, SeenPeer
from tideline.features.chats.people import AddressBook, Person, fallback
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import contacts
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer
from tideline.platform.db import Tx

ROUNDS = 5
NAMES_TRIED = 20


@dataclass(slots=True)
class Company:
    """The people and chats that a piece of work is about. All its chats are locked."""

    book: AddressBook
    groups: dict[str, ChatId]
    chats: dict[ChatId, Chat] = field(default_factory=dict)

    def chat_id_of(self, peer: Peer) -> ChatId | None:
        if peer.group is not None:
            return self.groups.get(peer.group)
        person = self.book.find(peer)
        return person.chat_id if person else None

    def chat_of(self, peer: Peer) -> Chat | None:
        chat_id = self.chat_id_of(peer)
        return None if chat_id is None else self.chats.get(chat_id)

    def contact_of(self, peer: Peer) -> ContactId | None:
        person = self.book.find(peer)
        return person.id if person else None

    def is_of(self, chat: Chat, peer: Peer) -> bool:
        """Is this peer the other side of the chat?"""
        return self.chat_id_of(peer) == chat.id

    def may_be_of(self, chat: Chat, peer: Peer) -> bool:
        """The same for news that nobody can misuse much: it may also come from an address of the person that we have
        not heard of, while we know the person by the other kind of address only."""
        if peer.is_group or chat.is_group or self.book.find(peer):
            return self.is_of(chat, peer)
        return not (peer.phone and chat.phone) and not (peer.lid and chat.lid)

    def person_of(self, peer: Peer) -> Person | None:
        return self.book.find(peer)


@dataclass(frozen=True, slots=True)
class Guests:
    """Whom a batch brings: peers that get a chat, people who are only known, peers that are merely mentioned."""

    chats: Sequence[SeenPeer] = ()
    people: Sequence[SeenPeer] = ()
    mentioned: Sequence[Peer] = ()

    def __iter__(self) -> Iterator[Peer]:
        yield from (seen.peer for seen in self.chats)
        yield from (seen.peer for seen in self.people)
        yield from self.mentioned


async def meet(tx: Tx, number: Number, guests: Guests) -> Company:
    """Everybody's rows, made or mended where needed, and the locked chats of those who are to have one.

    Whoever changes people holds the number's row first, so that two transactions never make the same person.
    A chat may be merged away between the look and the lock; then we look again.
    """
    opened: dict[ChatId, Cause] = {}
    is_alone = False
    for _ in range(ROUNDS):
        company = await _look(tx, number, guests)
        if not is_alone and (company.book.has_news or _without_chat(company, guests)):
            await numbers.lock(tx, number.id)
            is_alone = True
            company = await _look(tx, number, guests)
        await _store_people(tx, number, company.book)
        opened |= await _open_chats(tx, number, company, guests)
        if await _hold_chats(tx, company, guests):
            break
    else:
        raise RuntimeError("the chats of a batch went away again and again")
    await _merge(tx, number, company)
    for chat_id, cause in opened.items():
        tx.record(events.opened(company.chats[chat_id], number, cause))
    look_later(tx, number, opened)
    await _name(tx, number, company, guests)
    return company


async def find_or_create(tx: Tx, number: Number, seen: Sequence[SeenPeer]) -> list[Chat]:
    """The chats of these peers on this number, in the same order, locked."""
    company = await meet(tx, number, Guests(chats=seen))
    return [chat for some in seen if (chat := company.chat_of(some.peer))]


async def link_identity(tx: Tx, number: Number, *, phone: str, lid: str, name: str | None = None) -> None:
    """This phone and this LID are the same person; two chats become one if need be."""
    known = SeenPeer(Peer(phone=phone, lid=lid), names.synced(name), is_sure=True)
    await meet(tx, number, Guests(people=[known]))


async def _look(tx: Tx, number: Number, guests: Guests) -> Company:
    """What the database knows, and on top of it what these peers teach us."""
    people = [peer for peer in guests if not peer.is_group]
    phones, lids = {peer.phone for peer in people if peer.phone}, {peer.lid for peer in people if peer.lid}
    groups = {peer.group for peer in guests if peer.group}
    known = await contacts.find(tx, number.id, phones, lids) if people else []
    company = Company(AddressBook(known), await rows.find_groups(tx, number.id, groups) if groups else {})
    for seen in (*guests.people, *guests.chats):
        if not seen.peer.is_group:
            company.book.meet(seen.peer, names.synced(seen.name), is_sure=seen.is_sure)
    for peer in guests.mentioned:
        if not peer.is_group and company.book.find(peer):
            company.book.meet(peer)
    return company


def _without_chat(company: Company, guests: Guests) -> list[SeenPeer]:
    return [seen for seen in guests.chats if company.chat_id_of(seen.peer) is None]


async def _store_people(tx: Tx, number: Number, book: AddressBook) -> None:
    if book.merges:
        await contacts.absorb(tx, book.merges)
    if left := [person for person in book.changed if person.was and person.was.phone not in (None, person.phone)]:
        await contacts.take_phones(tx, left)
    if book.changed:
        await contacts.update(tx, book.changed)
        refresh_later(tx, (person.id for person in book.changed))
    if book.new:
        await contacts.insert(tx, number.id, book.new)


async def _open_chats(tx: Tx, number: Number, company: Company, guests: Guests) -> dict[ChatId, Cause]:
    """Chats for those who are to have one and have none."""
    opened: dict[ChatId, Cause] = {}
    for _ in range(NAMES_TRIED):
        wanted = {_identity(company, seen.peer): seen for seen in reversed(_without_chat(company, guests))}
        if not wanted:
            return opened
        seen_peers = list(reversed(wanted.values()))
        free = await free_names(tx, [_wanted_name(company, seen) for seen in seen_peers])
        new = [_new_chat(company, seen, name) for seen, name in zip(seen_peers, free, strict=True)]
        ids = await rows.insert(tx, number.id, new)
        for seen, name in zip(seen_peers, free, strict=True):
            if name in ids:
                opened[ids[name]] = seen.cause
                _remember(company, seen.peer, ids[name])
        refresh_later(tx, (company.contact_of(seen.peer) for seen in seen_peers if not seen.peer.is_group))
    raise RuntimeError("names for new chats were taken again and again")


def _identity(company: Company, peer: Peer) -> object:
    """The same for all peers that are one chat."""
    return peer.group or company.person_of(peer)


def _wanted_name(company: Company, seen: SeenPeer) -> str:
    if seen.peer.group is not None:
        return names.synced(seen.name) or seen.peer.group.partition("@")[0]
    person = company.person_of(seen.peer)
    assert person
    return person.called


def _new_chat(company: Company, seen: SeenPeer, name: str) -> dict[str, object]:
    person = None if seen.peer.is_group else company.person_of(seen.peer)
    return {
        "kind": addresses.kind_of(seen.peer),
        "contact_id": person.id if person else None,
        "group_jid": seen.peer.group,
        "phone": person.phone if person else None,
        "lid": person.lid if person else None,
        "name": name,
        "is_read": seen.cause == "imported",
    }


def _remember(company: Company, peer: Peer, chat_id: ChatId) -> None:
    if peer.group is not None:
        company.groups[peer.group] = chat_id
    elif person := company.person_of(peer):
        person.chat_id = chat_id


async def _hold_chats(tx: Tx, company: Company, guests: Guests) -> bool:
    """Lock what this is about in the order of the ids; false when something went away meanwhile."""
    about = {company.chat_id_of(seen.peer) for seen in guests.chats}
    about |= {company.chat_id_of(peer) for peer in guests.mentioned}
    about |= {person.chat_id for person in company.book.changed if person.has_moved}
    about |= {person.chat_id for pair in company.book.merges for person in pair}
    ids = {chat_id for chat_id in about if chat_id is not None}
    company.chats = await rows.lock(tx, ids)
    return company.chats.keys() == ids


async def _merge(tx: Tx, number: Number, company: Company) -> None:
    """Chats say where their person is reached now, and those of one person become one."""
    moved = [person for person in company.book.changed if person.chat_id is not None and person.has_moved]
    if moved:
        await rows.set_addresses(tx, [(person.chat_id, person.phone, person.lid) for person in moved])
        company.chats |= await rows.find_many(tx, [person.chat_id for person in moved])
    for stays, goes in company.book.merges:
        await merge(tx, number, company.chats, stays, goes)


async def _name(tx: Tx, number: Number, company: Company, guests: Guests) -> None:
    """Chats that are still called after a phone or an address take the first name that turns up."""
    for chat_id, wanted in dict(_better_names(company, guests.chats)).items():
        await call_it(tx, number, company, chat_id, wanted)


async def call_it(tx: Tx, number: Number, company: Company, chat_id: ChatId, wanted: str) -> None:
    """Give a chat a name that came from WhatsApp, with an index if it is taken."""
    before = company.chats[chat_id]
    for _ in range(NAMES_TRIED):
        [name] = await free_names(tx, [wanted])
        if await rows.rename(tx, chat_id, name, is_renamed=False):
            break
    else:
        return
    company.chats |= await rows.find_many(tx, [chat_id])
    tx.record(events.renamed(company.chats[chat_id], number, before.name))
    refresh_later(tx, [before.contact_id])


def _better_names(company: Company, seen_peers: Iterable[SeenPeer]) -> Iterator[tuple[ChatId, str]]:
    named = {seen.peer.group: names.synced(seen.name) for seen in seen_peers if seen.peer.group and seen.name}
    for chat in company.chats.values():
        if chat.is_renamed:
            continue
        if chat.group_jid is not None:
            wanted, shown = named.get(chat.group_jid), chat.group_jid.partition("@")[0]
        else:
            person = company.book.find(chat.peer)
            wanted = person.called if person else None
            shown = person.was.fallback if person and person.was else fallback(chat.phone, chat.lid)
        if wanted in (None, chat.name):
            continue
        if names.shows(chat.name, shown) and not names.shows(chat.name, wanted):
            yield chat.id, wanted
