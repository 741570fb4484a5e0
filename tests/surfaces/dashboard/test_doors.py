"""Signing in and out: passwords, cookies, forms that only our own pages can send, and where people land."""

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import HTTPS_URL, PASSWORD, Site
from tideline.features import workspaces
from tideline.features.workspaces import SignIn

SESSION, CSRF = "tideline_session", "tideline_csrf"


async def test_a_stranger_is_sent_to_sign_in_and_from_there_back(site: Site) -> None:
    chat = await site.world.chat(name="Mira Solberg")
    await site.owner()
    browser = site.browser
    asked = await browser.get(f"/chat/{chat.id}/messages/?before=1")
    assert (asked.status, asked.location) == (303, f"/sign-in?next=/chat/{chat.id}/messages/%3Fbefore%3D1")
    form = await browser.get(asked.location)
    signed_in = await browser.send(form, "/sign-in", email=site.world.owner.email, password=PASSWORD)
    assert (signed_in.status, signed_in.location) == (303, f"/chat/{chat.id}/messages/?before=1")


async def test_whoever_is_signed_in_does_not_sign_in_again(site: Site) -> None:
    browser = await site.owner()
    assert (await browser.get("/sign-in?next=/?page=2")).location == "/?page=2"


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/chat/1\r\nSet-Cookie: a=b",
    "evil.example",
    "http:evil.example",
    "",
    "/\x00",
    "/ｅ",
]


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_nobody_lands_on_another_site(site: Site, target: str) -> None:
    await site.owner()
    landed = await site.browser.sign_in(site.world.owner.email, PASSWORD, to=target)
    assert (landed.status, landed.location) == (303, "/")
    assert (await (await site.owner()).get("/sign-in?next=//evil.example")).location == "/"


async def test_a_wrong_password_says_no_more_than_that(site: Site) -> None:
    await site.owner()
    wrong = await site.browser.sign_in(site.world.owner.email, "another password")
    unknown = await site.browser.sign_in("nobody@harbour.example", PASSWORD)
    assert (wrong.status, unknown.status) == (400, 400)
    for page in (wrong, unknown):
        assert "Wrong e-mail address or password." in page.words
        assert 'aria-invalid="true"' in page.html
        assert "another password" not in page.html
    assert f'value="{site.world.owner.email}"' in wrong.html


async def test_too_many_attempts_say_when_to_try_again(site: Site) -> None:
    browser = site.browser
    for _ in range(10):
        await browser.sign_in("nobody@harbour.example", "wrong password")
    page = await browser.sign_in("nobody@harbour.example", "wrong password")
    assert page.status == 429
    assert int(page.response.headers["retry-after"]) > 0
    assert "Too many attempts" in page.words


BAD_BODIES = {
    "no form": (b'{"email": "a"}', "application/json"),
    "a file": (b"--x\r\n", "multipart/form-data; boundary=x"),
    "nothing said": (b"email=a", ""),
    "not ASCII": (b"email=\xff\xfe", "application/x-www-form-urlencoded"),
    "too large": (b"a=" + b"x" * 20_000, "application/x-www-form-urlencoded"),
    "too many fields": (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize(("body", "kind"), BAD_BODIES.values(), ids=BAD_BODIES)
@pytest.mark.parametrize("target", ["/sign-in", "/sign-out", "/link/abc"])
async def test_what_is_no_form_of_ours_is_refused(site: Site, target: str, body: bytes, kind: str) -> None:
    page = await site.browser.call("POST", target, {"content-type": kind}, body)
    assert page.status == 400


async def test_strange_characters_in_a_form_are_wrong_and_nothing_else(site: Site) -> None:
    for email, password in (("a\x00@b.example", "x\x00"), ("\u202e@b", "\ud83d\ude00" * 9), ("<script>", '"><img>')):
        page = await site.browser.sign_in(email, password.encode("utf-16", "surrogatepass").decode("utf-16"))
        assert page.status == 400


# Forms -------------------------------------------------------------------------------------------------------


async def test_a_form_without_the_browsers_token_is_refused(site: Site) -> None:
    await site.owner()
    fields = {"email": site.world.owner.email, "password": PASSWORD}
    browser = site.browser
    no_cookie = await browser.post("/sign-in", fields)
    assert (no_cookie.status, "keeps no cookies" in no_cookie.words) == (403, True)
    for token in ("", "another", browser.cookies[CSRF] + "x", "é"):
        page = await browser.post("/sign-in", {**fields, "csrf": token})
        assert (page.status, "open for too long" in page.words) == (403, True)
    assert SESSION not in browser.cookies


@pytest.mark.parametrize("site_said", ["cross-site", "same-site"])
async def test_a_form_that_the_browser_says_came_from_elsewhere_is_refused(site: Site, site_said: str) -> None:
    await site.owner()
    browser = site.browser
    form = (await browser.get("/sign-in")).hidden
    fields = {**form, "email": site.world.owner.email, "password": PASSWORD}
    assert (await browser.post("/sign-in", fields, **{"sec-fetch-site": site_said})).status == 403
    assert (await browser.post("/sign-in", fields, **{"sec-fetch-site": "same-origin"})).status == 303


async def test_another_site_cannot_sign_anybody_out(site: Site) -> None:
    browser = await site.owner()
    refused = await browser.post("/sign-out", {"csrf": "guessed"})
    assert (refused.status, refused.response.cookies) == (403, [])
    assert (await browser.get("/")).status == 200


async def test_signing_in_changes_the_token_for_forms(site: Site) -> None:
    browser = site.browser
    before = (await browser.get("/sign-in")).hidden["csrf"]
    await site.owner()
    await browser.sign_in(site.world.owner.email, PASSWORD)
    assert browser.cookies[CSRF] != before


# Sessions ----------------------------------------------------------------------------------------------------


async def test_signing_out_ends_the_session_everywhere_it_was_copied_to(site: Site) -> None:
    browser = await site.owner()
    copied = dict(browser.cookies)
    left = await browser.send(await browser.get("/"), "/sign-out")
    assert (left.status, left.location) == (303, "/sign-in")
    assert SESSION not in browser.cookies
    browser.cookies = copied
    assert (await browser.get("/")).location == "/sign-in"


async def test_signing_in_as_somebody_else_ends_the_session_before(site: Site) -> None:
    browser = await site.owner()
    before = browser.cookies[SESSION]
    token = await site.world.run(workspaces.sign_in_link, site.world.access, (await site.teammate()).id)
    page = await browser.get(f"/link/{token}")
    assert (await browser.send(page, f"/link/{token}")).status == 303
    other = site.browser
    other.cookies[SESSION] = before
    assert (await other.get("/")).location == "/sign-in"


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000])
async def test_a_session_that_is_none_leads_to_the_door(site: Site, token: str) -> None:
    browser = site.browser
    browser.cookies[SESSION] = token
    assert (await browser.get("/")).location == "/sign-in"


async def test_a_removed_teammate_is_out_at_once(site: Site) -> None:
    teammate = await site.teammate()
    browser = await site.signed_in(teammate)
    assert (await browser.get("/")).status == 200
    await site.world.run(workspaces.remove, teammate.id)
    assert (await browser.get("/")).location == "/sign-in"


async def test_somebody_removed_from_one_of_two_workspaces_sees_the_other_after_signing_in(
    site: Site, neighbour: World
) -> None:
    teammate = await site.teammate()
    await site.join(neighbour, teammate.email)
    [theirs] = await neighbour.listed()
    browser = await site.signed_in(teammate)
    await site.world.run(workspaces.remove, teammate.id)
    await browser.sign_in(teammate.email, PASSWORD)
    page = await browser.get("/")
    assert theirs in page.words
    assert "Harbour Coffee" not in page.words


@pytest.mark.parametrize("public_url", [HTTPS_URL, "http://127.0.0.1:8080"])
async def test_cookies_are_out_of_reach_for_scripts_and_other_sites(
    world: World, sign_in: SignIn, public_url: str
) -> None:
    browser = await Site(world, sign_in, public_url).owner()
    is_https = public_url.startswith("https")
    prefix = "__Host-" if is_https else ""
    assert set(browser.set) == {prefix + SESSION, prefix + CSRF}
    for cookie in browser.set.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "lax", "/", "")
        assert bool(cookie["secure"]) is is_https
    left = await browser.send(await browser.get("/"), "/sign-out")
    assert left.location == "/sign-in"
    assert browser.cookies == {}
