"""Serves the site below `/docs`. A page is drawn when it is first asked for, in a thread, and kept."""

import asyncio
import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tideline.platform.static import StaticFolder
from tideline.surfaces.docs.page import HOME, ROOT
from tideline.surfaces.docs.site import STATIC, Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
GZIP = re.compile(r"(?<![\w-])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
"""Taken, and not named only to be refused."""
HTML, MARKDOWN, TEXT, JSON = "text/html", "text/markdown", "text/plain", "application/json"


@dataclass(frozen=True)
class Sheet:
    """Something drawn, as it goes out."""

    body: bytes
    packed: bytes
    etag: str
    kind: str

    @classmethod
    def of(cls, body: bytes, kind: str) -> "Sheet":
        return cls(body, gzip.compress(body, 6, mtime=0), f'"{sha256(body).hexdigest()[:32]}"', kind)


class Shelf:
    """What has been drawn so far."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sheets: dict[str, Sheet] = {}
        self._one_at_a_time = asyncio.Lock()

    async def page(self, request: Request) -> Response:
        name = request.path_params.get("name", HOME)
        sheet = self._sheets.get(name) or await self._draw(name)
        if sheet is None:
            return await self._missing()
        return _answer(request, sheet)

    async def _draw(self, name: str) -> Sheet | None:
        async with self._one_at_a_time:
            if name not in self._sheets:
                sheet = await asyncio.to_thread(self._drawn, name)
                if sheet is None:
                    return None
                self._sheets[name] = sheet
        return self._sheets[name]

    def _drawn(self, name: str) -> Sheet | None:
        whole: dict[str, tuple[Callable[[], bytes], str]] = {
            "llms.txt": (self._site.llms, TEXT),
            "llms-full.txt": (self._site.llms_full, TEXT),
            "search.json": (self._site.search, JSON),
        }
        if name in whole:
            draw, kind = whole[name]
            return Sheet.of(draw(), kind)
        pages = self._site.library.pages
        if name.endswith(".md") and (page := pages.get(name.removesuffix(".md"))):
            return Sheet.of(page.markdown.encode(), MARKDOWN)
        return Sheet.of(self._site.html(pages[name]), HTML) if name in pages else None

    async def _missing(self) -> Response:
        body = await asyncio.to_thread(self._site.missing)
        return Response(body, 404, media_type=HTML, headers=_headers())

    async def picture(self, request: Request) -> Response:
        name = PurePosixPath(request.path_params["name"]).name
        path = self._site.library.source / "screenshots" / name
        return FileResponse(path, headers=_headers()) if path.is_file() else await self._missing()

    async def tokens(self, _request: Request) -> Response:
        return FileResponse(self._site.tokens, media_type="text/css", headers=_headers())


def _answer(request: Request, sheet: Sheet) -> Response:
    headers = {**_headers(), "etag": sheet.etag, "vary": "accept-encoding"}
    # one of several, or made weak by something in between that packs answers again
    if sheet.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if GZIP.search(request.headers.get("accept-encoding", "")):
        return Response(sheet.packed, media_type=sheet.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(sheet.body, media_type=sheet.kind, headers=headers)


def _headers() -> dict[str, str]:
    return {
        "content-security-policy": POLICY,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def routes(site: Site) -> list[BaseRoute]:
    """To be joined after everything else below `/docs`: what no other route takes is a page, or none."""
    shelf = Shelf(site)
    return [
        Route(ROOT, shelf.page),
        Route(f"{ROOT}/assets/tokens.css", shelf.tokens),
        Mount(f"{ROOT}/assets", StaticFolder(directory=STATIC)),
        Route(f"{ROOT}/screenshots/{{name}}", shelf.picture),
        Route(f"{ROOT}/{{name:path}}", shelf.page),
    ]
