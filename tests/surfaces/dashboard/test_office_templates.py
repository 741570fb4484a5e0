"""The pages of templates: finding and writing one, who may do what with it, and those of business numbers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import ORDER_UPDATE, World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import business, templates, workspaces
from tideline.features.templates import NewTemplate, Template, Visibility
from tideline.features.workspaces import Role, Teammate

NEW = "/templates/new"


async def written(world: World, name: str = "Prices", text: str = "Hello {{name}}", **named: object) -> Template:
    author = named.pop("author", world.owner)
    return await world.run(templates.create, NewTemplate(name, text, **named), author)  # type: ignore[arg-type]


async def all_of(world: World) -> Sequence[Template]:
    return await world.run(templates.list_templates, world.owner)


async def save(browser: Browser, template: Template, **fields: str) -> Page:
    path = f"/templates/{template.id}"
    return await browser.send(await browser.get(path), path, do="save", **{"name": "N", "text": "T", **fields})


async def test_a_template_is_written_with_its_file_changed_and_deleted(site: Site, world: World) -> None:
    browser, file = await site.owner(), await world.file()
    team = (await world.run(workspaces.create_team, "Wholesale")).title
    page = await browser.get("/templates")
    assert "No template yet" in page.words
    fields = {"name": " Prices ", "text": "Hello\r\n*you*", "visibility": "read-only", "team": team}
    added = await browser.send(await browser.get(NEW), NEW, **{**fields, "file_uid": str(file.uid)})
    assert added.location == "/templates?done=template_added"
    [made] = await all_of(world)
    assert (made.name, made.text, made.visibility, made.team) == ("Prices", "Hello\n*you*", "read-only", team)
    assert made.file
    assert made.file.uid == file.uid
    listed = await browser.get(added.location)
    assert "<strong>you</strong>" in listed.html
    for words in ("Wholesale", "price-list.pdf", "Read-only", "Never used"):
        assert words in listed.words
    await save(browser, made, name="Price list", text="Hi", team="", file_uid="", visibility="private")
    [changed] = await all_of(world)
    assert (changed.name, changed.team, changed.file, changed.visibility) == ("Price list", None, None, "private")
    path = f"/templates/{made.id}"
    gone = await browser.send(await browser.get(path), path, do="delete")
    assert (gone.location, await all_of(world)) == ("/templates?done=template_deleted", [])
    assert (await browser.get(path)).status == 404


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no name": ({"name": "  "}, "a name of 1 to 160"),
    "too long": ({"text": "x" * 4097}, "a text of 1 to 4096"),
    "no such team": ({"team": "Nobody"}, "no such team"),
    "no file": ({"file_uid": "c41d2f6a-7f0b-4a53-8f7e-1d90b6a3e5d8"}, "file is not there"),
    "no uid": ({"file_uid": "'; drop"}, "file is not there"),
}


@pytest.mark.parametrize(("fields", "said"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_with_a_template_is_said_and_what_was_typed_stays(
    site: Site, world: World, fields: dict[str, str], said: str
) -> None:
    browser, template = await site.owner(), await written(world)
    for page in (
        await browser.send(await browser.get(NEW), NEW, **{"name": "Mine", "text": "As typed", **fields}),
        await save(browser, template, **{"name": "Mine", "text": "As typed", **fields}),
    ):
        assert (page.status >= 400, said in page.words) == (True, True), page.words
        assert "text" in fields or ">As typed</textarea>" in page.html
    assert [one.name for one in await all_of(world)] == ["Prices"]


async def test_templates_are_found_by_words_and_shown_in_pages(site: Site, world: World) -> None:
    browser, ana = await site.owner(), await site.teammate(Role.ADMIN)
    for number in range(25):
        await written(world, f"Offer {number}", "Grüße")
    await written(world, "Hours", "From NINE to five", author=ana)
    first, second = await browser.get("/templates?q=offer+GRÜSSE"), await browser.get("/templates?q=offer+gr&page=2")
    assert first.html.count('class="card tpl"') == 24
    assert second.html.count('class="card tpl"') == 1
    assert "Hours" in (await browser.get("/templates?q=nine")).words
    assert "Hours" not in (await browser.get("/templates?show=mine&q=nine")).words
    assert "Nothing found" in (await browser.get("/templates?q=%3Cb%3E&page=x")).words


async def test_a_form_that_is_sent_twice_writes_one_template(site: Site, world: World) -> None:
    browser = await site.owner()
    page = await browser.get(NEW)
    for text in ("Hello", "Hello", "Hello again"):
        added = await browser.send(page, NEW, name="Prices", text=text)
        assert added.location == "/templates?done=template_added"
    assert sorted(one.text for one in await all_of(world)) == ["Hello", "Hello again"]


# What somebody may do with a template of the owner: open it, change its words, share and delete it.
RIGHTS: dict[str, tuple[Role, Visibility, tuple[bool, bool, bool]]] = {
    "an admin, private": (Role.ADMIN, Visibility.PRIVATE, (True, True, True)),
    "a supervisor, read-only": (Role.TEAM_SUPERVISOR, Visibility.READ_ONLY, (True, True, True)),
    "a teammate, public": (Role.TEAMMATE, Visibility.PUBLIC, (True, True, False)),
    "an agent, read-only": (Role.AGENT, Visibility.READ_ONLY, (True, False, False)),
    "a collaborator, private": (Role.COLLABORATOR, Visibility.PRIVATE, (False, False, False)),
}


@pytest.mark.parametrize(("role", "visibility", "rights"), RIGHTS.values(), ids=RIGHTS)
async def test_a_role_does_with_a_template_what_it_may(
    site: Site, world: World, role: Role, visibility: Visibility, rights: tuple[bool, bool, bool]
) -> None:
    template = await written(world, visibility=visibility, team=world.owner.team)
    browser, path = await site.signed_in(await site.teammate(role)), f"/templates/{template.id}"
    sees, edits, shares = rights
    page, listed = await browser.get(path), await browser.get("/templates")
    assert (page.status == 200, "Prices" in listed.words) == (sees, sees)
    assert ('value="save"' in page.html, 'name="visibility"' in page.html) == (edits, shares)
    form = (await browser.get("/profile")).hidden
    base = {**form, "do": "save", "name": "Prices", "text": "Changed"}
    assert (await browser.post(path, base)).status == (303 if edits else 403 if sees else 404)
    other = "public" if visibility is not Visibility.PUBLIC else "read-only"
    assert (await browser.post(path, {**base, "visibility": other})).status == (303 if shares else 403 if sees else 404)
    assert (await browser.post(path, {**form, "do": "delete"})).status == (303 if shares else 403 if sees else 404)


async def test_who_does_not_keep_them_all_writes_for_the_own_team(site: Site, world: World) -> None:
    browser = await site.signed_in(await site.teammate(Role.AGENT))
    page = await browser.get(NEW)
    assert 'name="team"' not in page.html
    await browser.send(page, NEW, name="Mine", text="Hello", team="")
    assert [one.team for one in await all_of(world)] == [world.owner.team]


async def test_templates_of_another_workspace_are_not_there(site: Site, neighbour: World) -> None:
    theirs = await written(neighbour)
    number = await neighbour.business_number()
    await neighbour.templates(number)
    [of_business], _ = await neighbour.run(business.list_templates)
    browser = await site.owner()
    form = (await browser.get(NEW)).hidden
    for path in (f"/templates/{theirs.id}", f"/templates/business/{of_business.id}"):
        assert (await browser.get(path)).status == 404
    for do in ("save", "delete"):
        assert (await browser.post(f"/templates/{theirs.id}", {**form, "do": do, "name": "x"})).status == 404
    for path in ("/templates?q=Prices", "/templates/business?q=order", "/templates/business?account=210000000000001"):
        assert 'class="card tpl"' not in (await browser.get(path)).html
    file = await neighbour.file()
    refused = await browser.send(await browser.get(NEW), NEW, name="x", text="y", file_uid=str(file.uid))
    assert "file is not there" in refused.words


async def test_a_text_is_shown_as_it_will_look_while_it_is_written(site: Site) -> None:
    browser = await site.owner()
    text = "*Hello {{ first name }}* <b>{{x</b>"
    page = await browser.send(await browser.get(NEW), "/templates/preview", text=text)
    assert '<strong>Hello <span class="var">first name</span>' in page.html
    assert ("&lt;b&gt;{{x&lt;/b&gt;" in page.html, "<b>" in page.html) == (True, False)


# Those of business numbers --------------------------------------------------------------------------------------

REJECTED = replace(
    ORDER_UPDATE, external_id="136000000000002", name="pay_by_friday", status="REJECTED", rejected_reason="PROMOTIONAL"
)
ODD = replace(ORDER_UPDATE, external_id="136000000000003", name="odd", status="NEWSTATE", category="OTHER", components=[
    {"type": "HEADER", "format": "IMAGE"}, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "<i>Track</i>"}]},
])  # fmt: skip


async def one_of(world: World, name: str) -> str:
    [found] = await world.run(business.find_templates, [name])
    return f"/templates/business/{found.id}"


async def test_business_templates_show_what_meta_says_in_words(site: Site, world: World) -> None:
    await world.templates(await world.business_number(), replace(ORDER_UPDATE, quality="RED"), REJECTED, ODD)
    browser = await site.signed_in(await site.teammate(Role.AGENT))
    page = await browser.get("/templates/business")
    for words in ("Approved", "Rejected", "so belongs to marketing", "NEWSTATE", "OTHER", "A picture", "<i>Track</i>"):
        assert words in page.words, words
    assert "pay_by_friday" not in (await browser.get("/templates/business?q=ORDER_")).words
    assert "pay_by_friday" not in (await browser.get("/templates/business?q=pay%00")).words
    assert "Many customers do not like it" in (await browser.get(await one_of(world, "order_update"))).words


async def test_a_business_template_is_shown_with_its_places_filled_in(site: Site, world: World) -> None:
    await world.templates(await world.business_number())
    browser, path = await site.owner(), await one_of(world, "order_update")
    page = await browser.get(f"{path}?header.1=A-1027&body.1=*Mira*&body.9=no&x=%00")
    assert "Order A-1027" in page.words
    assert "<strong>Mira</strong>" in page.html
    assert '<span class="var">2</span>' in page.html


async def test_meta_is_asked_again_by_who_looks_after_the_numbers(site: Site, world: World) -> None:
    number = await world.business_number()
    await world.templates(number)
    path = "/templates/business"

    async def asks(who: Teammate) -> tuple[int, int]:
        browser = await site.signed_in(who)
        before = await world.fetch("SELECT * FROM tenant.business_template_sync WHERE workspace = $1")
        world.clock.advance()
        answer = await browser.post(path, (await browser.get("/profile")).hidden)
        after = await world.fetch("SELECT * FROM tenant.business_template_sync WHERE workspace = $1")
        return answer.status, int(before != after)

    assert await asks(await site.teammate(Role.AGENT)) == (403, 0)
    assert await asks(world.owner) == (303, 1)
