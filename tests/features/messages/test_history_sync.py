"""The phone hands over what was said before it was linked: it is there, and nobody is told."""

from dataclasses import replace
from datetime import timedelta

from tests.support.world import World
from tideline.features import chats, messages, numbers
from tideline.features.chats import ChatFilter
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountEvent, HistoryChunk, MessageReceived, Named, Peer, StatusChanged, Via

MIRA = Peer(phone="15550100234")
RIDE = Peer(group="120363000000000001@g.us")


async def test_history_fills_in_without_waking_anybody(world: World) -> None:
    chat = await world.chat()
    await world.hear(chat, "Now")
    await world.run(chats.mark_read, chat.id)
    await world.run(chats.close, chat.id)
    number = await world.run(numbers.get, chat.number_id)
    old = [
        world.of_old(chat.peer, "Is it in stock?"),
        world.of_old(chat.peer, "It is", from_me=True, status="read"),
        world.of_old(chat.peer, "See you at nine", from_me=True),
    ]
    await world.hand_over(number, *old)
    shown = await world.history(chat)
    assert [message.text for message in shown] == ["Now", "See you at nine", "It is", "Is it in stock?"]
    assert [message.status for message in shown[1:]] == ["Sent", "Read", "Read"]
    assert [message.at for message in shown[:0:-1]] == [one.at for one in old]
    after = await world.reload(chat)
    assert (after.is_read, after.is_closed, after.last_message_uid) == (True, True, shown[0].uid)
    assert await world.fact_kinds("Message") == ["MessageReceived"] + ["MessageImported"] * 3


async def test_a_chat_that_only_history_knows_is_read(world: World) -> None:
    number = await world.number()
    old = world.of_old(MIRA)
    await world.hand_over(number, old)
    [chat] = (await world.run(chats.list_chats)).items
    assert (chat.is_read, chat.is_open, chat.last_message_at) == (True, True, old.at)
    assert [payload["cause"] for _, payload in await world.facts("ChatOpened")] == ["imported"]


async def test_people_and_groups_are_called_as_on_the_phone(world: World) -> None:
    number = await world.number()
    await world.hand_over(
        number,
        world.of_old(MIRA, push_name="mira :)"),
        world.of_old(RIDE, "Nine?", sender=Peer(phone="15550100777")),
        names=[Named(MIRA, "Mira Solberg"), Named(RIDE, "Sunday ride"), Named(Peer(phone="15550100777"), "Otto")],
    )
    assert sorted(await world.listed()) == ["Mira Solberg", "Sunday ride"]
    [ride] = (await world.run(chats.list_chats, ChatFilter(is_group=True))).items
    assert (await world.newest(ride)).sender_name == "Otto"


async def test_the_same_chunk_again_changes_nothing(world: World) -> None:
    number = await world.number()
    chunk = HistoryChunk([world.of_old(MIRA, "One"), world.of_old(MIRA, "Two", from_me=True)], [Named(MIRA, "Mira")])
    await world.receive(number, chunk)
    before = await world.rows()
    await world.receive(number, chunk, *chunk.halves())
    assert await world.rows() == before


async def test_a_twin_of_a_message_that_is_here_is_one_message(world: World) -> None:
    number = await world.number()
    live = world.written(MIRA, "Hello")
    typed = world.typed(MIRA, "Hi Mira")
    await world.receive(number, live, typed)
    before = await world.rows()
    await world.hand_over(number, replace(live, via=Via.HISTORY), replace(typed, via=Via.HISTORY))
    assert await world.rows() == before


async def test_news_of_what_is_history_already_is_one_message(world: World) -> None:
    number = await world.number()
    old, own = world.of_old(MIRA, "Hello"), world.of_old(MIRA, "Hi Mira", from_me=True)
    await world.hand_over(number, old, own)
    await world.receive(number, replace(old, via=Via.CONTACT), replace(own, via=Via.PHONE))
    [chat] = (await world.run(chats.list_chats)).items
    assert [message.text for message in await world.history(chat)] == ["Hi Mira", "Hello"]
    assert chat.is_read


async def test_receipts_of_old_messages_count(world: World) -> None:
    number = await world.number()
    own = world.of_old(MIRA, "Are you there?", from_me=True)
    await world.hand_over(number, own)
    await world.receive(number, StatusChanged(MIRA, [own.external_id], "read", world.clock.now()))
    [chat] = (await world.run(chats.list_chats)).items
    assert (await world.newest(chat)).status == "Read"


async def test_what_came_after_the_link_is_news_whoever_tells_it(world: World) -> None:
    number = await world.number()
    await world.hand_over(number, world.of_old(MIRA, "Before"), world.of_old(MIRA, "After", at=world.clock.advance()))
    assert await world.fact_kinds("Message") == ["MessageImported", "MessageReceived"]
    [chat] = (await world.run(chats.list_chats)).items
    assert not chat.is_read


async def test_a_stranger_who_claims_to_be_history_is_news(world: World) -> None:
    chat = await world.chat(closed=True, read=True)
    number = await world.run(numbers.get, chat.number_id)
    claim: AccountEvent = world.of_old(chat.peer, "Pay here", at=world.clock.now() - timedelta(days=900))
    await world.receive(number, claim)
    after = await world.reload(chat)
    assert (after.is_read, after.is_open) == (False, True)
    assert await world.fact_kinds("Message") == ["MessageReceived"]


async def test_history_takes_as_many_statements_for_one_message_as_for_five_hundred(world: World) -> None:
    number = await world.number()
    few = [world.of_old(MIRA)]
    many = [world.of_old(Peer(phone=f"1555777{n % 50:04}"), from_me=n % 2 == 0) for n in range(500)]
    counted = [await _statements(world, number, some) for some in (few, many)]
    assert counted[0] == counted[1]


async def _statements(world: World, number: Number, old: list[MessageReceived]) -> int:
    counted: list[object] = []
    await world.hand_over(number, world.of_old(Peer(phone="15557779999")))
    async with world.db.tx(world.id, world.actor) as tx:
        with tx._conn.query_logger(counted.append):
            await messages.receive(tx, number.id, [HistoryChunk(old)])
    return len(counted)
