"""The list of chats: its order, its pages and every filter."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.fuzz import FUZZ
from tests.support.world import World
from tideline.features import chats, workspaces
from tideline.features.chats import ChatFilter, SeenPeer, Tally, WrongPhone, names
from tideline.features.chats.store import listing
from tideline.features.numbers import Number
from tideline.features.numbers.port import GroupMember, Peer


@pytest.fixture(params=["among the newest", "by the indexes"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Filters answer the same whether the newest chats fill the page or the indexes have to."""
    if request.param == "by the indexes":
        monkeypatch.setattr(listing, "WINDOW", 1)
    return str(request.param)


async def test_newest_message_first_then_by_name_and_chats_without_messages_last(world: World) -> None:
    number = await world.number()
    for name in ("bea", "Ada", "Zoe", "Carl"):
        await world.chat(number, name=name)
    chat = {chat.name: chat for chat in (await world.run(chats.list_chats)).items}
    await world.hear(chat["Zoe"])
    await world.hear(chat["Carl"])
    assert await world.listed() == ["Carl", "Zoe", "Ada", "bea"]


async def test_fifty_to_a_page(world: World) -> None:
    seen = [SeenPeer(Peer(phone=f"4930{n:06d}"), f"Guest {n:03d}") for n in range(120)]
    await world.run(chats.find_or_create, await world.number(), seen)
    pages = [await world.run(chats.list_chats, ChatFilter(), page) for page in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [50, 50, 20, 0]
    assert [page.has_more for page in pages] == [True, True, False, False]
    assert [chat.name for page in pages for chat in page.items] == [f"Guest {n:03d}" for n in range(120)]


async def test_a_page_that_is_exactly_full_is_the_last(world: World) -> None:
    seen = [SeenPeer(Peer(phone=f"4930{n:06d}")) for n in range(50)]
    await world.run(chats.find_or_create, await world.number(), seen)
    assert not (await world.run(chats.list_chats)).has_more


@pytest.mark.parametrize("named", [{}, {"names": ["guest"]}, {"labels": ["all"]}, {"is_read": False}])
async def test_one_and_fifty_chats_take_the_same_number_of_statements(world: World, named: dict[str, object]) -> None:
    number = await world.number()
    wanted = ChatFilter(**named)  # type: ignore[arg-type]
    await world.chat(number, name="Guest", labels=["all"])
    one = await world.statements(chats.list_chats, wanted)
    for n in range(49):
        members = [GroupMember(Peer(phone=f"4930{k:06d}"), "member") for k in range(3)]
        group = await world.group(number, f"Guest group {n}", members)
        await world.run(chats.add_labels, group.id, ["all"])
    assert await world.statements(chats.list_chats, wanted) == one <= 2


async def shop(world: World) -> tuple[Number, Number]:
    """Two numbers and six chats, each of them different from the others in some way."""
    bikes, cafe = await world.number("15550100001"), await world.number("15550100002")
    idris = await world.teammate("idris@harbour.example")
    await world.chat(bikes, "15550100234", name="Mira Solberg", labels=["new-lead"], responsible=idris.email)
    await world.chat(bikes, "4915550100555", name="Jon Vale", labels=["wholesale"], closed=True)
    world.clock.advance(timedelta(days=1))
    await world.chat(cafe, "15550100555", name="Harbour Sales", read=True, labels=["new-lead", "wholesale"])
    await world.chat(cafe, lid="777000", name="100% cotton_\\shop")
    await world.group(bikes, "Wholesale crew", [GroupMember(Peer(phone="15550100555"), "member")])
    quiet = await world.chat(cafe, "447700900123", name="山田太郎 🎉")
    await world.run(chats.set_autoresponse, quiet.id, False)
    return bikes, cafe


FILTERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": (
        {},
        {"Mira Solberg", "Jon Vale", "Harbour Sales", "100% cotton_\\shop", "Wholesale crew", "山田太郎 🎉"},
    ),
    "a label": ({"labels": ["new-lead"]}, {"Mira Solberg", "Harbour Sales"}),
    "any of two labels": ({"labels": ["new-lead", "wholesale"]}, {"Mira Solberg", "Jon Vale", "Harbour Sales"}),
    "labels are exact": ({"labels": ["New-lead", "new", ""]}, set()),
    "a number": ({"number_jids": ["15550100001@s.whatsapp.net"]}, {"Mira Solberg", "Jon Vale", "Wholesale crew"}),
    "no such number": ({"number_jids": ["15559999999@s.whatsapp.net"]}, set()),
    "groups": ({"is_group": True}, {"Wholesale crew"}),
    "no groups": ({"is_group": False, "is_read": True}, {"Harbour Sales"}),
    "somebody's": ({"responsible": [" Idris@Harbour.example"]}, {"Mira Solberg"}),
    "nobody's by that name": ({"responsible": ["nobody@harbour.example", ""]}, set()),
    "a part of the name": ({"names": ["SOLB"]}, {"Mira Solberg"}),
    "one letter": ({"names": ["j"]}, {"Jon Vale"}),
    "two letters": ({"names": ["al"]}, {"Jon Vale", "Harbour Sales", "Wholesale crew"}),
    "any of two parts": ({"names": ["harbour sales", "vale"]}, {"Harbour Sales", "Jon Vale"}),
    "a part with a space": ({"names": ["a s"]}, {"Mira Solberg"}),
    "percent is a percent": ({"names": ["%"]}, {"100% cotton_\\shop"}),
    "underscore is an underscore": ({"names": ["n_"]}, {"100% cotton_\\shop"}),
    "backslash is a backslash": ({"names": ["_\\s"]}, {"100% cotton_\\shop"}),
    "percent between letters": ({"names": ["m%g"]}, set()),
    "one sign of another script": ({"names": ["田"]}, {"山田太郎 🎉"}),
    "an emoji": ({"names": ["🎉"]}, {"山田太郎 🎉"}),
    "no part at all": ({"names": [""]}, set()),
    "the whole phone": ({"phone": "+15550100555"}, {"Harbour Sales"}),
    "the whole phone as people write it": ({"phone": "+1 (555) 010-0555"}, {"Harbour Sales"}),
    "a part is not the whole phone": ({"phone": "+0100555"}, set()),
    "a part of the phone": ({"phone": "0100555"}, {"Harbour Sales", "Jon Vale"}),
    "two digits": ({"phone": "77"}, {"山田太郎 🎉", "100% cotton_\\shop"}),
    "any phone": (
        {"phone": "0"},
        {"Mira Solberg", "Jon Vale", "Harbour Sales", "100% cotton_\\shop", "山田太郎 🎉"},
    ),
    "called so": ({"called": "solb"}, {"Mira Solberg"}),
    "called or having a phone": (
        {"called": "100"},
        {"100% cotton_\\shop", "Mira Solberg", "Jon Vale", "Harbour Sales"},
    ),
    "called by the whole phone": ({"called": "+1 (555) 010-0234"}, {"Mira Solberg"}),
    "called nothing": ({"called": " "}, set()),
    "nobody's": ({"is_assigned": False, "is_closed": False, "is_read": True}, {"Harbour Sales"}),
    "nobody's, open or not": ({"is_assigned": False, "is_closed": True}, {"Jon Vale"}),
    "somebody's at all": ({"is_assigned": True}, {"Mira Solberg"}),
    "waiting": ({"is_waiting": True}, set()),
    "read": ({"is_read": True}, {"Harbour Sales"}),
    "unread and closed": ({"is_read": False, "is_closed": True}, {"Jon Vale"}),
    "closed": ({"is_closed": True}, {"Jon Vale"}),
    "open with a label": ({"is_closed": False, "labels": ["wholesale"]}, {"Harbour Sales"}),
    "without automatic answers": ({"autoresponse": False}, {"山田太郎 🎉"}),
    "somebody, also in groups": ({"whatsapp_phone": ["+15550100555"]}, {"Harbour Sales", "Wholesale crew"}),
    "somebody without the country code": (
        {"whatsapp_phone": ["0100555"]},
        {"Harbour Sales", "Jon Vale", "Wholesale crew"},
    ),
    "several people": (
        {"whatsapp_phone": ["15550100234", "+447700900123"]},
        {"Mira Solberg", "山田太郎 🎉"},
    ),
    "only the whole phone of somebody": ({"whatsapp_phone": ["5550100555"]}, set()),
    "everything at once": (
        {
            "labels": ["new-lead"],
            "names": ["mira", "jon"],
            "phone": "555",
            "whatsapp_phone": ["+15550100234"],
            "is_read": False,
            "number_jids": ["15550100001@s.whatsapp.net"],
            "responsible": ["idris@harbour.example"],
            "is_group": False,
            "is_closed": False,
            "autoresponse": True,
        },
        {"Mira Solberg"},
    ),
}


async def test_every_filter(world: World, neighbour: World, road: str) -> None:
    await shop(world)
    for situation, (wanted, expected) in FILTERS.items():
        assert set(await world.listed(**wanted)) == expected, situation


async def test_created_before_and_after(world: World) -> None:
    await shop(world)
    midnight = world.clock.now() - timedelta(hours=12)
    assert set(await world.listed(created_before=midnight)) == {"Mira Solberg", "Jon Vale"}
    assert len(await world.listed(created_after=midnight)) == 4


@pytest.mark.parametrize("wanted", [{"phone": "abc"}, {"whatsapp_phone": ["+15550100234", "x"]}])
async def test_a_phone_without_digits_is_refused(world: World, wanted: dict[str, Any]) -> None:
    with pytest.raises(WrongPhone):
        await world.listed(**wanted)


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud83d", "\x00\x00"])
async def test_what_cannot_be_stored_finds_nothing(world: World, road: str, odd: str) -> None:
    await world.chat(name="Mira", labels=["new-lead"])
    for wanted in ("names", "labels", "number_jids", "responsible"):
        assert await world.listed(**{wanted: [odd]}) == []  # type: ignore[arg-type]


async def test_a_renamed_chat_is_found_by_its_new_name_only(world: World) -> None:
    chat = await world.chat(name="Mira Solberg")
    await world.run(chats.rename, chat.id, "Otto Lind")
    assert await world.listed(names=["lind"]) == ["Otto Lind"]
    assert await world.listed(names=["solberg"]) == []


@pytest.fixture
async def number(world: World) -> Number:
    return await world.number()


@settings(max_examples=60 * FUZZ, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    cut=st.tuples(st.integers(0, 39), st.integers(1, 10)),
)
async def test_a_chat_is_found_by_every_part_of_its_name(
    world: World, number: Number, road: str, name: str, cut: tuple[int, int]
) -> None:
    called = names.synced(name)
    if called is None:
        return
    chat = await world.chat(number, name=called)
    part = names.key(chat.name)[cut[0] : cut[0] + cut[1]].strip() or names.key(chat.name)
    found = (await world.run(chats.list_chats, ChatFilter(names=[part]))).items
    assert chat.id in {chat.id for chat in found} or len(found) == 50


async def test_the_list_goes_on_behind_a_chat_however_much_has_moved(world: World, road: str) -> None:
    number = await world.number()
    silent = [SeenPeer(Peer(phone=f"4940{n:06d}"), f"Silent {n}") for n in range(5)]
    await world.run(chats.find_or_create, number, silent)
    spoken = [await world.chat(number, name=f"Guest {n}") for n in range(5)]
    for chat in spoken:
        await world.hear(chat)
    wanted = ChatFilter(is_closed=False, called="e")
    first = await world.run(chats.list_behind, wanted, None, 3)
    assert [chat.name for chat in first.items] == ["Guest 4", "Guest 3", "Guest 2"]
    await world.hear(spoken[0], "I am on top now")
    read = []
    place = chats.place_of(first.items[-1])
    while True:
        page = await world.run(chats.list_behind, wanted, place, 3)
        read += [chat.name for chat in page.items]
        if not page.has_more:
            break
        place = chats.place_of(page.items[-1])
    assert read == ["Guest 1", *(f"Silent {n}" for n in range(5))]


async def test_the_list_goes_on_within_what_somebody_sees(world: World, road: str) -> None:
    seen, other = await world.number(), await world.number()
    agent = await world.teammate()
    await world.execute("UPDATE tenant.teammate SET role = 'agent' WHERE workspace = $1 AND id = $2", agent.id)
    await world.execute("UPDATE tenant.number SET owner_id = $2 WHERE workspace = $1 AND id = $3", agent.id, seen.id)
    agent = await world.run(workspaces.get_teammate, agent.id)
    for n in range(6):
        await world.hear(await world.chat((seen, other)[n % 2], name=f"Guest {n}"))
    for wanted in (ChatFilter(visible_to=agent), ChatFilter(visible_to=agent, called="guest", is_waiting=True)):
        page = await world.run(chats.list_behind, wanted, None, 2)
        assert [chat.name for chat in page.items] == ["Guest 4", "Guest 2"]
        rest = await world.run(chats.list_behind, wanted, chats.place_of(page.items[-1]), 2)
        assert ([chat.name for chat in rest.items], rest.has_more) == (["Guest 0"], False)
    assert await world.run(chats.tally, agent, 100) == Tally(mine=0, unassigned=3, waiting=3)
    assert await world.run(chats.tally, agent, 2) == Tally(mine=0, unassigned=2, waiting=2)


async def test_the_views_are_counted_in_one_workspace(world: World, neighbour: World) -> None:
    mine = await world.chat(name="Mine", responsible=world.owner.email)
    await world.chat(name="Closed", closed=True)
    await world.hear(await world.chat(name="Waiting"))
    await world.hear(mine)
    assert await world.run(chats.tally, world.owner, 100) == Tally(mine=1, unassigned=1, waiting=2)
