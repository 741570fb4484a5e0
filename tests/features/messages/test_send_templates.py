"""Sending the file of a template: what goes out, what it costs, who may, and that it counts as a use."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.world import World
from tideline.features import chats, files, messages, templates, workspaces
from tideline.features.chats import Chat
from tideline.features.messages import NothingToSend, Outgoing, ToChat, TwoFiles
from tideline.features.templates import NewTemplate, Template, TemplateNotFound, TemplateWithoutFile, Visibility
from tideline.features.workspaces import Role, Teammate
from tideline.platform.errors import Problem
from tideline.platform.facts import SYSTEM, Actor

NOTHING = ("tenant.chat", "tenant.message", "tenant.usage", "tenant.template_usage", "tenant.fact", "lanes.lane")


async def price_list(world: World, visibility: Visibility = Visibility.PUBLIC, team: str | None = None) -> Template:
    file = await world.file("prices.pdf")
    new = NewTemplate("Prices", "Hello {{name}}, our prices", visibility, team, file.uid)
    return await world.run(templates.create, new, world.owner)


async def send(world: World, *outgoing: Outgoing) -> list[UUID | Exception]:
    return list(await world.run(messages.send_batch, list(outgoing)))


async def read(world: World, template: Template) -> Template:
    return await world.run(templates.get, template.id, world.owner)


async def test_the_file_goes_along_and_the_text_does_not(world: World) -> None:
    chat, template = await world.chat(), await price_list(world)
    alone = await world.message(await world.send(chat, None, template_id=template.id))
    with_text = await world.message(await world.send(chat, "Spring prices", template_id=template.id))
    assert template.file
    for message in (alone, with_text):
        assert message.attachment
        assert (message.content, message.attachment.uid) == ("document", template.file.uid)
    assert (alone.text, with_text.text) == (None, "Spring prices")
    assert await world.credits_used() == 1 + 2


async def test_each_message_is_a_use(world: World) -> None:
    chat, template, other = await world.chat(), await price_list(world), await price_list(world)
    sent = await send(
        world,
        *(Outgoing(ToChat(chat.id), template_id=template.id) for _ in range(3)),
        Outgoing(ToChat(chat.id), template_id=other.id, origin="Campaign"),
        Outgoing(ToChat(chat.id), "Without any"),
    )
    assert ((await read(world, template)).used, (await read(world, other)).used) == (3, 1)
    assert (await read(world, other)).last_used_at == world.clock.now()
    told = [payload for _, payload in await world.facts("TemplateUsed")]
    assert [one["message_uid"] for one in told] == [str(uid) for uid in sent[:4]]
    assert [one["origin"] for one in told] == ["Public API"] * 3 + ["Campaign"]


async def test_fifty_templates_take_as_many_statements_as_one(world: World) -> None:
    chat = await world.chat()
    made = [await price_list(world) for _ in range(50)]

    async def statements(some: list[Template]) -> int:
        batch = [Outgoing(ToChat(chat.id), "Prices", template_id=template.id) for template in some]
        return await world.statements(messages.send_batch, batch)

    assert await statements(made[:1]) == await statements(made)


async def without_file(world: World) -> Template:
    return await world.run(templates.create, NewTemplate("Greeting", "Hello"), world.owner)


async def with_deleted_file(world: World) -> Template:
    template = await price_list(world)
    assert template.file
    await world.run(files.delete, template.file.uid)
    return template


async def deleted(world: World) -> Template:
    template = await price_list(world)
    await world.run(templates.delete, template.id, world.owner)
    return template


UNUSABLE = {
    "it has no file": (without_file, TemplateWithoutFile),
    "its file was deleted": (with_deleted_file, TemplateWithoutFile),
    "it was deleted": (deleted, TemplateNotFound),
}


@pytest.mark.parametrize(("make", "problem"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("text", [None, "Prices"])
async def test_a_template_without_a_file_to_send_stores_and_charges_nothing(
    world: World, make: Any, problem: type[Problem], text: str | None
) -> None:
    chat, template, good = await world.chat(), await make(world), await price_list(world)
    before = await world.rows(*NOTHING)
    [refused] = await send(world, Outgoing(ToChat(chat.id), text, template_id=template.id))
    assert isinstance(refused, problem)
    assert await world.rows(*NOTHING) == before
    refused, sent = await send(
        world,
        Outgoing(ToChat(chat.id), text, template_id=template.id),
        Outgoing(ToChat(chat.id), text, template_id=good.id),
    )
    assert isinstance(refused, problem)
    assert isinstance(sent, UUID)


@pytest.mark.parametrize("template_id", [0, -5, 2**31 - 1, 2**31, 2**70])
async def test_ids_that_are_nobodys(world: World, template_id: int) -> None:
    chat = await world.chat()
    [refused] = await send(world, Outgoing(ToChat(chat.id), template_id=template_id))
    assert isinstance(refused, TemplateNotFound)


async def test_one_message_carries_one_file(world: World) -> None:
    chat, template, file = await world.chat(), await price_list(world), await world.file()
    refused, empty = await send(
        world,
        Outgoing(ToChat(chat.id), "Both", file_uid=file.uid, template_id=template.id),
        Outgoing(ToChat(chat.id)),
    )
    assert (type(refused), type(empty)) == (TwoFiles, NothingToSend)


async def test_a_neighbours_template_is_not_found(world: World, neighbour: World) -> None:
    chat, theirs = await world.chat(), await price_list(neighbour)
    before = await neighbour.rows(*NOTHING)
    [refused] = await send(world, Outgoing(ToChat(chat.id), template_id=theirs.id))
    assert isinstance(refused, TemplateNotFound)
    assert await neighbour.rows(*NOTHING) == before


async def test_each_sender_of_a_batch_is_looked_at(world: World) -> None:
    """The owner's private template: the owner and another keeper may send it, nobody else, and no machine."""
    chat, template = await world.chat(), await price_list(world, Visibility.PRIVATE)
    senders = {
        Actor("token", world.owner.id): True,
        Actor("token", (await invited(world, Role.ADMIN)).id): True,
        Actor("token", (await invited(world, Role.TEAMMATE)).id): False,
        Actor("teammate", (await invited(world, Role.AGENT)).id): False,
        SYSTEM: False,
    }
    assert await outcomes(world, chat, template, senders) == list(senders.values())


async def test_another_teams_template_is_out_of_sight(world: World) -> None:
    await world.run(workspaces.create_team, "Sales")
    chat, template = await world.chat(), await price_list(world, team="Sales")
    senders = {
        Actor("token", (await invited(world, Role.TEAMMATE)).id): False,
        Actor("token", (await invited(world, Role.TEAMMATE, team="Sales")).id): True,
        SYSTEM: True,
    }
    assert await outcomes(world, chat, template, senders) == list(senders.values())


async def invited(world: World, role: Role, **named: Any) -> Teammate:
    email = f"person{next(world.serial)}@{world.id}.example"
    return (await world.run(workspaces.invite, world.access, email=email, role=role, **named)).teammate


async def outcomes(world: World, chat: Chat, template: Template, senders: dict[Actor, bool]) -> list[bool]:
    batch = [Outgoing(ToChat(chat.id), template_id=template.id, actor=actor) for actor in senders]
    results = await send(world, *batch)
    assert all(isinstance(one, UUID | TemplateNotFound) for one in results)
    return [isinstance(one, UUID) for one in results]


async def test_a_stranger_gets_no_chat_when_the_template_cannot_be_sent(world: World) -> None:
    await world.number()
    template = await without_file(world)
    [refused] = await send(world, Outgoing(messages.ToPhone("+4930123456"), template_id=template.id))
    assert isinstance(refused, TemplateWithoutFile)
    assert (await world.run(chats.list_chats)).items == []
