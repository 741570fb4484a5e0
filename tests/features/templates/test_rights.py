"""Who sees, changes and deletes a template, as a table of roles; and the list says what single look-ups say."""

from itertools import product

import pytest

from tests.support.world import World
from tideline.features import templates, workspaces
from tideline.features.templates import NewTemplate, Template, TemplateChange, TemplateNotFound, TemplateNotYours
from tideline.features.templates import Visibility as Seen
from tideline.features.workspaces import Role, Teammate

PUBLIC, PRIVATE, READ_ONLY = Seen.PUBLIC, Seen.PRIVATE, Seen.READ_ONLY
SALES, SUPPORT = "Sales", "Support"

SEE, EDIT, DELETE = "see", "see, edit", "see, edit, delete"
NOTHING = ""

# What somebody of the Sales team may do with a template that somebody else wrote, by its visibility and its team.
RIGHTS = {
    Role.ADMIN: {
        (PUBLIC, None): DELETE, (PUBLIC, SALES): DELETE, (PUBLIC, SUPPORT): DELETE,
        (READ_ONLY, None): DELETE, (READ_ONLY, SALES): DELETE, (READ_ONLY, SUPPORT): DELETE,
        (PRIVATE, None): DELETE, (PRIVATE, SALES): DELETE, (PRIVATE, SUPPORT): DELETE,
    },
    Role.TEAM_SUPERVISOR: {
        (PUBLIC, None): EDIT, (PUBLIC, SALES): DELETE, (PUBLIC, SUPPORT): NOTHING,
        (READ_ONLY, None): SEE, (READ_ONLY, SALES): DELETE, (READ_ONLY, SUPPORT): NOTHING,
        (PRIVATE, None): NOTHING, (PRIVATE, SALES): NOTHING, (PRIVATE, SUPPORT): NOTHING,
    },
    Role.TEAMMATE: {
        (PUBLIC, None): EDIT, (PUBLIC, SALES): EDIT, (PUBLIC, SUPPORT): NOTHING,
        (READ_ONLY, None): SEE, (READ_ONLY, SALES): SEE, (READ_ONLY, SUPPORT): NOTHING,
        (PRIVATE, None): NOTHING, (PRIVATE, SALES): NOTHING, (PRIVATE, SUPPORT): NOTHING,
    },
}  # fmt: skip
RIGHTS[Role.AGENT] = RIGHTS[Role.COLLABORATOR] = RIGHTS[Role.TEAMMATE]


async def in_team(world: World, role: Role, title: str) -> Teammate:
    email = f"{role.value}-{title.lower()}@{world.id}.example"
    if title not in {team.title for team in await world.run(workspaces.list_teams)}:
        await world.run(workspaces.create_team, title)
    return (await world.run(workspaces.invite, world.access, email=email, role=role, team=title)).teammate


async def every_kind(world: World) -> dict[tuple[Seen, str | None], Template]:
    """A template of the owner for each visibility and team."""
    made = {}
    for visibility, team in product(Seen, (None, SALES, SUPPORT)):
        new = NewTemplate(f"{visibility} of {team}", "Hello", visibility, team)
        made[visibility, team] = await world.run(templates.create, new, world.owner)
    return made


async def may(world: World, template: Template, teammate: Teammate) -> str:
    """What somebody may do with a template, tried out; nothing of it lasts."""
    try:
        await world.run(templates.get, template.id, teammate)
    except TemplateNotFound:
        return NOTHING
    done = ["see"]
    change = TemplateChange(text=f"{template.text} again")
    for word, action in (
        ("edit", lambda tx: templates.change(tx, template.id, change, teammate)),
        ("delete", lambda tx: templates.delete(tx, template.id, teammate)),
    ):
        try:
            await world.run(action)
            done.append(word)
        except TemplateNotYours:
            pass
    return ", ".join(done)


@pytest.mark.parametrize("role", RIGHTS, ids=lambda role: role.value)
async def test_what_a_role_may_do_with_what_others_wrote(world: World, role: Role) -> None:
    await in_team(world, Role.TEAMMATE, SUPPORT)
    teammate = await in_team(world, role, SALES)
    made = await every_kind(world)
    listed = {one.id for one in await world.run(templates.list_templates, teammate)}
    assert listed == {made[kind].id for kind, right in RIGHTS[role].items() if right}
    assert {kind: await may(world, template, teammate) for kind, template in made.items()} == RIGHTS[role]


@pytest.mark.parametrize("visibility", Seen)
async def test_an_author_may_do_everything_with_the_own_ones_whatever_the_team_is_by_now(
    world: World, visibility: Seen
) -> None:
    author = await in_team(world, Role.AGENT, SALES)
    template = await world.run(templates.create, NewTemplate("Mine", "Hello", visibility), author)
    await in_team(world, Role.TEAMMATE, SUPPORT)
    await world.run(templates.change, template.id, TemplateChange(team=SUPPORT), world.owner)
    assert [one.id for one in await world.run(templates.list_templates, author)] == [template.id]
    assert await may(world, template, author) == DELETE


async def test_who_does_not_keep_them_writes_for_the_own_team(world: World) -> None:
    await in_team(world, Role.TEAMMATE, SUPPORT)
    for role, team in product((Role.TEAM_SUPERVISOR, Role.TEAMMATE, Role.COLLABORATOR), (None, SALES, SUPPORT)):
        author = await in_team(world, role, SALES)
        made = await world.run(templates.create, NewTemplate("Greeting", "Hello", team=team), author)
        assert (made.team, made.team_id) == (SALES, author.team_id)
    admin = await in_team(world, Role.ADMIN, SALES)
    for team in (None, SUPPORT, "default"):
        made = await world.run(templates.create, NewTemplate("Greeting", "Hello", team=team), admin)
        assert made.team == (team and team.capitalize())


NOT_TO_SHARE: dict[str, TemplateChange] = {
    "hide it": TemplateChange(visibility=PRIVATE),
    "close it": TemplateChange(visibility=READ_ONLY),
    "hide it and say something else": TemplateChange(text="Bye", visibility=PRIVATE),
    "give it to another team": TemplateChange(team=SUPPORT),
    "take it to the own team": TemplateChange(team=SALES),
}


@pytest.mark.parametrize("change", NOT_TO_SHARE.values(), ids=NOT_TO_SHARE)
async def test_who_may_edit_the_words_may_not_decide_who_sees_them(world: World, change: TemplateChange) -> None:
    await in_team(world, Role.TEAMMATE, SUPPORT)
    editor = await in_team(world, Role.TEAMMATE, SALES)
    template = await world.run(templates.create, NewTemplate("Greeting", "Hello"), world.owner)
    before = await world.rows("tenant.template", "tenant.fact")
    with pytest.raises(TemplateNotYours):
        await world.run(templates.change, template.id, change, editor)
    assert await world.rows("tenant.template", "tenant.fact") == before
    as_it_is = TemplateChange(name="Welcome", visibility=PUBLIC, team=None)
    assert (await world.run(templates.change, template.id, as_it_is, editor)).name == "Welcome"


async def test_an_author_gives_it_to_no_team_but_the_own_one(world: World) -> None:
    await in_team(world, Role.TEAMMATE, SUPPORT)
    author = await in_team(world, Role.TEAMMATE, SALES)
    template = await world.run(templates.create, NewTemplate("Greeting", "Hello"), author)
    for team in (None, SUPPORT):
        with pytest.raises(TemplateNotYours):
            await world.run(templates.change, template.id, TemplateChange(team=team), author)
    await world.run(templates.change, template.id, TemplateChange(team=None), world.owner)
    assert (await world.run(templates.change, template.id, TemplateChange(team=SALES), author)).team == SALES


async def test_what_was_private_to_somebody_who_left_is_with_the_keepers(world: World) -> None:
    author = await in_team(world, Role.TEAMMATE, SALES)
    template = await world.run(templates.create, NewTemplate("Mine", "Hello", PRIVATE), author)
    await world.run(workspaces.remove, author.id)
    kept = await world.run(templates.get, template.id, world.owner)
    assert (kept.created_by_name, kept.updated_by_name) == (author.display_name, author.display_name)
