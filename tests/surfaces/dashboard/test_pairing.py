"""The page with a code: what it shows while an attempt to link goes on, how it ends, and who may see it."""

import re
from datetime import timedelta

import pytest

from tests.support.browsing import Page
from tests.support.world import NODE, HandClock, World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import numbers
from tideline.features.numbers import NumberKind, Pairing, PairingMethod, linking
from tideline.features.numbers.port import Paired, PairingRef
from tideline.platform import qr

CODE = "ABCD2345"


class Attempt:
    """An attempt to link, and the address of its page."""

    def __init__(self, site: Site, pairing: Pairing, token: str) -> None:
        self.site = site
        self.pairing = pairing
        self.path = f"/qr/{token}"

    @classmethod
    async def begin(cls, site: Site, method: PairingMethod = PairingMethod.QR, phone: str | None = None) -> "Attempt":
        world = site.world
        pairing = await world.run(numbers.begin_link, world.owner.id, NumberKind.SIMULATOR, method, phone)
        return cls(site, pairing, await world.run(numbers.create_pairing_link, site.keyring, pairing.id))

    async def page(self) -> Page:
        page = await self.site.browser.get(self.path)
        assert page.status == 200
        return page

    async def step(self, step: linking.Step) -> None:
        await self.site.world.run(numbers.advance, self.pairing.id, step)

    async def show(self, text: str, seconds: int = 60) -> None:
        now = self.site.world.clock.now()
        await self.site.world.run(numbers.take_pairing, self.pairing.id, NODE)
        kind = linking.showing_qr if self.pairing.method is PairingMethod.QR else linking.showing_code
        await self.step(kind(text, now + timedelta(seconds=seconds), now))


def version(page: Page) -> str:
    return page.response.headers["tideline-version"]


async def test_before_there_is_a_code_the_page_says_so_and_looks_again(site: Site) -> None:
    page = await (await Attempt.begin(site)).page()
    assert "a code is on its way" in page.words
    assert "Harbour Coffee" in page.words
    assert "/static/js/pairing.js" in page.html
    assert f'data-pairing="{version(page)}"' in page.html


async def test_the_code_of_now_is_shown_as_a_picture(site: Site) -> None:
    attempt = await Attempt.begin(site)
    await attempt.show("2@first")
    first = await attempt.page()
    assert qr.draw("2@first").path in first.html
    assert "2@first" not in first.html
    assert "New code in 60 s" in first.words
    await attempt.show("2@second", 20)
    second = await attempt.page()
    assert qr.draw("2@second").path in second.html
    assert version(first) != version(second)


async def test_the_page_can_be_asked_for_its_version_alone(site: Site) -> None:
    attempt = await Attempt.begin(site)
    await attempt.show("2@first")
    asked = await site.browser.call("HEAD", attempt.path, {})
    assert version(asked) == version(await attempt.page())


async def test_a_pairing_code_is_shown_in_two_halves_with_the_phone_it_is_for(site: Site) -> None:
    attempt = await Attempt.begin(site, PairingMethod.CODE, "15550001001")
    await attempt.show(CODE, 300)
    page = await attempt.page()
    for part in ("+15550001001", "ABCD 2345", "Link with phone number instead", "Good for 300 s"):
        assert part in page.words
    assert '<svg class="qr-box__code"' not in page.html


ENDS = {
    "expired": (linking.expired, "The time is over"),
    "cancelled": (linking.cancelled, "Cancelled"),
    "failed": (lambda at: linking.failed("The phone has too many links.", at), "The phone has too many links."),
}


@pytest.mark.parametrize(("end", "words"), ENDS.values(), ids=ENDS)
async def test_an_end_is_told_and_the_code_is_gone(site: Site, end: object, words: str) -> None:
    attempt = await Attempt.begin(site)
    await attempt.show("2@first")
    await attempt.step(end(site.world.clock.now()))  # type: ignore[operator]
    page = await attempt.page()
    assert words in page.words
    assert "Ask whoever sent you here for a new link." in page.words
    assert not re.search(r"<script|http-equiv|qr-box", page.html)


async def test_a_linked_phone_is_told(site: Site, world: World) -> None:
    attempt = await Attempt.begin(site)
    await attempt.show("2@first")
    ref = PairingRef(attempt.pairing.id, world.id)
    paired = Paired(ref, "15550001009", None, "Shop phone")
    await world.run(numbers.link, paired, NODE, timedelta(seconds=20))
    page = await attempt.page()
    assert "The phone is linked. You can close this page." in page.words
    assert "+15550001009" not in page.words


async def test_nobody_has_to_sign_in_and_nobody_learns_more_than_the_code(site: Site) -> None:
    chat = await site.world.chat(name="Mira Solberg")
    await site.world.hear(chat, "A private question")
    page = await (await Attempt.begin(site)).page()
    assert "Mira" not in page.words
    assert site.world.owner.email not in page.words
    assert page.links("/chat") == []


async def test_an_attempt_that_no_gateway_took_up_is_over_in_time(site: Site, clock: HandClock) -> None:
    attempt = await Attempt.begin(site)
    clock.advance(timedelta(minutes=5))
    assert "The time is over" in (await attempt.page()).words


@pytest.mark.parametrize("token", ["nonsense", "qr_" + "x" * 40, "%00", "%ff", "x" * 3000])
async def test_an_unknown_link_leads_nowhere(site: Site, token: str) -> None:
    page = await site.browser.get(f"/qr/{token}")
    assert (page.status, "Nothing here" in page.words) == (404, True)


async def test_a_link_of_long_ago_leads_nowhere(site: Site, clock: HandClock) -> None:
    attempt = await Attempt.begin(site)
    clock.advance(timedelta(hours=2))
    async with site.world.db.system() as tx:
        await numbers.delete_expired_pairing_links(tx)
    assert (await site.browser.get(attempt.path)).status == 404
