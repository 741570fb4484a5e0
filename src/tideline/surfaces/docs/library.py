"""All pages in their order: those that people write, and those that are made from contracts and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tideline.surfaces.docs import nav
from tideline.surfaces.docs.page import Page, read
from tideline.surfaces.docs.reference import Volume, event_pages, operation_pages

DECISIONS = "decisions"


@dataclass(frozen=True)
class Section:
    title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Library:
    source: Path
    """The folder with `nav.toml` and the Markdown that people write."""
    public: Volume
    partner: Volume

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(place.title, (*(read(self.source, slug) for slug in place.pages), *self._made(place.generated)))
            for place in nav.read(self.source)
        )

    @cached_property
    def pages(self) -> dict[str, Page]:
        return {page.slug: page for section in self.sections for page in section.pages}

    def section_of(self, page: Page) -> Section:
        return next(section for section in self.sections if page in section.pages)

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        order = [None, *self.pages.values(), None]
        at = order.index(page)
        return order[at - 1], order[at + 1]

    def _made(self, kind: str | None) -> Sequence[Page]:
        match kind:
            case "public-api":
                return operation_pages(self.public)
            case "webhooks":
                return event_pages(self.public, "webhooks")
            case "partner-api":
                return [*operation_pages(self.partner), *event_pages(self.partner, "partner-api/events")]
            case "decisions":
                return self._decisions()
        return ()

    def _decisions(self) -> list[Page]:
        records = [
            read(self.source, f"{DECISIONS}/{path.stem}") for path in sorted((self.source / DECISIONS).glob("*.md"))
        ]
        listed = "\n".join(f"* [{one.title}]({one.file})" for one in records)
        index = Page(DECISIONS, f"# Decisions\n\nWhy it is built this way, one record for each surprise.\n\n{listed}\n")
        return [index, *records]
