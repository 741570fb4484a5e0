"""The pages of a library as they are read: HTML in one layout, Markdown, the two files for language models, the index
that the search looks into. Where links lead depends on whether a server shows them or a folder of files."""

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from posixpath import relpath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tideline import __version__
from tideline.surfaces.docs.library import Library
from tideline.surfaces.docs.page import HOME, ROOT, Page, target_of
from tideline.surfaces.docs.words import Words, words_of

if TYPE_CHECKING:
    from tideline.surfaces.docs.markdown import Drawn

HERE = Path(__file__).parent
STATIC = HERE / "static"
SUMMARY = (
    "A self-hosted WhatsApp team inbox and API platform that speaks the wire contract of the TimelinesAI Public API, "
    "Partner API and webhooks."
)

MISSING = """# There is no such page

The list of pages is beside this, and the search above looks into them all.
"""


@dataclass(frozen=True)
class Site:
    library: Library
    tokens: Path
    """The style sheet with the colours of the whole product."""
    public_url: str = ""
    """Where a server shows it; links for language models are whole addresses then."""
    as_files: bool = False
    """Are the pages files in a folder, which link to each other by name?"""

    def html(self, page: Page) -> bytes:
        drawn = _drawn(page)
        return self._layout(
            page,
            title=page.title,
            about=page.about,
            content=drawn.html(lambda href: self.led(page, href)),
            contents=[one for one in drawn.headings if one[0] in {2, 3}],
        )

    def missing(self) -> bytes:
        """What is said where there is no page."""
        nowhere = Page("missing", MISSING)
        content = _drawn(nowhere).html(lambda href: href)
        return self._layout(nowhere, title=nowhere.title, about="", content=content, contents=[])

    def _layout(self, page: Page, **values: Any) -> bytes:
        known = page.slug in self.library.pages
        earlier, later = self.library.neighbours(page) if known else (None, None)
        html = (
            _environment()
            .get_template("page.html")
            .render(
                page=page,
                known=known,
                section=self.library.section_of(page) if known else None,
                sections=self.library.sections,
                earlier=earlier,
                later=later,
                href=lambda slug: self.link(page, slug),
                asset=lambda name: self._file(page, name),
                root=self._file(page, ""),
                ending=".html" if self.as_files else "",
                version=__version__,
                home=HOME,
                as_files=self.as_files,
                **values,
            )
        )
        return html.encode()

    def link(self, page: Page, slug: str, anchor: str = "") -> str:
        """How this page links to that one."""
        tail = f"#{anchor}" if anchor else ""
        if self.as_files:
            return f"{self._file(page, f'{slug}.html')}{tail}"
        return f"{ROOT if slug == HOME else f'{ROOT}/{slug}'}{tail}"

    def _file(self, page: Page, name: str) -> str:
        if not self.as_files:
            return f"{ROOT}/{name}"
        here = page.slug.rpartition("/")[0] or "."
        return relpath(name, here) if name else f"{relpath('.', here)}/"

    def led(self, page: Page, href: str) -> str:
        """A link of the Markdown, for the reader of the HTML."""
        target = target_of(page, href)
        if target is None:
            return href
        file, anchor = target
        slug = file.removesuffix(".md")
        if slug in self.library.pages:
            return f"#{anchor}" if slug == page.slug and anchor else self.link(page, slug, anchor)
        return self._file(page, file) + (f"#{anchor}" if anchor else "")

    def llms(self) -> bytes:
        """The index for language models, as llmstxt.org describes it."""
        parts = [f"# Tideline\n\n> {SUMMARY}\n\nEverything in one file: {self._whole('llms-full.txt')}\n"]
        for section in self.library.sections:
            rows = (f"- [{page.name}]({self._whole(page.file)}): {page.about}".rstrip(": ") for page in section.pages)
            parts.append(f"## {section.title}\n\n" + "\n".join(rows) + "\n")
        return "\n".join(parts).encode()

    def llms_full(self) -> bytes:
        pages = (
            f"<!-- {self._whole(page.file)} -->\n\n{page.markdown.strip()}\n" for page in self.library.pages.values()
        )
        return "\n".join(pages).encode()

    def _whole(self, file: str) -> str:
        return file if self.as_files else f"{self.public_url}{ROOT}/{file}"

    @cached_property
    def _sought(self) -> list[Words]:
        return [one for page in self.library.pages.values() for one in words_of(self.library, page)]

    def search(self) -> bytes:
        return json.dumps([one.row() for one in self._sought], ensure_ascii=False, separators=(",", ":")).encode()


def _drawn(page: Page) -> "Drawn":
    """What reads Markdown and colours code is loaded with the first page, so that a server starts without it."""
    from tideline.surfaces.docs.markdown import Drawn

    return Drawn(page.markdown)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
