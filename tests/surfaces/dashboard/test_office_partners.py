"""The pages of partners: there for those who look after the installation, and for nobody else."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import partners, workspaces
from tideline.features.partners import NewPartner, PartnerAccess
from tideline.features.workspaces import Role, Workspace


@pytest.fixture
async def operator(site: Site, world: World) -> Browser:
    """Somebody with the smallest role who looks after the installation."""
    one = await site.teammate(Role.COLLABORATOR)
    async with world.db.system() as tx:
        await workspaces.add_operator(tx, one.email)
    return await site.signed_in(one)


@pytest.fixture
async def made(world: World) -> NewPartner:
    async with world.db.system() as tx:
        return await partners.create(tx, world.access.keyring, name="Acme", partner_id=f"acme-{uuid4().hex[:10]}")


@pytest.fixture
async def lagoon(world: World, made: NewPartner) -> Workspace:
    """A workspace of the partner."""
    async with world.db.system() as tx:
        return await partners.open_workspace(
            tx, made.partner, display_name=f"Lagoon {uuid4().hex[:10]}", seats=3, mail_domain="partners.invalid"
        )


def paths(made: NewPartner, lagoon: Workspace) -> list[str]:
    one = f"/partners/{made.partner.id}"
    return ["/partners", one, f"{one}/usage.csv", f"{one}/workspaces/{lagoon.slug}"]


async def send(browser: Browser, path: str, **fields: str) -> Page:
    return await browser.send(await browser.get(path), path, **fields)


async def now(world: World, made: NewPartner) -> partners.Partner:
    async with world.db.system_read() as tx:
        return await partners.get(tx, made.partner.id)


@pytest.mark.parametrize("role", list(Role))
async def test_for_everybody_else_they_are_not_there(
    site: Site, world: World, made: NewPartner, lagoon: Workspace, role: Role
) -> None:
    browser = await site.signed_in(world.owner if role is Role.OWNER else await site.teammate(role))
    inbox = await browser.get("/")
    assert 'href="/partners"' not in inbox.html
    form = await browser.get("/profile")
    for path in paths(made, lagoon):
        assert (await browser.get(path)).status == 404
        if not path.endswith(".csv"):
            assert (await browser.send(form, path, do="deactivate", name="Mine")).status == 404
    assert (await now(world, made)).is_active


async def test_who_looks_after_it_no_longer_sees_them_no_longer(
    site: Site, world: World, made: NewPartner, operator: Browser
) -> None:
    path = f"/partners/{made.partner.id}"
    page = await operator.get(path)
    async with world.db.system() as tx:
        for one in await workspaces.list_operators(tx):
            await workspaces.remove_operator(tx, one.email)
    assert (await operator.send(page, path, do="deactivate")).status == 404
    assert ((await operator.get(path)).status, (await now(world, made)).is_active) == (404, True)


async def test_only_our_own_forms_change_a_partner(world: World, made: NewPartner, operator: Browser) -> None:
    path = f"/partners/{made.partner.id}"
    page = await operator.get(path)
    assert (await operator.post(path, {"csrf": "guessed", "do": "deactivate"})).status == 403
    cross = await operator.post(path, {**page.hidden, "do": "deactivate"}, **{"sec-fetch-site": "cross-site"})
    assert (cross.status, (await now(world, made)).is_active) == (403, True)


async def test_a_partner_is_added_and_its_secret_shown_once(world: World, operator: Browser) -> None:
    partner_id = f"new-{uuid4().hex[:10]}"
    page = await send(operator, "/partners", name="New & Co", id=partner_id, messages="7")
    found = re.findall(r"data-value[^>]*>([^<]+)<", page.html)
    assert (page.status, found[0]) == (200, partner_id)
    shown = await operator.get(f"/partners/{partner_id}")
    assert (found[1] in shown.html, found[1] in (await operator.get("/partners")).html) == (False, False)
    async with world.db.system_read() as tx:
        assert (await partners.get(tx, partner_id)).grants.messages_quota == 7
    again = await send(operator, "/partners", name="New & Co", id=partner_id)
    assert (again.status, "already a partner with this id" in again.words) == (400, True)


CHANGES: dict[str, tuple[dict[str, str], Callable[[partners.Partner], object], object]] = {
    "off": ({"do": "deactivate"}, lambda one: one.is_active, False),
    "events": ({"do": "webhook", "url": "https://a.example/in"}, lambda one: one.webhook_url, "https://a.example/in"),
    "origins": ({"do": "origins", "origins": "https://a.example\nhttps://b.example:443"}, lambda one: one.origins,
                ("https://a.example", "https://b.example")),
    "quotas": ({"do": "grants", "messages": "9"}, lambda one: one.grants.messages_quota, 9),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "look", "value"), CHANGES.values(), ids=CHANGES)
async def test_what_is_decided_about_a_partner_holds(
    world: World,
    made: NewPartner,
    operator: Browser,
    fields: dict[str, str],
    look: Callable[[partners.Partner], object],
    value: object,
) -> None:
    path = f"/partners/{made.partner.id}"
    assert (await send(operator, path, **fields)).status == 303
    assert look(await now(world, made)) == value
    assert (await operator.get(path)).status == 200


REFUSED = {
    "no origin": {"do": "origins", "origins": "app"},
    "no address": {"do": "webhook", "url": "ftp://x"},
    "no amount": {"do": "grants", "messages": "-1"},
    "too much": {"do": "grants", "messages": "99999999999999999999"},
    "too large": {"do": "grants", "messages": "9999999999"},
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
async def test_what_makes_no_sense_changes_nothing(
    world: World, made: NewPartner, operator: Browser, fields: dict[str, str]
) -> None:
    refused = await send(operator, f"/partners/{made.partner.id}", **fields)
    assert (refused.status, 'role="alert"' in refused.html) == (400, True)
    assert await now(world, made) == made.partner


async def test_a_new_secret_ends_the_former_one(world: World, made: NewPartner, operator: Browser) -> None:
    page = await send(operator, f"/partners/{made.partner.id}", do="rotate")
    secret = re.findall(r"data-value[^>]*>([^<]+)<", page.html)[1]
    assert secret != made.secret
    assert (await now(world, made)).secret != made.partner.secret


async def test_a_workspace_is_suspended_and_opened_again(
    world: World, made: NewPartner, lagoon: Workspace, operator: Browser
) -> None:
    path = f"/partners/{made.partner.id}/workspaces/{lagoon.slug}"

    async def is_suspended() -> bool:
        async with world.db.read(lagoon.id) as tx:
            return (await workspaces.get_workspace(tx)).suspended_at is not None

    await send(operator, path, do="suspend")
    assert await is_suspended()
    await send(operator, path, do="resume")
    assert not await is_suspended()
    await send(operator, path, do="quotas", messages="11", top_up="5")
    async with world.db.read(lagoon.id) as tx:
        quotas = await workspaces.quotas(tx)
    assert (quotas.messages.total, quotas.balance.remaining) == (11, 5)
    async with world.db.read(lagoon.id) as tx:
        actor = await tx.value(
            "SELECT actor_kind || ' ' || via FROM tenant.fact WHERE workspace = $1 AND kind = 'BalanceToppedUp'",
            lagoon.id,
        )
    assert actor == "operator dashboard"


async def test_a_workspace_of_somebody_else_is_no_workspace_of_this_partner(
    world: World, made: NewPartner, operator: Browser
) -> None:
    slug = (await world.run(workspaces.get_workspace)).slug
    path = f"/partners/{made.partner.id}/workspaces/{slug}"
    form = await operator.get("/profile")
    assert ((await operator.get(path)).status, (await operator.send(form, path, do="suspend")).status) == (404, 404)
    assert (await world.run(workspaces.get_workspace)).suspended_at is None


async def test_the_last_call_is_noted_by_the_minute(world: World, made: NewPartner) -> None:
    door = PartnerAccess(world.db, world.access.keyring)
    await door._note(made.partner)
    at = (await now(world, made)).called_at
    world.clock.advance()
    await door._note(await now(world, made))
    assert (at is not None, (await now(world, made)).called_at) == (True, at)


ODD = ["/partners/%00", "/partners/x", "/partners/A", "/partners/acme/workspaces/%00"]


@pytest.mark.parametrize("path", ODD)
async def test_an_odd_address_leads_nowhere(operator: Browser, path: str) -> None:
    assert (await operator.get(path)).status == 404


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=%00", "page=0", "page=x", f"page={'0' * 8}{'9' * 30}", "outcome=x"]
)
async def test_an_odd_question_is_answered(made: NewPartner, lagoon: Workspace, operator: Browser, query: str) -> None:
    for path in paths(made, lagoon)[1:]:
        assert (await operator.get(f"{path}?{query}")).status == 200
