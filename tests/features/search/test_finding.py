"""Searching stored messages: what is found, in which order, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.features.search.conftest import Find
from tests.support.world import World
from tideline.features import messages, search
from tideline.features.messages import SearchFilter
from tideline.features.numbers.port import (
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageRevoked,
    Via,
)
from tideline.features.search import actions, read_question


async def test_the_newest_first(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    for text in ("One bag of beans", "Tea", "Two bags of beans", "BEANS!"):
        await world.hear(chat, text)
    assert await find("beans") == ["BEANS!", "Two bags of beans", "One bag of beans"]
    assert await find("beans bag*") == ["Two bags of beans", "One bag of beans"]
    assert await find("coffee") == []


@pytest.mark.parametrize("at_once", [1, 8, 128])
async def test_years_between_messages_do_not_matter(
    world: World, find: Find, road: str, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(actions, "FORTNIGHTS_AT_ONCE", at_once)
    chat = await world.chat()
    years = (1, 1969, 1970, 2001, 2024, 2025, 2026, 9999)
    for year in years:
        await world.hear(chat, f"beans {year}", at=datetime(year, 2, 3, tzinfo=UTC), via=Via.HISTORY)
    assert await find("beans") == [f"beans {year}" for year in reversed(years)]
    assert await find("beans", after=datetime(1970, 1, 1, tzinfo=UTC), before=datetime(2001, 2, 3, tzinfo=UTC)) == [
        "beans 2001",
        "beans 1970",
    ]


async def test_many_fortnights_are_gone_through_a_few_at_a_time(
    world: World, find: Find, road: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FORTNIGHTS_AT_ONCE", 3)
    chat = await world.chat()
    for n in range(11):
        at = world.clock.now() - timedelta(days=14 * n)
        await world.hear(chat, f"beans {n}", at=at, via=Via.HISTORY)
    assert await find("beans") == [f"beans {n}" for n in range(11)]


FAR = "fresh and more and more and more of them every day until there were beans at last"
RANKED = ["fresh beans", "beans are fresh", "beans, fresh", FAR]


async def test_of_several_words_the_best_comes_first_then_the_newest(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    for text in RANKED:
        await world.hear(chat, text)
    assert await find("fresh beans") == [RANKED[0], RANKED[2], RANKED[1], RANKED[3]]
    assert await find('"fresh" bean*') == [RANKED[0], RANKED[2], RANKED[1], RANKED[3]]


async def test_pages_go_on_where_the_last_one_ended(
    world: World, find: Find, road: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BLOCK", 8)
    chat = await world.chat()
    expected: list[str] = []
    for n in range(30):
        text = f"fresh beans {n}" if n % 3 == 0 else f"beans, fresh {n}"
        await world.hear(chat, text)
        expected.insert(0, text)
    for typed in ("beans", "fresh beans"):
        pages = [await find(typed, page, 7) for page in range(1, 7)]
        assert [len(page) for page in pages] == [7, 7, 7, 7, 2, 0]
        found = [text for page in pages for text in page]
        if typed == "beans":
            assert found == expected
        for block in range(0, 30, 8):
            assert sorted(map(str, found[block : block + 8])) == sorted(expected[block : block + 8])
    best = [text for text in await find("fresh beans", 1, 8) if str(text).startswith("fresh beans")]
    assert best == await find("fresh beans", 1, len(best))


async def test_whether_another_page_follows(world: World, road: str) -> None:
    chat = await world.chat()
    for n in range(51):
        await world.hear(chat, f"fresh beans {n}")
        if n == 49:
            for typed in ("beans", "fresh beans"):
                assert not (await world.run(messages.search_messages, read_question(typed))).has_more
    for typed in ("beans", "fresh beans"):
        pages = [await world.run(messages.search_messages, read_question(typed), SearchFilter(), n) for n in (1, 2)]
        assert [(len(page.items), page.has_more) for page in pages] == [(50, True), (1, False)]


async def test_pages_end_somewhere(world: World, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "DEEPEST", 4)
    chat = await world.chat()
    for n in range(9):
        await world.hear(chat, f"beans {n}")
    for typed in ("beans", "beans bean*"):
        pages = [
            await world.run(messages.search_messages, read_question(typed), SearchFilter(), n, 3) for n in (1, 2, 3)
        ]
        assert [(len(page.items), page.has_more) for page in pages] == [(3, True), (1, False), (0, False)]
    assert await find("beans", 2**31) == []


# What is found by what ---------------------------------------------------------------------------------------


async def test_the_name_of_a_file_is_found_too(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    media = MediaRef(MediaKind.DOCUMENT, "Price-List_2026.pdf", "application/pdf", 1234, "ref")
    await world.hear(chat, "As promised", media=media)
    await world.hear(chat, None, media=media)
    assert await find("price 2026") == [None, "As promised"]
    assert await find("promised price") == ["As promised"]
    assert await find('"promised price"') == []
    [hit] = (await world.run(messages.search_messages, read_question("promised price-list"))).items
    assert [(one.start, one.length) for one in hit.in_text] == [(3, 8)]
    assert [(one.start, one.length) for one in hit.in_filename] == [(0, 10)]
    assert hit.chat.id == chat.id


async def test_what_was_sent_is_found_at_once(world: World, find: Find) -> None:
    chat = await world.chat()
    await world.send(chat, "Your beans are on their way")
    assert await find("beans") == ["Your beans are on their way"]


async def test_an_edit_changes_what_is_found(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    await world.hear(chat, "Two bags of tea", external_id="A")
    edit = MessageEdited(chat.peer, "A", "Two bags of beans", world.clock.advance(), by=chat.peer)
    await world.run(messages.receive, chat.number_id, [edit])
    assert await find("tea") == []
    assert await find("beans") == ["Two bags of beans"]
    edit = MessageEdited(chat.peer, "A", "!", world.clock.advance(), by=chat.peer)
    await world.run(messages.receive, chat.number_id, [edit])
    assert await find("beans") == []
    assert await world.fetch("SELECT FROM tenant.message_search WHERE workspace = $1") == []


async def test_a_text_that_had_no_words_can_get_some(world: World, find: Find) -> None:
    chat = await world.chat()
    await world.hear(chat, "…", external_id="A")
    edit = MessageEdited(chat.peer, "A", "Beans", world.clock.advance(), by=chat.peer)
    await world.run(messages.receive, chat.number_id, [edit])
    assert await find("beans") == ["Beans"]


async def test_nothing_is_left_of_what_was_taken_back(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    await world.hear(chat, "Secret beans", external_id="A")
    revoke = MessageRevoked(chat.peer, "A", world.clock.advance(), by=chat.peer)
    await world.run(messages.receive, chat.number_id, [revoke])
    assert await find("secret") == []
    assert await world.fetch("SELECT FROM tenant.message_search WHERE workspace = $1") == []


async def test_what_is_taken_back_while_somebody_searches_is_not_shown(
    world: World, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await world.chat()
    message = await world.hear(chat, "Secret beans", external_id="A")
    revoke = MessageRevoked(chat.peer, "A", world.clock.advance(), by=chat.peer)
    await world.run(messages.receive, chat.number_id, [revoke])

    async def late(*_: object, **__: object) -> search.Found:
        return search.Found([message.uid], has_more=False)

    monkeypatch.setattr(search, "find", late)
    assert await find("secret") == []


async def test_our_own_message_that_came_back_too_early_is_found_once(world: World, find: Find, road: str) -> None:
    """It was stored as somebody else's before we knew what WhatsApp calls ours; then that row goes away."""
    chat = await world.chat()
    uid = await world.send(chat, "Your beans")
    await world.run(messages.receive, chat.number_id, [world.typed(chat.peer, "Your beans", external_id="WA1")])
    assert await find("beans") == ["Your beans", "Your beans"]
    echo = world.typed(chat.peer, "Your beans", external_id="WA1", client_ref=str(uid))
    await world.run(messages.receive, chat.number_id, [echo])
    assert await find("beans") == ["Your beans"]
    kept = await world.fetch("SELECT uid FROM tenant.message_search WHERE workspace = $1")
    assert [row["uid"] for row in kept] == [uid]


async def test_history_is_found_in_its_time(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    await world.hear(chat, "New beans")
    await world.hear(chat, "Old beans", at=world.clock.now() - timedelta(days=400), via=Via.HISTORY)
    assert await find("beans") == ["New beans", "Old beans"]


@pytest.mark.parametrize(("typed", "most"), [("beans", 9), ("fresh beans", 10)])
async def test_one_and_fifty_hits_take_the_same_number_of_statements(world: World, typed: str, most: int) -> None:
    number, question = await world.number(), read_question(typed)
    await world.hear(await world.chat(number), "fresh beans")
    one = await world.statements(messages.search_messages, question)
    for n in range(49):
        await world.hear(await world.chat(number), f"fresh beans {n}")
    assert await world.statements(messages.search_messages, question) == one <= most
