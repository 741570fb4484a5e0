"""The page of the numbers: what it tells of them, pausing and unlinking, linking, and business accounts."""

from datetime import timedelta

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import numbers
from tideline.features.messages.pulses import Pulse, pulses
from tideline.features.numbers import NumberState
from tideline.features.numbers.port import AccountState, StateChanged
from tideline.features.workspaces import Role

BUSINESS = {
    "name": "Orders",
    "phone": "+44 20 7946 0182",
    "phone_number_id": "109876543210",
    "waba_id": "209876543210",
    "token": "EAAB-a-token",
    "app_secret": "an-app-secret",
}


async def state(world: World, number_id: int) -> NumberState:
    return (await world.run(numbers.get, number_id)).state


async def test_the_page_tells_the_state_of_each_number_and_what_it_means(site: Site, world: World) -> None:
    await world.number(name="Orders")
    lost = await world.number(name="Haifa")
    await world.run(numbers.report, lost.id, [StateChanged(AccountState.UNLINKED)])
    page = await (await site.owner()).get("/numbers")
    assert "Connected" in page.words
    assert "The number is connected: messages come in and go out." in page.words
    assert "Needs a new scan" in page.words
    assert page.html.count("/numbers/link") >= 2


async def test_the_page_says_why_in_the_readers_language(site: Site, world: World) -> None:
    ended, odd = await world.number(), await world.number()
    await world.run(numbers.report, ended.id, [StateChanged(AccountState.UNLINKED, "WhatsApp ended the link.")])
    await world.run(numbers.report, odd.id, [StateChanged(AccountState.UNLINKED, "<b>Something new</b>")])
    page = await (await site.owner()).get("/numbers", **{"accept-language": "es"})
    assert "WhatsApp terminó el vínculo." in page.words
    assert "<b>Something new</b>" in page.words


async def test_the_page_tells_what_a_number_is_doing(site: Site, world: World, neighbour: World) -> None:
    number, other = await world.number(), await world.number()
    chat = await world.chat(number)
    await world.hear(chat)
    await world.send(chat)
    failed = await world.send(chat)
    sql = "UPDATE tenant.message SET status = 'Failed', failed_at = $3 WHERE workspace = $1 AND uid = $2"
    await world.execute(sql, failed, world.clock.now())
    since = world.clock.now() - timedelta(hours=1)
    ids = [number.id, other.id]
    last = world.clock.now()
    assert await world.run(pulses, ids, since=since) == {
        number.id: Pulse(last_message_at=last, waiting=2, failed=1),
        other.id: Pulse(),
    }
    assert await neighbour.run(pulses, ids, since=since) == {one: Pulse() for one in ids}
    page = await (await site.owner()).get("/numbers")
    assert "Waiting to be sent 2 Failed today 1" in page.words


async def test_without_a_number_the_page_says_what_to_do(site: Site) -> None:
    page = await (await site.owner()).get("/numbers")
    assert "No number yet" in page.words


async def test_pausing_resuming_and_unlinking(site: Site, world: World) -> None:
    number = await world.number()
    browser = await site.owner()
    for do, becomes in (("pause", "paused"), ("resume", "connecting"), ("unlink", "unlinked")):
        page = await browser.get("/numbers")
        done = await browser.send(page, f"/numbers/{number.id}", do=do)
        assert done.status == 303
        assert await state(world, number.id) == becomes
        assert (await browser.get(done.location)).html.count("notice--ok") == 1
    facts = await world.fetch("SELECT actor_kind, actor_id FROM tenant.fact WHERE workspace = $1 ORDER BY id DESC")
    assert tuple(facts[0]) == ("teammate", world.owner.id)


async def test_what_cannot_be_done_with_a_number_is_said(site: Site, world: World) -> None:
    number = await world.number()
    await world.run(numbers.unlink, number.id)
    browser = await site.owner()
    page = await browser.send(await browser.get("/numbers"), f"/numbers/{number.id}", do="resume")
    assert (page.status, "Link the phone again" in page.words) == (400, True)
    assert (await browser.send(page, f"/numbers/{number.id}", do="sell")).status == 404


@pytest.mark.parametrize("wrong", ["0", "2147483648", "99999999999999999999", "x", "１"])
async def test_a_number_that_is_none(site: Site, wrong: str) -> None:
    browser = await site.owner()
    assert (await browser.send(await browser.get("/numbers"), f"/numbers/{wrong}", do="pause")).status == 404


async def test_a_number_of_another_workspace_is_not_there(site: Site, neighbour: World) -> None:
    other = await neighbour.number()
    browser = await site.owner()
    page = await browser.get("/numbers")
    assert f"+{other.phone}" not in page.html
    assert (await browser.send(page, f"/numbers/{other.id}", do="unlink")).status == 404
    assert (await browser.get(f"/numbers/{other.id}/business")).status == 404
    assert await state(neighbour, other.id) is NumberState.ACTIVE


async def test_an_agent_sees_and_turns_the_own_numbers_alone(site: Site, world: World) -> None:
    agent = await site.teammate(Role.AGENT)
    own, other = await site.own_number(agent), await world.number()
    browser = await site.signed_in(agent)
    page = await browser.get("/numbers")
    assert f"+{own.phone}" in page.html
    assert f"+{other.phone}" not in page.html
    assert (await browser.send(page, f"/numbers/{other.id}", do="pause")).status == 404
    assert (await browser.send(page, f"/numbers/{own.id}", do="pause")).status == 303
    assert await state(world, own.id) is NumberState.PAUSED


async def test_a_teammate_sees_the_numbers_of_the_team_and_turns_the_own_one(site: Site, world: World) -> None:
    await world.number()
    teammate = await site.teammate()
    browser, number = await site.signed_in(teammate), (await world.run(numbers.list_numbers))[0]
    page = await browser.get("/numbers")
    assert (f"+{number.phone}" in page.html, "Unlink" in page.words) == (True, False)
    refused = await browser.send(page, f"/numbers/{number.id}", do="unlink")
    assert (refused.status, "Your role does not allow this" in refused.words) == (403, True)
    assert await state(world, number.id) is NumberState.ACTIVE


# Linking -----------------------------------------------------------------------------------------------------


async def test_linking_by_qr_leads_to_a_page_that_waits_for_the_phone(site: Site, world: World) -> None:
    browser = await site.owner()
    begun = await browser.send(await browser.get("/numbers/link"), "/numbers/link", method="qr")
    page = await browser.get(begun.location)
    assert (page.status, "Getting a code" in page.words) == (200, True)
    assert f'data-address="/qr/{begun.location.rpartition("/")[2]}"' in page.html
    [made] = await world.fetch("SELECT teammate_id, method FROM tenant.pairing WHERE workspace = $1")
    assert tuple(made) == (world.owner.id, "qr")


async def test_linking_by_code_needs_a_phone_number(site: Site) -> None:
    browser = await site.owner()
    page = await browser.send(await browser.get("/numbers/link"), "/numbers/link", method="code", phone="nonsense")
    assert (page.status, "not a phone number with its country code" in page.words) == (400, True)
    assert 'value="nonsense"' in page.html
    begun = await browser.send(page, "/numbers/link", method="code", phone="+1 555 010 0999")
    assert begun.status == 303


async def test_an_attempt_is_followed_by_who_began_it_alone(site: Site, neighbour: World) -> None:
    browser = await site.owner()
    begun = await browser.send(await browser.get("/numbers/link"), "/numbers/link", method="qr")
    other = await site.signed_in(await site.teammate(Role.ADMIN))
    assert (await other.get(begun.location)).status == 404
    stranger = await Site(neighbour, site.sign_in).owner()
    assert (await stranger.get(begun.location)).status == 404
    assert (await browser.get("/numbers/link/qr_guessed")).status == 404


async def test_a_link_for_somebody_who_has_the_phone(site: Site, world: World) -> None:
    teammate = await site.teammate()
    browser = await site.owner()
    page = await browser.get("/numbers/link")
    assert teammate.display_name in page.words
    made = await browser.send(page, "/numbers/link/send", teammate=str(teammate.id))
    [link] = {part.split("<")[0] for part in made.html.split(">") if part.startswith(f"{site.public_url}/qr/")}
    assert "Link your WhatsApp" in (await site.browser.get(link.removeprefix(site.public_url))).words
    [row] = await world.fetch("SELECT teammate_id FROM directory.qr_link WHERE workspace = $1")
    assert row["teammate_id"] == teammate.id


async def test_a_teammate_makes_links_for_nobody_else(site: Site, world: World) -> None:
    browser = await site.signed_in(await site.teammate())
    page = await browser.get("/numbers/link")
    assert "Whose number will it be?" not in page.words
    refused = await browser.send(page, "/numbers/link/send", teammate=str(world.owner.id))
    assert (refused.status, "Your role does not allow this" in refused.words) == (403, True)


# Business accounts -------------------------------------------------------------------------------------------


async def test_a_business_account_is_added_and_says_what_to_enter_at_meta(site: Site, world: World) -> None:
    browser = await site.owner()
    added = await browser.send(await browser.get("/numbers/business"), "/numbers/business", **BUSINESS)
    assert added.status == 303
    page = await browser.get(added.location)
    assert f"{site.public_url}/inbound/cloud/in_" in page.html
    assert "verify_" in page.html
    assert BUSINESS["token"] not in page.html
    number = (await world.run(numbers.list_numbers))[0]
    assert (number.phone, number.is_business, number.account_name) == ("442079460182", True, "Orders")
    assert f"/numbers/{number.id}/business" in (await browser.get("/numbers")).html


WRONG = {
    "a phone": ({"phone": "12"}, "not a phone number"),
    "an id": ({"waba_id": "my account"}, "The ids are digits"),
    "no token": ({"token": " "}, "needs an access token"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_with_an_account_is_said_and_the_rest_stays_typed(
    site: Site, given: dict[str, str], said: str
) -> None:
    browser = await site.owner()
    page = await browser.get("/numbers/business")
    refused = await browser.send(page, "/numbers/business", **{**BUSINESS, **given})
    assert (refused.status, said in refused.words, 'value="Orders"' in refused.html) == (400, True, True)
    assert BUSINESS["app_secret"] not in refused.html


async def test_unlinking_a_business_number_forgets_its_secrets(site: Site, world: World) -> None:
    browser = await site.owner()
    await browser.send(await browser.get("/numbers/business"), "/numbers/business", **BUSINESS)
    number = (await world.run(numbers.list_numbers))[0]
    await browser.send(await browser.get("/numbers"), f"/numbers/{number.id}", do="unlink")
    assert await state(world, number.id) is NumberState.UNLINKED
    assert (await browser.get(f"/numbers/{number.id}/business")).status == 404


async def test_only_admins_see_the_connection_of_a_business_number(site: Site, world: World) -> None:
    browser = await site.owner()
    await browser.send(await browser.get("/numbers/business"), "/numbers/business", **BUSINESS)
    number = (await world.run(numbers.list_numbers))[0]
    teammate = await site.signed_in(await site.teammate())
    assert (await teammate.get(f"/numbers/{number.id}/business")).status == 403
