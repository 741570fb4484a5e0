"""The documentation: every page is there, every link leads somewhere, served and as files, and no page may run what is
not its own."""

import gzip
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from zipfile import ZipFile

import pytest
from starlette.applications import Starlette

from tests.architecture.reference import DOCS
from tests.architecture.statements import ROOT
from tests.support.asgi import call
from tests.support.html_check import read
from tideline.surfaces.docs import Library, Site, routes
from tideline.surfaces.docs.folder import FolderNotEmpty
from tideline.surfaces.docs.markdown import Drawn
from tideline.surfaces.docs.reference.volume import slug_of
from tideline.surfaces.docs.words import words_of
from tideline.wiring.documentation import site, write_site

PUBLIC = "https://inbox.example.com"
SERVED = ("/docs/api", "/docs/openapi/", "/docs/static/")
"""What other parts of the server show below /docs."""


@pytest.fixture(scope="module")
def shown() -> Site:
    return site(PUBLIC)


@pytest.fixture(scope="module")
def library(shown: Site) -> Library:
    return shown.library


@pytest.fixture(scope="module")
def app(shown: Site) -> Starlette:
    made = Starlette(routes=routes(shown))
    made.router.redirect_slashes = False
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    return folder


class Links(HTMLParser):
    """Where a page leads, and which places it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.targets |= {value for name in ("href", "src") if (value := given.get(name))}
        self.ids |= {given["id"] or ""} if "id" in given else set()


def is_outside(target: str) -> bool:
    return bool(re.match(r"[a-z]+:", target)) and not target.startswith(PUBLIC)


def test_every_page_that_somebody_wrote_has_a_place(library: Library) -> None:
    written = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}
    assert written <= set(library.pages), "put it into docs/nav.toml"


def test_every_operation_and_every_event_has_its_page(library: Library) -> None:
    for volume, events in ((library.public, "webhooks"), (library.partner, "partner-api/events")):
        wanted = {f"{volume.slug}/{slug_of(call.id)}" for call in volume.calls}
        wanted |= {f"{events}/{slug_of(name)}" for name in volume.events.document["webhooks"]}
        assert wanted <= set(library.pages)
        assert len(wanted) == len(volume.calls) + len(volume.events.document["webhooks"])


def test_what_is_added_to_the_original_is_named_as_that(library: Library) -> None:
    told = set(re.findall(r"\(([\w/-]+)\.md\)", library.pages["differences"].markdown))
    added = {
        f"{volume.slug}/{slug_of(one.id)}"
        for volume in (library.public, library.partner)
        for one in volume.calls
        if one.is_extension
    }
    events = library.public.events.document["webhooks"].items()
    added |= {f"webhooks/{slug_of(name)}" for name, item in events if item["post"].get("x-extension")}
    assert len(added) > 30
    assert added <= told


def test_every_link_of_every_page_leads_somewhere(shown: Site) -> None:
    pages = {shown.link(page, page.slug): Links(shown.html(page).decode()) for page in shown.library.pages.values()}
    files = {f"/docs/{page.file}" for page in shown.library.pages.values()} | {"/docs/llms.txt"}
    files |= {f"/docs/screenshots/{path.name}" for path in (DOCS / "screenshots").iterdir()}
    wrong = []
    for address, page in pages.items():
        for target in page.targets:
            path, _, anchor = target.partition("#")
            path = path or address
            if is_outside(target) or path in files or path.startswith((*SERVED, "/docs/assets/")):
                continue
            if path not in pages or (anchor and anchor not in pages[path].ids):
                wrong.append(f"{address}: {target}")
    assert not wrong


def test_every_link_between_the_files_leads_somewhere(folder: Path) -> None:
    pages = {str(path.relative_to(folder)): Links(path.read_text()) for path in folder.rglob("*.html")}
    wrong = []
    for name, page in pages.items():
        for target in page.targets - {"/docs/api"}:
            path, _, anchor = target.partition("#")
            file = normpath(f"{dirname(name)}/{path}".lstrip("/")) if path else name
            if is_outside(target):
                continue
            if not (folder / file).is_file() or (anchor and anchor not in pages[file].ids):
                wrong.append(f"{name}: {target}")
    assert not wrong


def markdown_links(text: str) -> Iterator[str]:
    yield from re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
    )


def test_every_link_of_the_markdown_leads_to_markdown(library: Library) -> None:
    wrong = []
    for page in library.pages.values():
        for target in markdown_links(page.markdown):
            file = normpath(f"{dirname(page.file)}/{target.partition('#')[0]}".lstrip("/"))
            there = file.removesuffix(".md") in library.pages or (DOCS / file).is_file()
            if not (is_outside(target) or target.startswith(("#", *SERVED)) or there):
                wrong.append(f"{page.file}: {target}")
    assert not wrong


async def test_both_files_for_language_models_hold_every_page(app: Starlette, library: Library) -> None:
    index = (await call(app, "GET", "/docs/llms.txt")).body.decode()
    assert index.startswith("# Tideline\n\n> ")
    listed = re.findall(r"^- \[.+?\]\(https://inbox\.example\.com(\S+)\)", index, re.MULTILINE)
    assert listed == [f"/docs/{page.file}" for page in library.pages.values()]
    for address in listed:
        assert (await call(app, "GET", address)).status == 200
    whole = (await call(app, "GET", "/docs/llms-full.txt")).body.decode()
    assert all(page.markdown.strip() in whole for page in library.pages.values())


@pytest.mark.parametrize("path", ["/docs", "/docs/webhooks", "/docs/public-api/list-chats", "/docs/decisions"])
async def test_a_page_is_strict_html_under_a_strict_policy(app: Starlette, path: str) -> None:
    page = await call(app, "GET", path)
    assert page.status == 200
    reader = read(page.body.decode())
    assert not reader.open
    assert not reader.wrong
    assert not [name for name, times in reader.ids.items() if times > 1]
    assert reader.tags["h1"] == 1
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    for known in ("{}", "W/{}", '"another", {}'):
        again = await call(app, "GET", path, headers={"If-None-Match": known.format(page.headers["etag"])})
        assert (again.status, again.body) == (304, b"")


TAKEN = {"gzip": True, "br, GZIP;q=0.5": True, "gzip;q=0.01": True, "gzip; q=0, br": False, "x-gzip": False, "": False}


@pytest.mark.parametrize(("accepted", "is_packed"), TAKEN.items())
async def test_a_page_is_packed_for_who_takes_it_so(app: Starlette, accepted: str, is_packed: bool) -> None:
    answer = await call(app, "GET", "/docs/webhooks", headers={"Accept-Encoding": accepted})
    assert ("content-encoding" in answer.headers, answer.body[:2] == b"\x1f\x8b") == (is_packed, is_packed)


async def test_a_page_is_its_markdown_too(app: Starlette, library: Library) -> None:
    answer = await call(app, "GET", "/docs/webhooks.md", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/markdown")
    assert gzip.decompress(answer.body).decode() == library.pages["webhooks"].markdown


@pytest.mark.parametrize(
    "path",
    ["/docs/", "/docs/nothing", "/docs/webhooks/", "/docs/nothing.md", "/docs/nav.toml", "/docs/webhooks.html",
     "/docs/screenshots/../index.md", "/docs/screenshots/nothing.png", "/docs/%2e%2e/README.md"],
)  # fmt: skip
async def test_what_is_no_page_is_not_found(app: Starlette, path: str) -> None:
    answer = await call(app, "GET", path)
    assert answer.status == 404
    assert b"There is no such page" in answer.body


async def test_the_search_knows_every_part_by_the_place_that_the_page_gives_it(
    app: Starlette, library: Library
) -> None:
    rows = json.loads((await call(app, "GET", "/docs/search.json")).body)
    known = defaultdict(list)
    for slug, anchor, *_ in rows:
        known[slug].append(anchor)
    for page in library.pages.values():
        headings = [anchor for level, anchor, _ in Drawn(page.markdown).headings if level in {2, 3}]
        assert known[page.slug] == ["", *headings], page.slug
        assert [one.anchor for one in words_of(library, page)] == known[page.slug]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderNotEmpty):
        write_site(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert write_site(folder).pages > 150


def test_an_installed_tideline_brings_every_page(tmp_path: Path) -> None:
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"
    made = subprocess.run([sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, check=True)
    with ZipFile(tmp_path / made.stdout.split()[-1]) as wheel:
        names = set(wheel.namelist())
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*") if path.is_file()}
    assert {f"tideline/surfaces/docs/pages/{page}" for page in pages} <= names
    assert "tideline/surfaces/docs/templates/page.html" in names
