"""Who is who on a number: phones, LIDs, and the same person under both."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from tideline.features import chats
from tideline.features.chats import ContactId, SeenPeer
from tideline.features.chats.model import ChatId
from tideline.features.chats.people import AddressBook, Person
from tideline.features.numbers.port import Peer


def known(id_: int, phone: str | None = None, lid: str | None = None, chat: int | None = None) -> Person:
    return Person(ContactId(id_), phone, lid, None, None if chat is None else ChatId(chat))


# What was known, whom we meet, and then: (id, phone, lid) of everybody, ids that were absorbed.
SITUATIONS = {
    "a stranger": ([], Peer(phone="111"), {(None, "111", None)}, set()),
    "known by phone": ([known(1, "111")], Peer(phone="111"), {(1, "111", None)}, set()),
    "known by phone, now with a LID": ([known(1, "111")], Peer(phone="111", lid="9"), {(1, "111", "9")}, set()),
    "known by LID, now with a phone": ([known(1, None, "9")], Peer(phone="111", lid="9"), {(1, "111", "9")}, set()),
    "two rows of one person": (
        [known(1, "111", chat=5), known(2, None, "9", chat=6)],
        Peer(phone="111", lid="9"),
        {(1, "111", "9")},
        {2},
    ),
    "the older chat stays, whichever row is older": (
        [known(1, "111", chat=6), known(2, None, "9", chat=5)],
        Peer(phone="111", lid="9"),
        {(2, "111", "9")},
        {1},
    ),
    "the one with a chat stays": (
        [known(1, "111"), known(2, None, "9", chat=5)],
        Peer(phone="111", lid="9"),
        {(2, "111", "9")},
        {1},
    ),
    "an account moved to another phone": ([known(1, "111", "9")], Peer(phone="222", lid="9"), {(1, "222", "9")}, set()),
    "a phone belongs to another account now": (
        [known(1, "111", "8")],
        Peer(phone="111", lid="9"),
        {(1, None, "8"), (None, "111", "9")},
        set(),
    ),
    "an account took over the phone of another one": (
        [known(1, "111", "8"), known(2, "222", "9")],
        Peer(phone="111", lid="9"),
        {(1, None, "8"), (2, "111", "9")},
        set(),
    ),
}


@pytest.mark.parametrize(("before", "peer", "after", "absorbed"), SITUATIONS.values(), ids=SITUATIONS)
def test_meeting_somebody(
    before: Sequence[Person], peer: Peer, after: set[tuple[int | None, str | None, str | None]], absorbed: set[int]
) -> None:
    book = AddressBook([known(p.id or 0, p.phone, p.lid, p.chat_id) for p in before])
    person = book.meet(peer)
    people = {*book.new, *book.changed, *(stays for stays, _ in book.merges), person}
    unchanged = {(p.id, p.phone, p.lid) for p in before} & after
    assert {(p.id, p.phone, p.lid) for p in people} | unchanged == after
    assert {goes.id for _, goes in book.merges} == absorbed
    assert book.find(peer) is person


PEERS = st.builds(
    lambda phone, lid: Peer(phone=phone, lid=lid) if phone or lid else Peer(phone="1"),
    st.sampled_from([None, "1", "2", "3"]),
    st.sampled_from([None, "7", "8", "9"]),
)


@given(st.lists(PEERS, max_size=20))
def test_whatever_turns_up_nobody_is_there_twice(peers: list[Peer]) -> None:
    book = AddressBook([known(1, "1", "7"), known(2, "2", None), known(3, None, "8")])
    for peer in peers:
        person = book.meet(peer)
        assert book.find(peer) is person
        assert peer.phone in (None, person.phone)
        assert peer.lid in (None, person.lid)
    people = {id(book.find(Peer(phone=p))): book.find(Peer(phone=p)) for p in "123"}
    people |= {id(book.find(Peer(lid=n))): book.find(Peer(lid=n)) for n in "789"}
    there = [person for person in people.values() if person]
    phones, lids = [p.phone for p in there if p.phone], [p.lid for p in there if p.lid]
    assert len(phones) == len(set(phones))
    assert len(lids) == len(set(lids))
    assert all(person.phone or person.lid for person in there)


async def test_a_batch_of_peers_gets_its_chats_in_order(world: World) -> None:
    number = await world.number()
    peers = [Peer(phone=f"4930222{n:04d}") for n in range(5)]
    seen = [SeenPeer(peer) for peer in (*peers, *reversed(peers))]
    made = await world.run(chats.find_or_create, number, seen)
    assert [chat.phone for chat in made] == [peer.peer.phone for peer in seen]
    assert len({chat.id for chat in made}) == 5
    assert await world.fact_kinds("ChatOpened") == ["ChatOpened"] * 5


async def test_a_new_chat_is_unread_open_and_nobodys(world: World) -> None:
    chat = await world.chat()
    assert not chat.is_read
    assert chat.is_open
    assert chat.responsible_id is None
    assert chat.labels == []


async def test_one_and_fifty_new_chats_take_the_same_number_of_statements(world: World) -> None:
    number = await world.number()

    async def meet(tx: object, first: int, n: int) -> None:
        seen = [SeenPeer(Peer(phone=f"49309{first + k:06d}", lid=f"77{first + k}")) for k in range(n)]
        await chats.find_or_create(tx, number, seen)  # type: ignore[arg-type]

    serial = iter((0, 1, 100, 200))
    one = await world.statements(lambda tx: meet(tx, next(serial), 1))
    fifty = await world.statements(lambda tx: meet(tx, next(serial), 50))
    assert one == fifty


async def test_known_people_are_found_in_three_statements(world: World) -> None:
    number = await world.number()
    seen = [SeenPeer(Peer(phone=f"4930223{n:04d}")) for n in range(50)]
    assert await world.statements(chats.find_or_create, number, seen) <= 3


async def test_two_transactions_that_meet_the_same_people_agree(world: World) -> None:
    number = await world.number()
    seen = [SeenPeer(Peer(phone=f"4930224{n:04d}"), f"Guest {n}") for n in range(30)]
    made = await asyncio.gather(*(world.run(chats.find_or_create, number, seen[::way]) for way in (1, -1, 1)))
    assert {chat.id for chat in made[0]} == {chat.id for chat in made[1]} == {chat.id for chat in made[2]}
    assert len(await world.facts("ChatOpened")) == 30


async def test_the_same_contact_on_two_numbers_is_two_chats(world: World) -> None:
    one = await world.chat(await world.number(), "15550100234")
    two = await world.chat(await world.number(), "15550100234")
    assert one.id != two.id
    assert two.name == "+15550100234 (2)"


async def test_the_same_phone_in_another_workspace_is_somebody_else(world: World, neighbour: World) -> None:
    before = await neighbour.rows()
    chat = await world.chat(await world.number("15550100001", lid="990001"), "15550100234", name="Somebody")
    assert (await world.run(chats.list_chats)).items == [chat]
    assert await neighbour.rows() == before


async def test_a_person_is_met_under_phone_and_lid(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, "15550100234")
    [same] = await world.run(chats.find_or_create, number, [SeenPeer(Peer(phone="15550100234", lid="777"))])
    assert (same.id, same.lid) == (chat.id, "777")
    assert (await world.chat(number, lid="777")).id == chat.id


async def test_a_chat_known_by_lid_is_called_after_the_phone_once_that_is_known(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, lid="777000")
    assert (chat.name, chat.jid, chat.international) == ("+777000", "777000@lid", "+777000")
    await world.run(chats.link_identity, number, phone="15550100234", lid="777000")
    chat = await world.reload(chat)
    assert (chat.name, chat.jid) == ("+15550100234", "15550100234@s.whatsapp.net")
    assert await world.listed(phone="+15550100234") == [chat.name]


async def test_a_name_from_the_address_book_replaces_what_somebody_calls_themselves(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, "15550100234", name="kitten")
    await world.run(chats.link_identity, number, phone="15550100234", lid="777", name="Mira Solberg")
    group = await world.group(number, members=[])
    assert chat.name == "kitten"
    assert group.members[0].name == "Harbour Coffee"
    [row] = await world.fetch("SELECT name FROM tenant.contact WHERE workspace = $1 AND lid = '777'")
    assert row["name"] == "Mira Solberg"


async def test_when_a_phone_gets_a_new_owner_the_chats_stay_apart(world: World) -> None:
    number = await world.number()
    before = await world.chat(number, "15550100234", lid="777", name="Mira")
    after = await world.chat(number, "15550100234", lid="888", name="Otto")
    assert before.id != after.id
    assert (await world.reload(before)).jid == "777@lid"
    assert after.jid == "15550100234@s.whatsapp.net"
