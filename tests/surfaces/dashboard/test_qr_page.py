"""The page behind a QR link: what it shows while a phone is linked, how it ends, who may see it and how often."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import NODE, HandClock, World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import numbers, workspaces
from tideline.features.numbers import NewLink, Pairing, PairingMethod, PairingState, linking
from tideline.features.numbers.port import Paired, PairingRef
from tideline.platform import qr
from tideline.surfaces.dashboard import Host

CODE, PHONE = "ABCD2345", "15550001009"
JSON = {"accept": "application/json"}
OTHER_PLACE = "Ask whoever sent it for a new one."


class Visit:
    """Somebody who was given a link, and the browser with which they open it."""

    def __init__(self, site: Site, link: NewLink) -> None:
        self.site = site
        self.link = link
        self.path = f"/qr/{link.token}"
        self.browser = site.browser

    async def page(self, status: int = 200, query: str = "", accept_language: str = "") -> Page:
        page = await self.browser.get(self.path + query, **{"accept-language": accept_language})
        assert page.status == status
        return page

    async def state(self, **query: str) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await self.browser.get(f"{self.path}/state?{asked}")
        assert answer.status == 200
        return answer.response.json

    async def begin(self, browser: Browser | None = None, query: str = "", **fields: str) -> Page:
        """As the script does."""
        return await (browser or self.browser).post(self.path + query, fields or {"method": "qr"}, **JSON)

    async def attempt(self) -> Pairing:
        """The newest one."""
        rows = await self.site.world.fetch(
            "SELECT id FROM tenant.pairing WHERE workspace = $1 ORDER BY id DESC LIMIT 1"
        )
        return await self.site.world.run(numbers.get_pairing, rows[0]["id"])

    async def step(self, step: linking.Step) -> None:
        await self.site.world.run(numbers.advance, (await self.attempt()).id, step)

    async def shows(self, text: str, seconds: int = 60) -> None:
        """A gateway shows a code."""
        pairing, now = await self.attempt(), self.site.world.clock.now()
        await self.site.world.run(numbers.take_pairing, pairing.id, NODE)
        kind = linking.showing_qr if pairing.method is PairingMethod.QR else linking.showing_code
        await self.step(kind(text, now + timedelta(seconds=seconds), now))

    async def scanned(self, phone: str = PHONE) -> None:
        pairing = await self.attempt()
        await self.site.world.run(numbers.take_pairing, pairing.id, NODE)
        paired = Paired(PairingRef(pairing.id, self.site.world.id), phone, None, "Shop phone")
        await self.site.world.run(numbers.link, paired, NODE, timedelta(seconds=20))


async def given(site: Site, **named: Any) -> Visit:
    world = site.world
    return Visit(site, await world.run(numbers.create_link_for, site.keyring, world.owner.id, **named))


@pytest.fixture
async def visit(site: Site) -> Visit:
    return await given(site)


# Looking -----------------------------------------------------------------------------------------------------


async def test_opening_the_page_begins_nothing(visit: Visit, world: World) -> None:
    page = await visit.page()
    assert "Harbour Coffee would like to link your WhatsApp" in page.words
    assert "Show the QR code" in page.words
    assert "/js/qr-page.js" in page.html
    await visit.browser.call("HEAD", visit.path, {})
    assert (await visit.state())["panel"] == "ready"
    assert await world.fetch("SELECT id FROM tenant.pairing WHERE workspace = $1") == []


async def test_the_page_is_for_this_visit_alone(visit: Visit) -> None:
    page = await visit.page()
    headers = page.response.headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-frame-options"] == "DENY"
    assert not page.response.cookies
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.html)


async def test_nobody_has_to_sign_in_and_nobody_learns_more_than_the_code(visit: Visit, world: World) -> None:
    chat = await world.chat(name="Mira Solberg")
    await world.hear(chat, "A private question")
    await visit.begin()
    page = await visit.page()
    assert "Mira" not in page.words
    assert world.owner.email not in page.html
    assert page.links("/chat") == []


# With a script -----------------------------------------------------------------------------------------------


async def test_many_looks_draw_a_code_once(visit: Visit) -> None:
    await visit.begin()
    await visit.shows("2@a code of its own")
    before = qr.draw.cache_info().misses
    for _ in range(3):
        assert (await visit.state())["panel"] == "qr"
    assert qr.draw.cache_info().misses == before + 1


async def test_a_code_comes_changes_and_leads_to_a_linked_phone(visit: Visit) -> None:
    begun = (await visit.begin()).response.json
    assert (begun["panel"], begun["status"]) == ("busy", "Getting a code")
    await visit.shows("2@first")
    first = await visit.state(known=begun["version"])
    assert (first["panel"], first["seconds"]) == ("qr", 60)
    assert first["drawing"]["path"] == qr.draw("2@first").path
    await visit.shows("2@second", 20)
    second = await visit.state(known=first["version"])
    assert (second["drawing"]["path"], second["seconds"]) == (qr.draw("2@second").path, 20)
    await visit.scanned()
    assert (await visit.state(known=second["version"]))["panel"] == "linked"
    assert PHONE not in (await visit.page(410)).html


async def test_nothing_new_is_told_without_a_word(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tideline.surfaces.dashboard.qr_page.page.WAIT_SECONDS", 0.05)
    known = (await visit.state())["version"]
    answer = await visit.browser.get(f"{visit.path}/state?known={known}")
    assert (answer.status, answer.response.body) == (204, b"")


async def test_when_too_many_wait_the_answer_comes_at_once(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tideline.surfaces.dashboard.qr_page.waiting.MOST", 0)
    known = (await visit.state())["version"]
    assert (await visit.browser.get(f"{visit.path}/state?known={known}")).status == 204


async def test_a_code_to_type_is_asked_for_with_the_phone(visit: Visit) -> None:
    await visit.begin(method="code", phone="+1 (555) 000-1009")
    assert (await visit.attempt()).phone == PHONE
    await visit.shows(CODE, 300)
    state = await visit.state()
    assert (state["panel"], state["code"], state["seconds"]) == ("code", CODE, 300)
    assert f"+{PHONE}" in state["lead"]
    page = await visit.page()
    for part in ("ABCD 2345", "Link with phone number instead", "Good for 300 s", "Use the QR code instead"):
        assert part in page.words


@pytest.mark.parametrize("phone", ["", "12", "hello", "+1555000100910000000", "0x15550001009", "١٥٥٥٠٠٠١٠٠٩"])
async def test_what_is_no_phone_is_refused_in_words(visit: Visit, phone: str) -> None:
    refused = await visit.begin(method="code", phone=phone)
    assert refused.status == 400
    assert refused.response.json == {"error": "This is not a phone number with its country code."}
    page = await visit.browser.post(visit.path, {"method": "code", "phone": phone})
    assert (page.status, "This is not a phone number" in page.words) == (400, True)


async def test_a_gateway_that_takes_its_time_is_explained(visit: Visit, clock: HandClock) -> None:
    before = (await visit.begin()).response.json
    clock.advance(timedelta(seconds=15))
    after = await visit.state(known=before["version"])
    assert after["notice"] == "This takes longer than usual. Please keep the page open."
    assert after["error"] is None


Ends = dict[str, tuple[Callable[[Any], linking.Step], str, bool]]
ENDS: Ends = {
    "nobody scanned": (linking.expired, "Nobody scanned the code in time.", False),
    "refused": (lambda at: linking.failed("The phone has too many links.", at), "The phone has too many links.", True),
    "cancelled": (linking.cancelled, "The attempt was cancelled.", False),
}


@pytest.mark.parametrize(("end", "words", "is_error"), ENDS.values(), ids=ENDS)
async def test_an_attempt_that_ends_is_explained_and_another_may_begin(
    visit: Visit, clock: HandClock, end: Callable[[Any], linking.Step], words: str, is_error: bool
) -> None:
    await visit.begin()
    await visit.shows("2@first")
    await visit.step(end(clock.now()))
    state = await visit.state()
    assert (state["panel"], state["notice"], state["error"]) == ("ready", words, words if is_error else None)
    page = await visit.page()
    assert words in page.words
    assert "Show the QR code" in page.words
    clock.advance(timedelta(minutes=10))
    assert (await visit.state())["notice"] is None


async def test_a_code_that_nobody_typed_is_an_error(visit: Visit, clock: HandClock) -> None:
    await visit.begin(method="code", phone=PHONE)
    clock.advance(timedelta(minutes=5))
    state = await visit.state()
    assert (state["panel"], state["error"]) == ("ready", "The code was not typed in time.")


# Without a script --------------------------------------------------------------------------------------------


async def test_without_a_script_a_button_does_it(visit: Visit) -> None:
    page = await visit.page(query="?lang=es")
    answer = await visit.browser.send(page, f"{visit.path}?lang=es", method="qr")
    assert (answer.status, answer.location) == (303, f"{visit.path}?lang=es")
    waiting = await visit.page()
    assert '<noscript><meta http-equiv="refresh"' in waiting.html
    await visit.shows("2@first")
    page = await visit.page()
    assert qr.draw("2@first").path in page.html
    assert "2@first" not in page.html
    assert "New code in 60 s" in page.words
    [by_phone] = page.links("by=phone")
    assert "http-equiv" not in (await visit.browser.get(by_phone)).html
    assert visit.browser.cookies == {}


# The end of a link -------------------------------------------------------------------------------------------


async def over_used(visit: Visit, _clock: HandClock) -> None:
    await visit.begin()
    await visit.scanned()


async def over_replaced(visit: Visit, _clock: HandClock) -> None:
    await given(visit.site)


async def over_revoked(visit: Visit, _clock: HandClock) -> None:
    await visit.site.world.run(numbers.revoke_link_of, visit.site.world.owner.id)


async def over_expired(_visit: Visit, clock: HandClock) -> None:
    clock.advance(timedelta(hours=24))


async def over_suspended(visit: Visit, _clock: HandClock) -> None:
    sql = "UPDATE tenant.teammate SET status = 'suspended' WHERE workspace = $1 AND id = $2"
    await visit.site.world.execute(sql, visit.site.world.owner.id)


OVER = {
    "used": (over_used, "This link was used"),
    "replaced": (over_replaced, "This link was replaced"),
    "revoked": (over_revoked, "This link was replaced"),
    "expired": (over_expired, "This link has expired"),
    "its teammate is out": (over_suspended, "This link was replaced"),
}


@pytest.mark.parametrize(("end", "title"), OVER.values(), ids=OVER)
async def test_a_link_that_is_over_says_so(
    visit: Visit, clock: HandClock, end: Callable[[Visit, HandClock], Any], title: str
) -> None:
    await end(visit, clock)
    page = await visit.page(410)
    assert title in page.words
    assert not re.search(r"<script|http-equiv|<form", page.html)
    before = await visit.site.world.rows("tenant.pairing")
    refused = await visit.begin()
    assert (refused.status, bool(refused.response.json["error"])) == (410, True)
    assert (await visit.browser.post(visit.path, {"method": "qr"})).status == 410
    assert await visit.site.world.rows("tenant.pairing") == before


async def test_the_link_of_a_suspended_workspace_works_again_later(visit: Visit, world: World) -> None:
    await world.run(workspaces.suspend_workspace)
    assert "Linking is paused here" in (await visit.page(403)).words
    assert (await visit.begin()).status == 403
    await world.run(workspaces.restore_workspace)
    assert (await visit.begin()).status == 200


async def test_an_open_page_hears_that_its_link_was_replaced(visit: Visit) -> None:
    await visit.begin()
    await visit.shows("2@first")
    known = (await visit.state())["version"]
    await given(visit.site)
    state = await visit.state(known=known)
    assert (state["panel"], state["title"]) == ("over", "This link was replaced")
    assert OTHER_PLACE in state["error"]


async def test_what_was_begun_in_time_may_end_late(site: Site, clock: HandClock) -> None:
    visit = await given(site, lifetime=timedelta(hours=1))
    clock.advance(timedelta(minutes=59))
    await visit.begin()
    await visit.shows("2@first", 200)
    clock.advance(timedelta(minutes=2))
    assert "New code in 80 s" in (await visit.page()).words
    await visit.scanned()
    assert (await visit.state())["panel"] == "linked"


async def test_an_old_link_leads_nowhere_in_the_end(visit: Visit, clock: HandClock) -> None:
    clock.advance(timedelta(days=92))
    async with visit.site.world.db.system() as tx:
        await numbers.delete_old_qr_links(tx)
    assert "Nothing here" in (await visit.page(404)).words


@pytest.mark.parametrize("token", ["nonsense", "qr_" + "x" * 40, "%00", "%ff", "x" * 3000])
async def test_an_unknown_link_leads_nowhere(site: Site, token: str) -> None:
    for page in (
        await site.browser.get(f"/qr/{token}"),
        await site.browser.get(f"/qr/{token}?display_mode=embedding"),
        await site.browser.post(f"/qr/{token}", {"method": "qr"}),
    ):
        assert (page.status, "Nothing here" in page.words) == (404, True)
    asked = await site.browser.get(f"/qr/{token}/state")
    assert (asked.status, asked.response.json["panel"]) == (404, "over")


# Limits and strangers ----------------------------------------------------------------------------------------


async def test_one_attempt_at_a_time_and_five_an_hour(visit: Visit, clock: HandClock) -> None:
    for n in range(5):
        begun = await visit.begin(method="code", phone=f"1555000200{n}")
        assert begun.status == 200
    assert len([row for row in (await rows_of(visit)) if row["state"] in ("requested", "waiting")]) == 1
    refused = await visit.begin()
    assert (refused.status, refused.response.headers["retry-after"]) == (429, "3600")
    assert "Too many codes" in refused.response.json["error"]
    page = await visit.browser.post(visit.path, {"method": "qr"})
    assert (page.status, "Too many codes" in page.words) == (429, True)
    clock.advance(timedelta(hours=1))
    assert (await visit.begin()).status == 200


async def rows_of(visit: Visit) -> list[dict[str, Any]]:
    return (await visit.site.world.rows("tenant.pairing"))["tenant.pairing"]


BAD_FORMS: dict[str, tuple[str, bytes]] = {
    "JSON": ("application/json", b'{"method":"qr"}'),
    "no type": ("text/plain", b"method=qr"),
    "too much": ("application/x-www-form-urlencoded", b"method=" + b"x" * 20_000),
    "too many fields": ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(50))),
    "not text": ("application/x-www-form-urlencoded", b"method=\xff\xfe"),
}


@pytest.mark.parametrize(("kind", "body"), BAD_FORMS.values(), ids=BAD_FORMS)
async def test_a_bad_form_is_refused(visit: Visit, kind: str, body: bytes) -> None:
    page = await visit.browser.call("POST", visit.path, {"content-type": kind}, body)
    assert (page.status, "Load the page again" in page.words) == (400, True)
    assert await rows_of(visit) == []


async def test_a_form_of_another_site_begins_nothing(visit: Visit) -> None:
    for site in ("cross-site", "same-site"):
        page = await visit.browser.post(visit.path, {"method": "qr"}, **{"sec-fetch-site": site})
        assert page.status == 403
    assert await rows_of(visit) == []
    assert (await visit.browser.post(visit.path, {"method": "qr"}, **{"sec-fetch-site": "same-origin"})).status == 303


async def test_a_link_leads_to_its_own_workspace_alone(visit: Visit, neighbour: World) -> None:
    before = await neighbour.rows("tenant.pairing", "directory.qr_link")
    theirs = await neighbour.run(numbers.create_link_for, visit.site.keyring, neighbour.owner.id)
    page = await visit.browser.get(f"/qr/{theirs.token}")
    assert ("Blue Lagoon" in page.words, "Harbour Coffee" in page.words) == (True, False)
    await visit.begin()
    await visit.shows("2@ours")
    assert (await visit.browser.get(f"/qr/{theirs.token}/state")).response.json["panel"] == "ready"
    assert await neighbour.rows("tenant.pairing") == {"tenant.pairing": before["tenant.pairing"]}


async def test_a_whole_page_signs_its_browser_out_and_a_frame_does_not(site: Site) -> None:
    visit, owner = await given(site), await site.owner()
    await visit.page()
    await visit.begin(owner, "?display_mode=embedding")
    assert (await owner.get("/")).status == 200
    await visit.begin(owner)
    assert (await owner.get("/")).status == 303


# Frames ------------------------------------------------------------------------------------------------------

SHOP, DESK = "https://shop.example", "http://127.0.0.1:9000"
EMBEDDING = "?display_mode=embedding"


async def test_only_the_partners_own_pages_may_frame_it(visit: Visit, site: Site) -> None:
    site.partners[site.world.id] = Host(origins=[SHOP, DESK])
    visit.browser = Browser(site.app, framed_by=f"{SHOP} {DESK}")
    page = await visit.page(query=EMBEDDING)
    assert "x-frame-options" not in page.response.headers
    assert 'data-origins="[&#34;https://shop.example&#34;,&#34;http://127.0.0.1:9000&#34;]"' in page.html
    assert "hosted--embedded" in page.html
    assert f'action="{visit.path}?display_mode=embedding"' in page.html


async def test_a_link_that_is_over_says_so_in_the_frame_too(visit: Visit, site: Site) -> None:
    site.partners[site.world.id] = Host(origins=[SHOP])
    await site.world.run(numbers.revoke_link_of, site.world.owner.id)
    visit.browser = Browser(site.app, framed_by=SHOP)
    page = await visit.page(410, EMBEDDING)
    assert 'data-panel="over"' in page.html
    assert "qr-page.js" in page.html


@pytest.mark.parametrize("query", ["", "?display_mode=", "?display_mode=Embedding", "?display_mode=full"])
async def test_the_whole_page_is_never_framed(visit: Visit, site: Site, query: str) -> None:
    site.partners[site.world.id] = Host(origins=[SHOP])
    page = await visit.page(query=query)
    assert page.response.headers["x-frame-options"] == "DENY"
    assert "data-origins" not in page.html


async def test_the_page_is_shown_in_the_partners_name(visit: Visit, site: Site) -> None:
    site.partners[site.world.id] = Host("Harbor <Telecom>")
    visit.browser = Browser(site.app, site="Harbor <Telecom>")
    assert "Harbor <Telecom> with Tideline" in (await visit.page()).words
    await site.world.run(numbers.revoke_link_of, site.world.owner.id)
    assert "Harbor <Telecom> con Tideline" in (await visit.page(410, "?lang=es")).words


async def test_without_a_partner_nobody_frames_it(visit: Visit) -> None:
    page = await visit.page(query=EMBEDDING)
    assert page.response.headers["x-frame-options"] == "DENY"
    assert "data-origins" not in page.html


async def test_another_workspaces_partner_does_not_frame_it(visit: Visit, site: Site, neighbour: World) -> None:
    site.partners[neighbour.id] = Host(origins=[SHOP])
    assert "data-origins" not in (await visit.page(query=EMBEDDING)).html


NOT_ORIGINS = [
    "*",
    "https://*.example",
    "https://shop.example/",
    "https://a.example; script-src *",
    "null",
    "shop.example",
]


async def test_what_is_no_origin_lets_nobody_in(visit: Visit, site: Site) -> None:
    site.partners[site.world.id] = Host(origins=[*NOT_ORIGINS, "https://a.example\r\nx: y"])
    assert (await visit.page(query=EMBEDDING)).response.headers["x-frame-options"] == "DENY"


# Languages ---------------------------------------------------------------------------------------------------

LANGUAGES = {
    "asked for": ("?lang=he", "en", "he", "rtl"),
    "with a region": ("?lang=pt-BR", "", "pt", "ltr"),
    "by the browser": ("", "de-DE,de;q=0.9,es-MX;q=0.8,en;q=0.7", "es", "ltr"),
    "by its old name": ("", "iw-IL", "he", "rtl"),
    "unknown ones": ("?lang=xx", "tlh", "en", "ltr"),
    "nonsense": ("?lang=%00%22%3E", ";;q=,,*;q=x", "en", "ltr"),
    "unwanted": ("", "he;q=0, es;q=0.1", "es", "ltr"),
}


@pytest.mark.parametrize(("query", "accepted", "lang", "direction"), LANGUAGES.values(), ids=LANGUAGES)
async def test_the_page_speaks_the_readers_language(
    visit: Visit, query: str, accepted: str, lang: str, direction: str
) -> None:
    page = await visit.page(query=query, accept_language=accepted)
    assert f'<html lang="{lang}" dir="{direction}">' in page.html


async def test_the_state_is_told_in_the_same_language(visit: Visit) -> None:
    assert (await visit.state(lang="es"))["title"] == "Vincula tu WhatsApp"


# A link to one attempt ---------------------------------------------------------------------------------------


async def test_the_link_of_one_attempt_shows_that_one_and_begins_no_other(site: Site, clock: HandClock) -> None:
    world = site.world
    pairing = await world.run(numbers.begin_link, world.owner.id, numbers.NumberKind.SIMULATOR)
    token = await world.run(numbers.create_pairing_link, site.keyring, pairing.id)
    visit = Visit(site, NewLink(token, pairing.expires_at, has_replaced=False))
    assert "Getting a code" in (await visit.page()).words
    await visit.shows("2@first")
    page = await visit.page()
    assert qr.draw("2@first").path in page.html
    assert "No camera at hand" not in page.words
    refused = await visit.begin()
    assert (refused.status, (await visit.attempt()).id) == (410, pairing.id)
    await visit.step(linking.failed("The phone has too many links.", clock.now()))
    page = await visit.page()
    for part in ("This did not work", "The phone has too many links.", "Ask whoever sent you here for a new link."):
        assert part in page.words
    assert (await visit.attempt()).state is PairingState.FAILED
    async with world.db.system() as tx:
        assert await numbers.find_pairing_link(tx, site.keyring, token)
    clock.advance(timedelta(hours=2))
    assert (await site.browser.get(visit.path)).status == 404


async def test_what_people_call_themselves_stays_text(site: Site) -> None:
    hostile = "</script><script>alert(1)</script>{{ 7 * 7 }}\u202e"
    sql = "UPDATE tenant.workspace SET display_name = $2 WHERE workspace = $1"
    await site.world.execute(sql, hostile)
    visit = await given(site)
    page = await visit.page(query=EMBEDDING)
    assert "<script>alert" not in page.html
    assert hostile in (await visit.state())["lead"]
    assert workspaces.NotActive.code not in page.html
