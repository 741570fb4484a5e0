"""Templates: written, changed, deleted, counted; and what is refused leaves nothing behind."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.waiting import somebody_waits_for_a_lock, until
from tests.support.world import World
from tideline.features import files, templates, workspaces
from tideline.features.files import FileNotFound, FileNotReady, NewFile, Purpose
from tideline.features.templates import (
    InvalidTemplate,
    NewTemplate,
    Template,
    TemplateChange,
    TemplateNotFound,
    TooManyTemplates,
    Visibility,
)
from tideline.features.workspaces import TeamInUse, TeamNotFound
from tideline.platform.errors import Problem

TABLES = ("tenant.template", "tenant.template_usage", "tenant.fact")
GREETING = NewTemplate("Greeting", "Hello {{name}}")


async def written(world: World, new: NewTemplate = GREETING) -> Template:
    return await world.run(templates.create, new, world.owner)


async def changed(world: World, template: Template, change: TemplateChange) -> Template:
    return await world.run(templates.change, template.id, change, world.owner)


async def read(world: World, template: Template) -> Template:
    return await world.run(templates.get, template.id, world.owner)


async def test_a_new_template(world: World) -> None:
    file = await world.file("prices.pdf")
    template = await written(world, NewTemplate("Greeting", "Hello", Visibility.READ_ONLY, "Default", file.uid))
    assert (template.name, template.text, template.visibility) == ("Greeting", "Hello", Visibility.READ_ONLY)
    assert (template.team, template.team_id) == ("Default", world.owner.team_id)
    assert (template.created_by, template.updated_by) == (world.owner.id, world.owner.id)
    assert (template.created_by_name, template.created_at) == (world.owner.display_name, world.clock.now())
    assert template.file
    assert (template.file.uid, template.file.filename, template.file.size) == (file.uid, "prices.pdf", 1234)
    assert (template.used, template.last_used_at) == (0, None)
    assert await read(world, template) == template
    [(kind, payload)] = await world.facts("Template")
    assert kind == "TemplateCreated"
    assert (payload["template"]["id"], payload["template"]["text"]) == (template.id, "Hello")


HOSTILE = {
    "SQL": "'; DROP TABLE tenant.template; --",
    "HTML": "<script>alert(1)</script>",
    "a formula": '=HYPERLINK("http://x.example","x")',
    "direction marks": "\u202eexe.fdp",
    "line breaks and control characters": "one\r\ntwo\x07",
    "white space": "   ",
    "the longest": "🦀" * 160,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_names_and_texts_stay_as_they_were_typed_and_may_repeat(world: World, text: str) -> None:
    one, other = [await written(world, NewTemplate(text, text)) for _ in range(2)]
    for template in (one, other):
        assert ((await read(world, template)).name, template.text) == (text, text)


@pytest.mark.parametrize("words", [("", "Hello"), ("x" * 161, "Hello"), ("Name", ""), ("Name", "x" * 4097)])
async def test_names_and_texts_have_a_length(world: World, words: tuple[str, str]) -> None:
    template = await written(world)
    with pytest.raises(InvalidTemplate):
        NewTemplate(*words)
    with pytest.raises(InvalidTemplate):
        TemplateChange(*words)
    await changed(world, template, TemplateChange("x" * 160, "y" * 4096))


async def test_a_change_leaves_the_rest_and_moves_it_to_the_top(world: World) -> None:
    file = await world.file("prices.pdf")
    first = await written(world, NewTemplate("First", "Hello", file_uid=file.uid))
    second = await written(world, NewTemplate("Second", "Hello"))
    assert [one.id for one in await world.run(templates.list_templates, world.owner)] == [second.id, first.id]
    editor = await world.teammate(name="Idris Vale")
    world.clock.advance(timedelta(minutes=1))
    after = await world.run(templates.change, first.id, TemplateChange(text="Hello again"), editor)
    assert after == await read(world, first)
    assert (after.name, after.text, after.file) == ("First", "Hello again", first.file)
    assert (after.created_by_name, after.updated_by_name) == (world.owner.display_name, "Idris Vale")
    assert (after.created_at, after.updated_at) == (first.created_at, world.clock.now())
    assert [one.id for one in await world.run(templates.list_templates, world.owner)] == [first.id, second.id]
    [(_, payload)] = await world.facts("TemplateChanged")
    assert (payload["before"]["text"], payload["template"]["text"]) == ("Hello", "Hello again")


async def test_a_change_to_what_it_is_already_changes_nothing(world: World) -> None:
    template = await written(world)
    before = await world.rows(*TABLES)
    world.clock.advance()
    same = TemplateChange(template.name, template.text, template.visibility, None, None)
    for change in (same, TemplateChange()):
        assert await changed(world, template, change) == template
    assert await world.rows(*TABLES) == before


async def test_the_file_comes_goes_and_is_not_deleted_with_the_template(world: World) -> None:
    one, other = await world.file("one.pdf"), await world.file("other.pdf")
    template = await changed(world, await written(world), TemplateChange(file_uid=one.uid))
    assert template.file
    assert template.file.filename == "one.pdf"
    template = await changed(world, template, TemplateChange(file_uid=other.uid))
    assert (await changed(world, template, TemplateChange(file_uid=None))).file is None
    await changed(world, template, TemplateChange(file_uid=one.uid))
    await world.run(templates.delete, template.id, world.owner)
    assert (await world.run(files.get, one.uid)).is_stored


async def test_a_template_outlives_its_file(world: World) -> None:
    file = await world.file()
    template = await written(world, NewTemplate("Greeting", "Hello", file_uid=file.uid))
    await world.run(files.delete, file.uid)
    assert (await read(world, template)).file is None
    assert (await changed(world, template, TemplateChange(text="Bye"))).text == "Bye"


async def test_deleted_is_gone(world: World) -> None:
    template, other = await written(world), await written(world, NewTemplate("Other", "Hello"))
    await world.run(templates.track, template.id, "Chat View", world.owner)
    await world.run(templates.delete, template.id, world.owner)
    for action in (templates.get, templates.delete):
        with pytest.raises(TemplateNotFound):
            await world.run(action, template.id, world.owner)
    assert await world.run(templates.list_templates, world.owner) == [other]
    [(_, payload)] = await world.facts("TemplateDeleted")
    assert payload["template"]["name"] == "Greeting"


@pytest.mark.parametrize("template_id", [0, -1, 2**31, 2**63])
async def test_ids_that_cannot_be_any(world: World, template_id: int) -> None:
    with pytest.raises(TemplateNotFound):
        await world.run(templates.get, template_id, world.owner)
    with pytest.raises(TemplateNotFound):
        await world.run(templates.change, template_id, TemplateChange(name="x"), world.owner)


async def media(world: World) -> Any:
    [file] = await world.run(files.expect, [NewFile("photo.jpg", "image/jpeg", Purpose.MEDIA, 10)])
    await world.execute("UPDATE tenant.file SET state = 'stored' WHERE workspace = $1 AND uid = $2", file.uid)
    return file.uid


async def unfinished(world: World) -> Any:
    return (await world.file(stored=False)).uid


async def gone(world: World) -> Any:
    file = await world.file()
    await world.run(files.delete, file.uid)
    return file.uid


async def unknown(world: World) -> Any:
    return uuid4()


WRONG_FILES = {
    "what came with a message": (media, FileNotFound),
    "half an upload": (unfinished, FileNotReady),
    "a deleted one": (gone, FileNotFound),
    "nobody's": (unknown, FileNotFound),
}


@pytest.mark.parametrize(("make", "problem"), WRONG_FILES.values(), ids=WRONG_FILES)
async def test_files_that_cannot_go_along(world: World, make: Any, problem: type[Problem]) -> None:
    template = await written(world)
    uid = await make(world)
    before = await world.rows(*TABLES)
    with pytest.raises(problem):
        await written(world, NewTemplate("Greeting", "Hello", file_uid=uid))
    with pytest.raises(problem):
        await changed(world, template, TemplateChange(text="Bye", file_uid=uid))
    assert await world.rows(*TABLES) == before


async def test_what_is_the_neighbours_cannot_be_seen_or_tied_to(world: World, neighbour: World) -> None:
    await neighbour.run(workspaces.create_team, "Lagoon")
    their_file = await neighbour.file()
    theirs = await written(neighbour, NewTemplate("Theirs", "Hello", team="Lagoon", file_uid=their_file.uid))
    mine = await written(world)
    before = await world.rows(*TABLES), await neighbour.rows(*TABLES)
    for new in (NewTemplate("x", "x", team="Lagoon"), NewTemplate("x", "x", file_uid=their_file.uid)):
        with pytest.raises((TeamNotFound, FileNotFound)):
            await written(world, new)
    for change in (TemplateChange(team="Lagoon"), TemplateChange(file_uid=their_file.uid)):
        with pytest.raises((TeamNotFound, FileNotFound)):
            await changed(world, mine, change)
    for action in (
        lambda tx: templates.get(tx, theirs.id, world.owner),
        lambda tx: templates.change(tx, theirs.id, TemplateChange(name="x"), world.owner),
        lambda tx: templates.delete(tx, theirs.id, world.owner),
        lambda tx: templates.track(tx, theirs.id, "x", world.owner),
    ):
        with pytest.raises(TemplateNotFound):
            await world.run(action)
    assert await world.run(templates.get_many, [theirs.id, mine.id]) == {mine.id: mine}
    assert (await world.rows(*TABLES), await neighbour.rows(*TABLES)) == before


async def test_a_workspace_holds_so_many_and_no_more(world: World) -> None:
    await world.execute(
        """
        INSERT INTO tenant.template (workspace, name, text, visibility, created_by, created_at, updated_by, updated_at)
        SELECT $1, 'Greeting', 'Hello', 'private', $2, now(), $2, now() FROM generate_series(1, 1999)
        """,
        world.owner.id,
    )
    last = await written(world)
    with pytest.raises(TooManyTemplates):
        await written(world)
    await world.run(templates.delete, last.id, world.owner)
    await written(world)


# Uses --------------------------------------------------------------------------------------------------------


async def test_every_use_counts_and_the_last_one_is_remembered(world: World) -> None:
    template = await written(world)
    other = await written(world)
    for _ in range(3):
        world.clock.advance()
        await world.run(templates.track, template.id, "Chat View", world.owner)
    used = await read(world, template)
    assert (used.used, used.last_used_at, used.updated_at) == (3, world.clock.now(), template.updated_at)
    assert (await read(world, other)).used == 0
    _, _, (_, payload) = await world.facts("TemplateUsed")
    assert payload == {
        "template": {"id": template.id, "name": "Greeting"}, "origin": "Chat View", "message_uid": None,
    }  # fmt: skip


async def test_many_uses_at_once_all_count(world: World) -> None:
    template = await written(world)
    await asyncio.gather(*(world.run(templates.track, template.id, "Campaign", world.owner) for _ in range(60)))
    assert (await read(world, template)).used == 60
    rows = await world.fetch("SELECT slot FROM tenant.template_usage WHERE workspace = $1")
    assert 4 < len(rows) <= 16


async def test_a_use_does_not_wait_for_another_use_of_the_same_template(world: World) -> None:
    """While one transaction holds the row on which it counted, there are fifteen others."""
    template = await written(world)
    async with world.db.tx(world.id, world.actor) as held:
        await templates.track(held, template.id, "Chat View", world.owner)
        some = [asyncio.create_task(world.run(templates.track, template.id, "", world.owner)) for _ in range(6)]
        async with asyncio.timeout(10):
            await asyncio.wait(some, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*some)
    assert (await read(world, template)).used == 7


async def test_what_is_being_deleted_is_not_used_any_more(world: World) -> None:
    template = await written(world)
    async with world.db.tx(world.id, world.actor) as deleting:
        await templates.delete(deleting, template.id, world.owner)
        tracking = asyncio.create_task(world.run(templates.track, template.id, "Chat View", world.owner))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    with pytest.raises(TemplateNotFound):
        await tracking
    assert not await world.facts("TemplateUsed")


async def test_who_waited_for_another_change_sees_all_of_it(world: World) -> None:
    """Another editor, another team and another file come in while a change waits for its turn."""
    await world.run(workspaces.create_team, "Sales")
    editor, file = await world.teammate(name="Idris Vale"), await world.file("new.pdf")
    template = await written(world)
    async with world.db.tx(world.id, world.actor) as first:
        await templates.change(first, template.id, TemplateChange(file_uid=file.uid), editor)
        await templates.change(first, template.id, TemplateChange(team="Sales"), world.owner)
        await first.execute(
            "UPDATE tenant.template SET updated_by = $3 WHERE workspace = $1 AND id = $2",
            world.id, template.id, editor.id,
        )  # fmt: skip
        second = asyncio.create_task(changed(world, template, TemplateChange(name="Welcome")))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    after = await second
    assert (after.name, after.team, after.file and after.file.filename) == ("Welcome", "Sales", "new.pdf")
    assert after == await read(world, template)
    told = (await world.facts("TemplateChanged"))[-1][1]
    assert (told["before"]["updated_by_name"], told["before"]["team"]) == ("Idris Vale", "Sales")


async def test_a_template_and_the_removal_of_its_team_take_turns(world: World) -> None:
    team = await world.run(workspaces.create_team, "Sales")
    for_sales = NewTemplate("Greeting", "Hello", team="Sales")
    async with world.db.tx(world.id, world.actor) as writing:
        template = await templates.create(writing, for_sales, world.owner)
        removing = asyncio.create_task(world.run(workspaces.remove_team, team.id))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    with pytest.raises(TeamInUse):
        await removing
    await world.run(templates.delete, template.id, world.owner)
    async with world.db.tx(world.id, world.actor) as removing_first:
        await workspaces.remove_team(removing_first, team.id)
        late = asyncio.create_task(written(world, for_sales))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    with pytest.raises(TeamNotFound):
        await late
