"""A partner's own web site: the example of docs/qr-embedding.md as it stands there, and a page with only a frame."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tideline.platform.http import HttpServer, bind

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "qr-embedding.md"
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Partner</title><h1>Partner</h1>
<script>heard = []; addEventListener("message", (event) => heard.push([event.origin, event.data]));
say = (message) => frames[0].postMessage(message, "*");</script>
<iframe title="QR" width="720" height="640"></iframe>
<script>document.querySelector("iframe").src = new URLSearchParams(location.search).get("link");</script>
"""


def example() -> str:
    """The page that people can copy from the guide."""
    [html] = re.findall(r"```html\n(<!doctype html>.*?)```", GUIDE.read_text(), re.DOTALL)
    return str(html)


@dataclass(frozen=True)
class PartnerSite:
    """The site under both of its names; they are two origins."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def foreign_origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def example(self, qr_link: str) -> str:
        return f"{self.origin}/link.html?link={quote(qr_link, safe='')}"

    def frame(self, qr_link: str, origin: str | None = None) -> str:
        return f"{origin or self.origin}/frame.html?link={quote(qr_link, safe='')}"


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """An application on a free port of this machine."""
    with closing(bind("127.0.0.1", 0)) as listener:
        server = HttpServer(app, listener)
        running = asyncio.create_task(server.run())
        await server.started()
        try:
            yield server.port
        finally:
            server.stop()
            await running


@asynccontextmanager
async def partner_site() -> AsyncIterator[PartnerSite]:
    async def show_example(_: Request) -> HTMLResponse:
        return HTMLResponse(example())

    async def show_frame(_: Request) -> HTMLResponse:
        return HTMLResponse(FRAME)

    async def no_icon(_: Request) -> Response:
        return Response(status_code=204)

    pages = {"/link.html": show_example, "/frame.html": show_frame, "/favicon.ico": no_icon}
    async with served(Starlette(routes=[Route(path, page) for path, page in pages.items()])) as port:
        yield PartnerSite(port)
