"""What the simulator can do beyond the port: hard lives for phones, two names for one person, time that is driven."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.suite.base import source
from tests.connectors.test_simulator import SimulatedNetwork
from tests.support.simulated import empty_world
from tideline.connectors.simulator import (
    LOST_ANSWER,
    Addressing,
    Draft,
    GroupPatch,
    PhonePatch,
    SimulatorConnector,
    World,
    Written,
)
from tideline.connectors.simulator.errors import PhoneNotFound
from tideline.features.numbers.port import (
    SEND_PROBLEMS,
    ConnectorProblem,
    GroupChanged,
    IdentityLinked,
    Media,
    MediaKind,
    MessageEdited,
    MessageReceived,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
    Text,
    UnknownOutcome,
    Via,
)
from tideline.platform.clock import ShiftedClock
from tideline.platform.db import Database
from tideline.platform.wake import Wakes

ROOT = Path(__file__).parents[2]


@pytest.fixture
def network(world: World, clock: ShiftedClock) -> SimulatedNetwork:
    return SimulatedNetwork(world, clock)


@pytest.fixture
async def gateway(world: World, network: SimulatedNetwork) -> AsyncIterator[Gateway]:
    gateway = Gateway(SimulatorConnector(world), network)
    async with gateway.running():
        yield gateway


@pytest.fixture
async def shop(gateway: Gateway) -> Linked:
    return await gateway.link("Shop")


@pytest.fixture
async def ana(network: SimulatedNetwork) -> str:
    return await network.phone("Ana")


async def by_lid(world: World, phone: str) -> Peer:
    """From now on events name this phone by its LID."""
    return Peer(lid=(await world.change_phone(phone, PhonePatch(addressing=Addressing.LID))).lid)


class TestTwoNames:
    async def test_a_phone_addressed_by_lid_is_named_by_lid_only(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        peer = await by_lid(world, ana)
        await network.write(ana, shop.phone, "Hello")
        heard = await gateway.until(MessageReceived)
        assert [event.chat for event in heard] == [peer]
        await network.write(shop.phone, ana, "Hi")
        assert (await gateway.next(MessageReceived)).chat == peer

    async def test_switching_tells_those_who_know_the_phone(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "By phone")
        peer = await by_lid(world, ana)
        await network.write(ana, shop.phone, "By LID")
        first, linked, second = await gateway.until(MessageReceived, lambda event: event.text == "By LID")
        assert (first.chat, second.chat) == (Peer(phone=ana), peer)
        assert linked == IdentityLinked(ana, await network.lid(ana), "Ana")

    async def test_switching_tells_nothing_to_those_who_never_met_the_phone(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await by_lid(world, ana)
        await network.write(ana, shop.phone, "Hello")
        assert [type(event) for event in await gateway.until(MessageReceived)] == [MessageReceived]

    async def test_who_was_written_to_by_phone_and_answers_by_lid_is_one_person_at_once(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        peer = await by_lid(world, ana)
        await gateway.connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        await network.write(ana, shop.phone, "Who is this?")
        echo, delivered, linked, answer = await gateway.until(MessageReceived, lambda event: not event.from_me)
        assert echo.chat == delivered.chat == Peer(phone=ana)
        assert answer.chat == peer
        assert linked == IdentityLinked(ana, await network.lid(ana), "Ana")

    async def test_two_conversations_with_one_person_meet_when_the_phone_writes_again(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        peer = await by_lid(world, ana)
        await network.write(ana, shop.phone, "By LID first")
        await gateway.connector.send(shop.account, Peer(phone=ana), Text("By phone"), client_ref="m-1")
        apart = await gateway.until(StatusChanged)
        assert [event.chat for event in apart if isinstance(event, MessageReceived)] == [peer, Peer(phone=ana)]
        assert not any(isinstance(event, IdentityLinked) for event in apart)
        await network.write(ana, shop.phone, "Both")
        assert [type(event) for event in await gateway.until(MessageReceived)] == [IdentityLinked, MessageReceived]
        await network.write(ana, shop.phone, "Told once")
        assert [type(event) for event in await gateway.until(MessageReceived)] == [MessageReceived]

    async def test_two_conversations_with_one_person_meet_when_the_addressing_switches(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await by_lid(world, ana)
        await network.write(ana, shop.phone, "By LID first")
        await gateway.connector.send(shop.account, Peer(phone=ana), Text("By phone"), client_ref="m-1")
        await gateway.next(StatusChanged)
        await world.change_phone(ana, PhonePatch(addressing=Addressing.PHONE))
        assert (await gateway.next(IdentityLinked)).phone == ana

    async def test_a_conversation_keeps_the_name_under_which_the_number_wrote(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        peer = await by_lid(world, ana)
        sent = await gateway.connector.send(shop.account, Peer(phone=ana), Text("Helo"), client_ref="m-1")
        await network.read(ana, shop.phone)
        await network.edit(shop.phone, sent.external_id, "Hello")
        await network.react(ana, sent.external_id, "👋")
        heard = await gateway.until(ReactionChanged)
        assert [event.chat for event in heard if not isinstance(event, IdentityLinked)] == [Peer(phone=ana)] * 5
        assert heard[-1].by == peer
        assert isinstance(heard[-2], IdentityLinked)

    async def test_a_check_tells_the_lid_only_to_those_who_know_it(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Hello")
        [info] = await gateway.connector.check_numbers(shop.account, [ana])
        assert info.lid is None
        await by_lid(world, ana)
        [info] = await gateway.connector.check_numbers(shop.account, [ana])
        assert info.lid == await network.lid(ana)

    async def test_members_of_a_group_are_named_as_they_are_addressed(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        peer = await by_lid(world, ana)
        jid = await network.group("Trip", [ana, shop.phone])
        assert [member.peer for member in (await gateway.next(GroupChanged)).members] == [peer, shop.peer]
        await network.write(ana, jid, "Hello all")
        assert (await gateway.next(MessageReceived)).sender == peer

    async def test_what_a_number_knew_survives_linking_it_again(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "By phone")
        await network.unlink(shop.phone)
        again = await gateway.link_phone(shop.phone, pairing_id=777, epoch=2)
        await by_lid(world, ana)
        assert (await gateway.next(IdentityLinked)).phone == ana
        assert again.account == shop.account


class TestFailNext:
    @pytest.mark.parametrize("whose", ["shop", "ana"])
    @pytest.mark.parametrize("code", SEND_PROBLEMS)
    async def test_the_next_send_fails_as_told_and_the_one_after_goes_out(
        self, code: str, whose: str, gateway: Gateway, world: World, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(ana if whose == "ana" else shop.phone, PhonePatch(fail_next=code))
        with pytest.raises(SEND_PROBLEMS[code]):
            await gateway.connector.send(shop.account, Peer(phone=ana), Text("One"), client_ref="m-1")
        await gateway.connector.send(shop.account, Peer(phone=ana), Text("Two"), client_ref="m-2")
        assert [message.text for message in await world.messages(ana)] == ["Two"]
        assert (await gateway.next(MessageReceived)).text == "Two"
        assert [phone.fail_next for phone in await world.phones()] == [None, None]

    @pytest.mark.parametrize("whose", ["shop", "ana", "both"])
    async def test_an_answer_can_get_lost_while_the_message_arrives(
        self, whose: str, gateway: Gateway, world: World, shop: Linked, ana: str
    ) -> None:
        for phone in {"shop": [shop.phone], "ana": [ana], "both": [shop.phone, ana]}[whose]:
            await world.change_phone(phone, PhonePatch(fail_next=LOST_ANSWER))
        with pytest.raises(UnknownOutcome):
            await gateway.connector.send(shop.account, Peer(phone=ana), Text("Sent"), client_ref="m-1")
        assert [message.text for message in await world.messages(ana)] == ["Sent"]
        echo = await gateway.next(MessageReceived)
        assert (echo.client_ref, echo.via) == ("m-1", Via.ECHO)

    async def test_sends_to_others_and_what_phones_write_are_not_met(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        bo = await network.phone("Bo")
        await world.change_phone(ana, PhonePatch(fail_next="rate_limited"))
        await gateway.connector.send(shop.account, Peer(phone=bo), Text("To Bo"), client_ref="m-1")
        await network.write(bo, ana, "From Bo")
        await network.write(shop.phone, ana, "From the owner")
        assert (await world.phone(ana)).fail_next == "rate_limited"

    async def test_a_file_of_a_failed_send_is_not_kept(
        self, gateway: Gateway, world: World, db: Database, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(ana, PhonePatch(fail_next="rate_limited"))
        content = Media(MediaKind.IMAGE, "a.png", "image/png", 3, source(b"abc"))
        with pytest.raises(ConnectorProblem):
            await gateway.connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        async with db.system_read() as conn:
            assert await conn.value("SELECT count(*) FROM simulator.file") == 0


class TestTime:
    async def test_a_delayed_message_arrives_when_its_time_has_come(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(ana, PhonePatch(delay_ms=60_000))
        sent = await gateway.connector.send(shop.account, Peer(phone=ana), Text("Slow"), client_ref="m-1")
        assert await world.messages(ana) == []
        await network.pass_time(timedelta(seconds=61))
        assert list((await gateway.next(StatusChanged)).external_ids) == [sent.external_id]
        assert [message.text for message in await world.messages(ana)] == ["Slow"]

    async def test_a_short_delay_passes_by_itself(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(shop.phone, PhonePatch(delay_ms=30))
        await network.write(ana, shop.phone, "A moment")
        assert (await gateway.next(MessageReceived)).text == "A moment"

    async def test_nothing_overtakes_what_is_on_its_way(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(shop.phone, PhonePatch(delay_ms=60_000))
        await network.write(ana, shop.phone, "First")
        await world.change_phone(shop.phone, PhonePatch(delay_ms=0))
        await network.write(ana, shop.phone, "Second")
        await network.pass_time(timedelta(seconds=61))
        await network.write(ana, shop.phone, "Third")
        heard = await gateway.until(MessageReceived, lambda event: event.text == "Third")
        assert [event.text for event in heard] == ["First", "Second", "Third"]

    async def test_what_changed_on_the_way_arrives_as_it_is_now(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        bo = await network.phone("Bo")
        jid = await network.group("Trip", [ana, bo, shop.phone])
        await gateway.next(GroupChanged)
        await world.change_phone(shop.phone, PhonePatch(delay_ms=60_000))
        edited, revoked = await network.write(ana, jid, "At 8"), await network.write(ana, jid, "Secret")
        await network.edit(ana, edited, "At 9")
        await network.revoke(ana, revoked)
        await network.react(bo, edited, "👍")
        await network.pass_time(timedelta(seconds=61))
        message, reaction = await gateway.until(ReactionChanged)
        assert (message.external_id, message.text) == (edited, "At 9")
        assert (reaction.emoji, reaction.by) == ("👍", Peer(phone=bo))
        await network.edit(ana, edited, "At 10")
        assert [type(event) for event in await gateway.until(MessageEdited)] == [MessageEdited]

    async def test_what_is_on_its_way_to_a_phone_that_goes_offline_waits_for_it(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        await world.change_phone(ana, PhonePatch(delay_ms=60_000))
        await gateway.connector.send(shop.account, Peer(phone=ana), Text("Slow"), client_ref="m-1")
        await network.set_online(ana, False)
        await network.pass_time(timedelta(seconds=61))
        await world.deliver_due()
        assert await world.messages(ana) == []
        await network.set_online(ana, True)
        assert [message.text for message in await world.messages(ana)] == ["Slow"]
        assert (await gateway.next(StatusChanged)).status == "delivered"

    async def test_everything_that_happened_while_a_number_was_offline_comes_in_order(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        bo = await network.phone("Bo")
        jid = await network.group("Trip", [ana, bo, shop.phone])
        sent = await network.write(shop.phone, ana, "Before")
        await gateway.next(StatusChanged)
        await network.set_online(shop.phone, False)
        await network.read(ana, shop.phone)
        await world.change_group(jid, GroupPatch(subject="Long trip"))
        await network.write(bo, jid, "Packed?")
        await network.react(ana, sent, "👍")
        await network.set_online(shop.phone, True)
        heard = await gateway.until(MessageReceived)
        assert [type(event) for event in heard] == [
            StateChanged,
            StateChanged,
            StatusChanged,
            GroupChanged,
            ReactionChanged,
            MessageReceived,
        ]


class TestManyAtOnce:
    async def test_each_of_many_is_taken_or_refused_for_itself(self, world: World, ana: str) -> None:
        await world.add_phone("15550009001", "Bo")
        answers = await world.write_many(
            [Draft(ana, "15550009001", "One"), Draft(ana, "15559999999", "Nobody"), Draft("15550009001", ana, "Two")]
        )
        assert [type(answer) for answer in answers] == [Written, PhoneNotFound, Written]
        assert [message.text for message in await world.messages(ana)] == ["One", "Two"]

    async def test_calls_at_the_same_time_each_get_their_own_answer(
        self, gateway: Gateway, world: World, network: SimulatedNetwork, shop: Linked, ana: str
    ) -> None:
        texts = [f"Message {n}" for n in range(60)]
        ids = await asyncio.gather(*(network.write(ana, shop.phone, text) for text in texts))
        assert len(set(ids)) == 60
        seen = {message.external_id: message.text for message in await world.messages(shop.phone)}
        assert [seen[external_id] for external_id in ids] == texts
        heard = await gateway.until(MessageReceived, lambda event: event.text == texts[-1])
        assert [event.text for event in heard] == texts


class TestManyProcesses:
    @pytest.fixture
    async def elsewhere(self, world_dsn: str, db: Database, clock: ShiftedClock) -> AsyncIterator[World]:
        """The same world, hosted by another process that no wake-up of ours reaches."""
        other = await Database.connect(world_dsn, clock)
        yield World(other, Wakes())
        await other.close()

    async def test_a_phone_in_one_process_talks_to_a_number_in_another(
        self, gateway: Gateway, elsewhere: World, shop: Linked, ana: str
    ) -> None:
        await elsewhere.write(Draft(ana, shop.phone, "From the other process"))
        assert (await gateway.next(MessageReceived)).text == "From the other process"

    async def test_two_processes_write_at_once_and_no_event_is_lost(
        self, gateway: Gateway, world: World, elsewhere: World, shop: Linked, ana: str
    ) -> None:
        async def write(through: World, name: str) -> None:
            for n in range(40):
                await through.write(Draft(ana, shop.phone, f"{name} {n}"))
                await gateway.ack_all(shop)

        await asyncio.gather(write(world, "here"), write(elsewhere, "there"))
        await world.write(Draft(ana, shop.phone, "The end"))
        heard = [event.text for event in await gateway.until(MessageReceived, lambda event: event.text == "The end")]
        assert [text for text in heard if text.startswith("here")] == [f"here {n}" for n in range(40)]
        assert [text for text in heard if text.startswith("there")] == [f"there {n}" for n in range(40)]
        assert len(heard) == 81


class TestCrash:
    async def test_what_was_said_to_be_sent_was_sent_once_whoever_dies_afterwards(
        self, gateway: Gateway, world: World, world_dsn: str, shop: Linked, ana: str
    ) -> None:
        command = (sys.executable, "-m", "tests.support.writing_phone", world_dsn, ana, shop.phone)
        writer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
        assert writer.stdout
        said = [await writer.stdout.readline() for _ in range(50)]
        writer.kill()
        said += (await writer.stdout.read()).splitlines()
        await writer.wait()
        told = [line.decode().strip() for line in said]
        kept = [message.external_id for message in await world.messages(ana)]
        assert told == kept[: len(told)]
        assert len(kept) - len(told) <= 1
        last = await world.write(Draft(ana, shop.phone, "The end"))
        heard = await gateway.until(MessageReceived, lambda event: event.text == "The end")
        assert [event.external_id for event in heard] == [*kept, last.external_id]


class TestScreens:
    async def test_a_screen_shows_conversations_groups_and_calls_newest_first(
        self, world: World, network: SimulatedNetwork, ana: str
    ) -> None:
        bo, cleo = await network.phone("Bo"), await network.phone("Cleo")
        jid = await network.group("Trip", [ana, bo])
        await network.write(bo, ana, "One")
        await network.write(bo, ana, "Two")
        await network.write(ana, jid, "Hello all")
        await network.call(cleo, ana, "missed")
        screen = await world.screen(ana)
        assert [(chat.title, chat.unread, chat.is_group) for chat in screen.chats] == [
            ("Cleo", 0, False),
            ("Trip", 0, True),
            ("Bo", 2, False),
        ]
        by_title = {chat.title: chat for chat in screen.chats}
        assert [(call.direction, call.outcome) for call in by_title["Cleo"].calls] == [("incoming", "missed")]
        assert [member.phone.name for member in by_title["Trip"].members] == ["Ana", "Bo"]
        assert [message.text for message in by_title["Bo"].messages] == ["One", "Two"]
        assert (screen.phone.phone, screen.links) == (ana, 0)

    async def test_a_group_that_was_left_stays_on_the_screen_with_what_was_said(
        self, world: World, network: SimulatedNetwork, ana: str
    ) -> None:
        bo = await network.phone("Bo")
        jid = await network.group("Trip", [ana, bo])
        await network.write(ana, jid, "Hello")
        await network.change_group(jid, remove=[bo])
        [chat] = (await world.screen(bo)).chats
        assert (chat.title, [message.text for message in chat.messages]) == ("Trip", ["Hello"])

    async def test_a_page_hears_of_changes(self, world: World, network: SimulatedNetwork, ana: str) -> None:
        bo = await network.phone("Bo")
        version = (await world.screen(ana)).version
        assert await world.wait_for_change(version, timeout=0.01) == version
        waiting = asyncio.create_task(world.wait_for_change(version, timeout=10))
        await network.write(bo, ana, "News")
        assert await waiting > version


class TestSeed:
    async def test_the_same_steps_give_the_same_ids(self, world: World, db: Database) -> None:
        async def story(told_by: World) -> list[str]:
            await empty_world(db)
            ana = await told_by.add_phone("15550001001", "Ana")
            bo = await told_by.add_phone("15550001002", "Bo")
            group = await told_by.create_group("Trip", [ana.phone, bo.phone])
            sent = [await told_by.write(Draft(ana.phone, bo.phone, "Hi")) for _ in range(3)]
            return [ana.lid, bo.lid, group.jid, *(one.external_id for one in sent)]

        first = await story(world)
        assert await story(world) == first
        other = await story(World(db, Wakes(), seed="another"))
        assert not set(first) & set(other)
        assert len(set(first)) == 6
