"""A browser without a screen: keeps cookies, sends the forms that pages give it, and looks hard at every page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.support.asgi import Response, call
from tests.support.html_check import check_fragment, check_headers, check_page

TAGS = re.compile(r"<[^>]*>")
SPACE = re.compile(r"\s+")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)"[^>]*? value="([^"]*)">')
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Page:
    """An answer, as a person sees it."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def html(self) -> str:
        return self.response.body.decode()

    @property
    def words(self) -> str:
        """The text of the page, without its tags."""
        return SPACE.sub(" ", unescape(TAGS.sub(" ", self.html)))

    @property
    def location(self) -> str:
        return self.response.headers["location"]

    @property
    def hidden(self) -> dict[str, str]:
        """What the page's form carries without being asked."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.html)}

    def links(self, containing: str) -> list[str]:
        return [unescape(link) for link in re.findall(r'href="([^"]*)"', self.html) if containing in unescape(link)]


class Browser:
    def __init__(self, app: Any, *, framed_by: str = "'none'", site: str = "Tideline") -> None:
        self._app = app
        self._framed_by = framed_by
        self._site = site
        self.cookies: dict[str, str] = {}
        self.set: dict[str, Any] = {}

    async def get(self, target: str, **headers: str) -> Page:
        return await self.call("GET", target, headers)

    async def post(self, target: str, fields: Mapping[str, str], **headers: str) -> Page:
        return await self.call("POST", target, {"content-type": FORM, **headers}, urlencode(fields).encode())

    async def send(self, page: Page, target: str, **fields: str) -> Page:
        """Send the form of a page, filled in."""
        return await self.post(target, {**page.hidden, **fields})

    async def sign_in(self, email: str, password: str, *, to: str = "/") -> Page:
        page = await self.get(f"/sign-in?{urlencode({'next': to})}")
        return await self.send(page, "/sign-in", email=email, password=password)

    async def call(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Page:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = await call(self._app, method, target, headers={"cookie": cookies, **headers}, body=body)
        self._keep(response)
        if "x-fragment" in response.headers:
            check_fragment(response)
        elif response.headers.get("content-type", "").startswith("text/html"):
            check_page(response, framed_by=self._framed_by, site=self._site)
        elif response.status == 303:
            check_headers(response, framed_by=self._framed_by)
        return Page(response)

    def _keep(self, response: Response) -> None:
        for text in response.cookies:
            for name, morsel in SimpleCookie(text).items():
                self.set[name] = morsel
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
