"""Who is who on one number: which of the seen peers are known people, new ones, or two rows of one person. No I/O.

A LID names a WhatsApp account for good; a phone is the address it has now. So a pair of both that contradicts what
is known moves the phone, and only rows that do not contradict each other become one person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tideline.features.chats.model import ChatId, ContactId
from tideline.features.numbers.port import Peer


@dataclass(slots=True, eq=False)
class Person:
    """A contact row, or one that is about to be made (`id` None)."""

    id: ContactId | None = None
    phone: str | None = None
    lid: str | None = None
    name: str | None = None
    chat_id: ChatId | None = None
    was: "Stored | None" = None
    absorbed: "list[Person]" = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.id is None

    @property
    def is_changed(self) -> bool:
        return self.was is not None and self.was != Stored(self.phone, self.lid, self.name)

    @property
    def has_moved(self) -> bool:
        """Did its phone or LID change? A name alone touches no address."""
        return self.was is not None and (self.was.phone, self.was.lid) != (self.phone, self.lid)

    @property
    def called(self) -> str:
        """The name its chat should have as long as nobody gave it another one."""
        return self.name or fallback(self.phone, self.lid)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the row says before we change it."""

    phone: str | None
    lid: str | None
    name: str | None

    @property
    def fallback(self) -> str:
        return fallback(self.phone, self.lid)


def fallback(phone: str | None, lid: str | None) -> str:
    """What somebody without a name is called."""
    return f"+{phone or lid}"


class AddressBook:
    """The people of one number that a piece of work is about."""

    def __init__(self, known: Iterable[Person] = ()) -> None:
        self._people: list[Person] = []
        self._by_phone: dict[str, Person] = {}
        self._by_lid: dict[str, Person] = {}
        for person in known:
            person.was = Stored(person.phone, person.lid, person.name)
            self._add(person)

    def find(self, peer: Peer) -> Person | None:
        """The person under this address; a LID says more than a phone."""
        by_lid = self._by_lid.get(peer.lid) if peer.lid else None
        return by_lid or (self._by_phone.get(peer.phone) if peer.phone else None)

    def meet(self, peer: Peer, name: str | None = None, *, is_sure: bool = False) -> Person:
        """Learn from a peer that turned up, and say who it is. What people call themselves does not replace a name."""
        if peer.phone and peer.lid:
            person = self._pair(peer.phone, peer.lid)
        else:
            person = self.find(peer) or self._add(Person(phone=peer.phone, lid=peer.lid))
        if name and (is_sure or not person.name):
            person.name = name
        return person

    @property
    def new(self) -> list[Person]:
        return [person for person in self._people if person.is_new]

    @property
    def changed(self) -> list[Person]:
        return [person for person in self._people if person.is_changed]

    @property
    def merges(self) -> list[tuple[Person, Person]]:
        """Pairs (who stays, who becomes part of them), both stored."""
        return [(person, other) for person in self._people for other in person.absorbed if not other.is_new]

    @property
    def has_news(self) -> bool:
        """Is there anything to write?"""
        return any(person.is_new or person.is_changed or person.absorbed for person in self._people)

    def _pair(self, phone: str, lid: str) -> Person:
        by_phone, by_lid = self._by_phone.get(phone), self._by_lid.get(lid)
        if by_phone is not None and by_phone is by_lid:
            return by_phone
        if by_phone is not None and by_phone.lid is not None:
            self._take_phone(by_phone)
            by_phone = None
        if by_phone is not None and by_lid is not None:
            return self._merge(by_phone, by_lid, phone=phone, lid=lid)
        person = by_lid or by_phone
        if person is None:
            return self._add(Person(phone=phone, lid=lid))
        self._give(person, phone=phone, lid=lid)
        return person

    def _take_phone(self, person: Person) -> None:
        """The phone belongs to another account now."""
        if person.phone is not None:
            del self._by_phone[person.phone]
        person.phone = None

    def _merge(self, one: Person, other: Person, *, phone: str, lid: str) -> Person:
        stays, goes = sorted((one, other), key=_age)
        self._people.remove(goes)
        if goes.phone is not None:
            self._by_phone.pop(goes.phone, None)
        stays.absorbed.extend((goes, *goes.absorbed))
        goes.absorbed = []
        stays.name = stays.name or goes.name
        self._give(stays, phone=phone, lid=lid)
        return stays

    def _give(self, person: Person, *, phone: str, lid: str) -> None:
        if person.phone is not None and person.phone != phone:
            del self._by_phone[person.phone]
        person.phone, person.lid = phone, lid
        self._by_phone[phone] = person
        self._by_lid[lid] = person

    def _add(self, person: Person) -> Person:
        self._people.append(person)
        if person.phone is not None:
            self._by_phone[person.phone] = person
        if person.lid is not None:
            self._by_lid[person.lid] = person
        return person


def _age(person: Person) -> tuple[float, float]:
    """Who stays when two become one: the owner of the older chat, else of the older row."""
    return (
        float("inf") if person.chat_id is None else person.chat_id,
        float("inf") if person.id is None else person.id,
    )
