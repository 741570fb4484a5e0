"""Everything at once on the same people: nothing is lost, doubled or in two minds afterwards."""

import asyncio
import random
from collections import Counter
from contextlib import suppress

import pytest

from tests.support.world import World
from tideline.features import chats
from tideline.features.chats import ChatNameTaken
from tideline.features.messages import Outgoing, SendQueue, ToPhone
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountEvent, IdentityLinked, MessageReceived, Peer

PEOPLE = 12


def phone(n: int) -> str:
    return f"4930666{n:04d}"


def lid(n: int) -> str:
    return f"777{n:04d}"


class Crowd:
    """People who write under phone and LID, while the same people are written to, renamed, labelled and merged."""

    def __init__(self, world: World, number: Number, seed: int) -> None:
        self.world = world
        self.number = number
        self.random = random.Random(seed)
        self.queue = SendQueue(world.db)
        self.received = 0
        self.queued = 0

    def somebody(self) -> int:
        return self.random.randrange(PEOPLE)

    async def write(self) -> None:
        for _ in range(8):
            batch: list[AccountEvent] = []
            for _ in range(self.random.randrange(1, 15)):
                n = self.somebody()
                peer = Peer(phone=phone(n)) if self.random.random() < 0.5 else Peer(lid=lid(n))
                batch.append(self.world.written(peer, str(n), push_name=f"Guest {n}"))
                if self.random.random() < 0.3:
                    batch.append(IdentityLinked(phone(n), lid(n)))
            await self.world.receive(self.number, *batch)
            self.received += sum(isinstance(event, MessageReceived) for event in batch)

    async def answer(self) -> None:
        for _ in range(25):
            outgoing = Outgoing(ToPhone(phone(self.somebody())), "Hello", label=f"label {self.random.randrange(3)}")
            await self.queue.submit(self.world.id, self.world.actor, outgoing)
            self.queued += 1

    async def tidy_up(self) -> None:
        for _ in range(15):
            page = await self.world.run(chats.list_chats)
            if not page.items:
                await asyncio.sleep(0)
                continue
            chat = self.random.choice(page.items)
            with suppress(ChatNameTaken):
                await self.world.run(chats.rename, chat.id, f"Name {self.random.randrange(30)}")
            await self.world.run(chats.close, chat.id)
            await self.world.run(chats.mark_read, chat.id)
            await self.world.run(chats.add_labels, chat.id, [f"label {self.random.randrange(3)}"])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_everything_at_once(world: World, seed: int) -> None:
    crowd = Crowd(world, await world.number(), seed)
    await asyncio.gather(crowd.write(), crowd.answer(), crowd.answer(), crowd.tidy_up(), crowd.tidy_up())
    await world.receive(crowd.number, *(IdentityLinked(phone(n), lid(n)) for n in range(PEOPLE)))
    await crowd.queue.close()
    page = await world.run(chats.list_chats)
    people = {(chat.phone, chat.lid) for chat in page.items}
    assert people <= {(phone(n), lid(n)) for n in range(PEOPLE)}
    assert len(people) == len(page.items)
    shown = {chat.id: await world.history(chat, order="asc") for chat in page.items}
    rows = await world.fetch("SELECT chat_id, from_me FROM tenant.message WHERE workspace = $1")
    assert Counter(row["from_me"] for row in rows) == {False: crowd.received, True: crowd.queued}
    assert {row["chat_id"] for row in rows} <= set(shown)
    assert await world.credits_used() == crowd.queued
    for chat in page.items:
        last = await world.newest(chat)
        assert (chat.last_message_uid, chat.last_message_at) == (last.uid, last.at)
        assert {message.text for message in shown[chat.id] if not message.from_me} <= {str(int((chat.lid or "")[3:]))}
        assert sorted(chat.labels) == sorted(await labels_by_rows(world, chat.id))
    aliases = await world.fetch("SELECT old_id, chat_id FROM tenant.chat_alias WHERE workspace = $1")
    assert {row["chat_id"] for row in aliases} <= set(shown)
    assert not {row["old_id"] for row in aliases} & set(shown)
    assert len(await world.facts("ChatsMerged")) == len(aliases)
    facts = Counter(await world.fact_kinds("MessageReceived", "MessageSent"))
    assert facts == {"MessageReceived": crowd.received, "MessageSent": crowd.queued}
    [lane] = await world.fetch("SELECT waiting FROM lanes.lane WHERE workspace = $1 AND kind = 'send'")
    assert lane["waiting"] == crowd.queued


async def labels_by_rows(world: World, chat_id: int) -> list[str]:
    rows = await world.fetch(
        """
        SELECT l.name FROM tenant.chat_label cl JOIN tenant.label l ON l.workspace = cl.workspace AND l.id = cl.label_id
        WHERE cl.workspace = $1 AND cl.chat_id = $2
        """,
        chat_id,
    )
    return [row["name"] for row in rows]
