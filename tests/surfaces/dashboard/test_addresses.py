"""Every address answers with a page: unknown ones, wrong methods, bugs. And what browsers load beside the pages."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from tests.support.asgi import call
from tests.support.browsing import Browser
from tests.surfaces.dashboard.conftest import Site
from tideline.surfaces.dashboard import EXCEPTION_HANDLERS, rendering

SOURCE = Path(rendering.__file__).parent
STATIC, TEMPLATES = SOURCE / "static", SOURCE / "templates"


@pytest.mark.parametrize("path", ["/nothing", "/chat", "/chat/1/2/3", "/sign-in/", "/qr", "/qr/a/b", "/%00", "//x"])
async def test_an_unknown_address_is_a_page(site: Site, path: str) -> None:
    page = await site.browser.get(path)
    assert (page.status, "Nothing here" in page.words) == (404, True)


ALLOWED = {
    "/": "GET, HEAD",
    "/sign-in": "GET, POST, HEAD",
    "/sign-out": "POST",
    "/link/x": "GET, POST, HEAD",
    "/qr/x": "GET, POST, HEAD",
    "/qr/x/state": "GET, HEAD",
    "/chat/1/messages/": "GET, POST, HEAD",
}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items(), ids=ALLOWED)
async def test_a_wrong_method_is_a_page_that_says_which_are_right(
    site: Site, method: str, path: str, allowed: str
) -> None:
    page = await site.browser.call(method, path, {})
    assert (page.status, page.response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("host", ["[", "evil.example", "evil.example/path?x", "a b", "", "é"])
async def test_the_host_header_is_not_believed(site: Site, host: str) -> None:
    stranger = site.browser
    assert (await stranger.get("/", host=host)).location == "/sign-in"
    assert (await stranger.get("/chat/1/messages/", host=host)).location == "/sign-in?next=/chat/1/messages/"
    page = await (await site.owner()).get("/", host=host)
    assert (page.status, "evil.example" in page.html) == (200, False)


async def test_signing_out_is_never_a_link(site: Site) -> None:
    browser = await site.owner()
    assert (await browser.get("/sign-out")).status == 405
    assert (await browser.get("/")).status == 200


async def test_a_bug_is_a_page_that_says_nothing_of_it() -> None:
    async def broken(_request: Request) -> None:
        raise ValueError("a secret detail")

    app = Starlette(routes=[Route("/broken", broken)], exception_handlers=EXCEPTION_HANDLERS)
    answered = Browser(app)
    with pytest.raises(ValueError, match="secret"):  # it goes on to the server's log
        await answered.get("/broken")


@pytest.mark.parametrize("path", sorted(str(path.relative_to(STATIC)) for path in STATIC.rglob("*.*")))
async def test_what_pages_load_is_there(site: Site, path: str) -> None:
    answer = await call(site.app, "GET", f"/static/{path}")
    assert answer.status == 200
    assert answer.body == (STATIC / path).read_bytes()
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = await call(site.app, "GET", f"/static/{path}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status == 304


async def test_browsers_keep_what_a_page_names_with_its_version(site: Site) -> None:
    """All but the pages themselves: an older version answers with what there is now, and is asked again."""
    page = await site.browser.get("/sign-in")
    [css] = page.links("app.css")
    plain, kept = "/static/app.css", (STATIC / "app.css").read_bytes()
    older = css.replace(css.split("/")[2], "v-0123456789ab")
    for address, how in {css: "immutable", plain: "no-cache", older: "no-cache"}.items():
        answer = await call(site.app, "GET", address)
        assert (answer.status, answer.body) == (200, kept), address
        assert how in answer.headers["cache-control"], address
    for address in ("/static/v-0123456789ab/../routes.py", "/static/v-1/app.css", "/static/v-0123456789ab/"):
        assert (await call(site.app, "GET", address)).status == 404, address


async def test_the_default_picture_of_the_public_api_is_a_picture(site: Site) -> None:
    answer = await call(site.app, "GET", "/static/img/default_avatar.jpeg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.body[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    "path", ["../routes.py", "v-0123456789ab/../../routes.py", "..%2froutes.py", "img", "", "nothing.css", "%00"]
)
async def test_nothing_else_of_the_disk_is_there(site: Site, path: str) -> None:
    assert (await call(site.app, "GET", f"/static/{path}")).status in (404, 405)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_switches_escaping_off(path: Path) -> None:
    text = path.read_text()
    assert not [word for word in ("safe", "autoescape", "Markup", "style=", " onclick") if word in text]


@pytest.mark.parametrize("path", ["/sign-in", "/lost-password", "/templates/new", "/chat/{id}/messages/"])
async def test_what_no_database_keeps_is_no_form(site: Site, path: str) -> None:
    chat, browser = await site.world.chat(), await site.owner()
    page = await browser.get("/profile")
    fields = {"email": "a@b.example", "name": "Hours", "text": "Open", "key": "a\x00b", "title": "\x00"}
    assert (await browser.send(page, path.format(id=chat.id), **fields)).status == 400
