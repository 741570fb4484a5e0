"""The log of who did what: what gets into it and what never does, how it is read, and when it is forgotten."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.auditing import write_down
from tests.support.world import HandClock, World
from tideline.features import audit, chats, numbers, webhooks, workspaces
from tideline.features.audit import About, Area, Entry, Filter
from tideline.features.audit.told import told
from tideline.features.workspaces import Role
from tideline.platform.db import Database
from tideline.platform.facts import SYSTEM, Actor, Fact, Way

SECRET = "a-secret-that-nobody-may-read"


async def entries(world: World, wanted: Filter | None = None) -> list[Entry]:
    await write_down(world.db)
    async with world.db.read(world.id) as tx:
        return list((await audit.list_entries(tx, wanted or Filter(), size=500)).entries)


async def kinds(world: World, wanted: Filter | None = None) -> list[str]:
    return [one.kind for one in await entries(world, wanted)]


# What gets into it -----------------------------------------------------------------------------------------------


async def change_a_role(world: World) -> None:
    ana = await world.teammate("ana@harbour.example", "Ana Duarte")
    await world.run(workspaces.change_role, ana.id, Role.AGENT)


async def rename_the_workspace(world: World) -> None:
    await world.run(workspaces.rename_workspace, "Quay Coffee")


async def assign_a_chat(world: World) -> None:
    chat = await world.chat(name="Mira Solberg")
    await world.run(chats.assign, chat.id, world.owner.email)


async def label_a_chat(world: World) -> None:
    chat = await world.chat(name="Mira Solberg", labels=["new"])
    await world.run(chats.replace_labels, chat.id, ["vip"])


async def pause_a_number(world: World) -> None:
    number = await world.number("15550100777")
    await world.run(numbers.pause, number.id)


async def give_more(world: World) -> None:
    await world.run(workspaces.set_quotas, messages=5)


HAPPENINGS: dict[str, tuple[Callable[[World], Awaitable[None]], str, str, dict[str, Any]]] = {
    "another role": (change_a_role, "TeammateChanged", "Ana Duarte", {"role": ("teammate", "agent")}),
    "an assigned chat": (assign_a_chat, "ChatAssigned", "Mira Solberg", {}),
    "labels": (label_a_chat, "ChatLabelled", "Mira Solberg", {"labels": ("new", "vip")}),
    "a paused number": (pause_a_number, "NumberSuspended", "+15550100777", {"state": ("active", "paused")}),
    "quotas": (give_more, "WorkspaceQuotasChanged", "", {"messages": ("1000000", "5")}),
    "a name": (rename_the_workspace, "WorkspaceChanged", "Quay Coffee", {}),
}


@pytest.mark.parametrize(("happen", "kind", "name", "changes"), HAPPENINGS.values(), ids=HAPPENINGS)
async def test_what_somebody_did_is_written_down(
    world: World, happen: Callable[[World], Awaitable[None]], kind: str, name: str, changes: dict[str, Any]
) -> None:
    await happen(world)
    newest = (await entries(world))[0]
    assert (newest.kind, newest.about.name or "", newest.actor) == (kind, name, world.actor)
    assert changes.items() <= newest.changes.items()


async def test_how_somebody_came_in_is_kept(world: World) -> None:
    way = Way("api", "203.0.113.24", "0a1b2c3d")
    await world.db.run(
        world.id,
        lambda tx: workspaces.rename_workspace(tx, "Quay"),
        actor=Actor("token", world.owner.id, way),
    )
    assert (await entries(world))[0].actor.way == way


async def test_what_customers_and_phones_do_is_no_entry(world: World) -> None:
    chat = await world.chat(closed=True)
    before = await kinds(world)
    await world.hear(chat, SECRET)  # opens it again
    await world.send(chat, SECRET)
    assert await kinds(world) == before


async def test_no_message_note_or_secret_is_in_it(world: World) -> None:
    terms = webhooks.Terms(world.access.keyring)
    hook = await world.run(webhooks.create, terms, webhooks.EventType.MESSAGE_NEW, f"https://example.com/?key={SECRET}")
    await world.run(webhooks.rotate_secret, terms, hook.id)
    shown = await world.run(webhooks.show_secret, terms, hook.id)
    token = await world.run(workspaces.rotate_token, world.access, world.owner.id)
    written = repr(await entries(world))
    assert not [text for text in (SECRET, token, shown.secret, "key=") if str(text) in written]


async def test_every_entry_names_its_area_and_reads_an_old_fact(world: World) -> None:
    """A fact that was recorded before a part of it was known is read all the same."""
    for kind in ("WorkspaceChanged", "TemplateCreated"):
        payload: dict[str, Any] = {
            "display_name": "Quay",
            "changed": ["zone"],
            "template": {"id": 1, "name": "hello", "text": SECRET},
        }
        found = told(Fact(world.id, 1, 1, kind, 1, world.clock.now(), SYSTEM, None, payload))
        assert found
        assert found.area in Area
        assert SECRET not in repr(found)


# Reading ---------------------------------------------------------------------------------------------------------


async def test_a_filter_lets_through_what_it_names(world: World) -> None:
    ana = await world.teammate("ana@harbour.example", "Ana Duarte")
    number = await world.number()
    world.clock.advance(timedelta(days=1))
    since = world.clock.now()
    await world.db.run(world.id, lambda tx: numbers.pause(tx, number.id), actor=Actor("teammate", ana.id))
    assert await kinds(world, Filter(person=ana.id)) == ["NumberSuspended"]
    assert await kinds(world, Filter(area=Area.PEOPLE)) == ["TeammateInvited"]
    assert await kinds(world, Filter(kind="TeammateInvited")) == ["TeammateInvited"]
    assert (await kinds(world, Filter(about=About("number", number.id))))[0] == "NumberSuspended"
    assert await kinds(world, Filter(since=since)) == ["NumberSuspended"]
    assert "NumberSuspended" not in await kinds(world, Filter(until=since))


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    for number in range(7):
        await world.run(workspaces.rename_workspace, f"Quay {number}")
    whole = await entries(world)
    paged: list[Entry] = []
    before = None
    async with world.db.read(world.id) as tx:
        while True:
            page = await audit.list_entries(tx, Filter(), before=before, size=3)
            paged += page.entries
            before = page.next
            if before is None:
                break
    assert paged == whole


async def test_nothing_of_another_workspace_is_in_it(world: World, neighbour: World) -> None:
    await neighbour.run(workspaces.rename_workspace, "Next door")
    assert "Next door" not in repr(await entries(world))
    assert "Next door" in repr(await entries(neighbour))
    assert await entries(world, Filter(person=neighbour.owner.id)) == []


# Keeping ---------------------------------------------------------------------------------------------------------


async def test_it_outlives_the_facts_and_is_forgotten_in_its_own_time(
    db: Database, clock: HandClock, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tideline.features.audit.actions.BITE", 2)
    await world.run(workspaces.rename_workspace, "Quay")
    old = await entries(world)
    await world.execute("DELETE FROM tenant.fact WHERE workspace = $1")
    clock.advance(timedelta(days=400))
    await world.run(workspaces.rename_workspace, "Harbour")
    assert (await entries(world))[1:] == old
    clock.advance(timedelta(days=1))
    await audit.forget(db, timedelta(days=400))
    assert await kinds(world) == ["WorkspaceChanged"]


async def test_a_workspace_that_is_removed_takes_its_log_along(world: World) -> None:
    await write_down(world.db)
    await world.run(workspaces.remove_workspace)
    await write_down(world.db)
    async with world.db.system_read() as tx:
        assert await tx.value("SELECT count(*) FROM tenant.audit WHERE workspace = $1", world.id) == 0
