"""On a business number free messages are delivered for a day after the customer wrote or called."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from tests.support.world import World
from tideline.features import business, chats, messages, numbers
from tideline.features.business import WantedTemplate
from tideline.features.chats import Chat
from tideline.features.messages import BusinessNumberInactive, Outgoing, Sender, ToChat, ToPhone, WindowIsClosed
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountState, CallEnded, Peer, StateChanged

DAY = timedelta(hours=24)
MIRA = "4930555010"
TEMPLATE = WantedTemplate("order_update", "en", ["A-1027"], ["Mira", "A-1027"])


@pytest.fixture
async def number(world: World) -> Number:
    return await world.business_number()


async def written(world: World, number: Number, **named: Any) -> Chat:
    await world.receive(number, world.written(Peer(phone=MIRA), **named))
    [chat] = (await world.run(chats.list_chats)).items
    return chat


async def test_a_message_of_the_customer_opens_it_for_a_day(world: World, number: Number) -> None:
    chat = await written(world, number)
    at = world.clock.now()
    assert chat.window_until == at + DAY
    assert chat.has_open_window(at + DAY - timedelta(seconds=1))
    assert chat.has_open_window(at + DAY) is False


async def test_before_the_first_message_nothing_is_known(world: World, number: Number) -> None:
    [chat] = await world.run(chats.find_or_create, number, [chats.SeenPeer(Peer(phone=MIRA))])
    assert chat.has_open_window(world.clock.now()) is None


async def test_late_and_repeated_messages_do_not_move_it_back(world: World, number: Number) -> None:
    first = await written(world, number, external_id="NEW")
    old = world.clock.now() - timedelta(hours=30)
    await world.receive(number, world.written(Peer(phone=MIRA), "From before", at=old))
    await world.receive(
        number, world.written(Peer(phone=MIRA), "Again", external_id="NEW", at=world.clock.advance(DAY))
    )
    assert (await world.reload(first)).window_until == first.window_until


async def test_nobody_writes_in_the_future(world: World, number: Number) -> None:
    chat = await written(world, number, at=world.clock.now() + timedelta(days=9))
    assert chat.window_until == world.clock.now() + DAY


@pytest.mark.parametrize(("direction", "opens"), [("incoming", True), ("outgoing", False)])
async def test_a_call_of_the_customer_opens_it(
    world: World, number: Number, direction: Literal["incoming", "outgoing"], opens: bool
) -> None:
    call = CallEnded(Peer(phone=MIRA), "CALL", direction, "answered", False, 12, world.clock.advance())
    await world.receive(number, call)
    [chat] = (await world.run(chats.list_chats)).items
    assert (chat.window_until is not None) is opens


async def test_linked_numbers_have_none(world: World) -> None:
    chat = await world.chat()
    await world.hear(chat)
    assert (await world.reload(chat)).window_until is None


async def test_own_messages_do_not_open_it(world: World, number: Number) -> None:
    await world.receive(number, world.typed(Peer(phone=MIRA)))
    [chat] = (await world.run(chats.list_chats)).items
    assert chat.window_until is None


async def test_two_chats_that_become_one_keep_the_longer_window(world: World, number: Number) -> None:
    await world.receive(number, world.written(Peer(phone=MIRA)))
    await world.receive(number, world.written(Peer(lid="990001")))
    until = world.clock.now() + DAY
    await world.run(chats.link_identity, number, phone=MIRA, lid="990001")
    [chat] = (await world.run(chats.list_chats)).items
    assert chat.window_until == until


# Sending ---------------------------------------------------------------------------------------------------------


async def sent(world: World, outgoing: Outgoing) -> messages.Message:
    [result] = await world.run(messages.send_batch, [outgoing])
    if isinstance(result, Exception):
        raise result
    return await world.message(result)


async def test_while_it_is_open_a_text_is_queued(world: World, number: Number) -> None:
    chat = await written(world, number)
    message = await sent(world, Outgoing(ToChat(chat.id), "Thank you"))
    assert (message.status, message.text) == ("Pending", "Thank you")


async def test_once_it_is_closed_nothing_is_stored(world: World, number: Number) -> None:
    chat = await written(world, number)
    world.clock.advance(DAY)
    before = await world.rows()
    with pytest.raises(WindowIsClosed):
        await sent(world, Outgoing(ToChat(chat.id), "Are you still there?"))
    assert await world.rows() == before


async def test_nobody_is_written_to_out_of_nothing(world: World, number: Number) -> None:
    with pytest.raises(WindowIsClosed):
        await sent(world, Outgoing(ToPhone(MIRA), "Hello", sender=Sender(number_id=number.id)))
    assert (await world.run(chats.list_chats)).items == []


async def test_a_template_goes_at_any_time_and_reads_as_it_will(world: World, number: Number) -> None:
    await world.templates(number)
    message = await sent(world, Outgoing(ToPhone(MIRA), template=TEMPLATE, sender=Sender(number_id=number.id)))
    assert message.text == "Order A-1027\n\nHello Mira, your order A-1027 is on its way.\n\nHarbour Bikes"
    assert message.content == "template"
    assert (message.data["template"]["name"], message.data["template"]["body"]) == ("order_update", ["Mira", "A-1027"])
    assert await world.credits_used() == 1


async def test_a_template_is_sent_alone(world: World, number: Number) -> None:
    await world.templates(number)
    chat = await written(world, number)
    with pytest.raises(messages.TemplateAlone):
        await sent(world, Outgoing(ToChat(chat.id), "and this", template=TEMPLATE))


async def test_a_template_of_another_account(world: World, number: Number) -> None:
    other = await world.business_number(waba_id="210000000000002")
    await world.templates(other)
    chat = await written(world, number)
    with pytest.raises(business.TemplateOfOtherAccount):
        await sent(world, Outgoing(ToChat(chat.id), template=TEMPLATE))


async def test_a_template_that_is_none(world: World, number: Number) -> None:
    chat = await written(world, number)
    with pytest.raises(business.TemplateNotFound):
        await sent(world, Outgoing(ToChat(chat.id), template=TEMPLATE))


async def test_templates_are_for_business_numbers(world: World) -> None:
    chat = await world.chat()
    with pytest.raises(chats.OtherKindOfNumber):
        await sent(world, Outgoing(ToChat(chat.id), template=TEMPLATE))


@pytest.mark.parametrize("state", [AccountState.RESTRICTED, AccountState.UNLINKED])
async def test_a_number_that_is_out_of_order(world: World, number: Number, state: AccountState) -> None:
    chat = await written(world, number)
    await world.run(numbers.report, number.id, [StateChanged(state)])
    with pytest.raises(BusinessNumberInactive):
        await sent(world, Outgoing(ToChat(chat.id), "Hello"))


async def test_nobody_writes_from_a_business_number_by_accident(world: World, number: Number) -> None:
    assert number.is_connected
    with pytest.raises(messages.NumberNotConnected):
        await sent(world, Outgoing(ToPhone(MIRA), "Hello"))
    linked = await world.number()
    assert (await sent(world, Outgoing(ToPhone(MIRA), "Hello"))).number_id == linked.id


async def test_each_way_in_has_its_own_kind(world: World, number: Number) -> None:
    chat, linked = await written(world, number), await world.chat()
    for wanted, is_business in ((chat, False), (linked, True)):
        with pytest.raises(chats.OtherKindOfNumber):
            await sent(world, Outgoing(ToChat(wanted.id), "Hello", is_business=is_business))
