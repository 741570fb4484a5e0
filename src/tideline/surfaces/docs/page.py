"""A page before it is drawn: Markdown with a title, an address and a place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from posixpath import normpath, relpath

HEADING = re.compile(r"^# (.+)\n+", re.MULTILINE)
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
PARTS = re.compile(r"[^\w\- ]")
MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]|<(https?:[^>]*)>")

HOME = "index"
ROOT = "/docs"


@dataclass(frozen=True)
class Page:
    slug: str
    """Its address below the root, without an ending: `webhooks`, `public-api/list-chats`."""
    markdown: str
    label: str = ""
    """How lists name it, where its title is too long."""
    group: str = ""
    """The heading that it stands under in its section."""
    note: str = ""
    """A short mark beside its name in lists, such as the verb of an operation."""

    @cached_property
    def title(self) -> str:
        return plain(HEADING.search(self.markdown)[1])  # type: ignore[index]  # a test wants a heading on every page

    @property
    def name(self) -> str:
        return self.label or self.title

    @cached_property
    def about(self) -> str:
        """The first paragraph, in plain words."""
        body = HEADING.sub("", self.markdown, count=1)
        for part in re.split(r"\n\s*\n", body):
            if part and part[0] not in "#|`>!<*-":
                return plain(" ".join(part.split()))
        return ""

    @property
    def file(self) -> str:
        return f"{self.slug}.md"


def read(source: Path, slug: str) -> Page:
    page = Page(slug, (source / f"{slug}.md").read_text("utf-8"))
    return replace(page, markdown=with_links_between(page))


def plain(markdown: str) -> str:
    return MARKS.sub(lambda found: found[1] or found[2] or "", markdown)


def target_of(page: Page, href: str) -> tuple[str, str] | None:
    """The file below the root that a link of this page leads to, and the anchor there; None where it leads outside."""
    path, _, anchor = href.partition("#")
    if OUTSIDE.match(href):
        return None
    if not path:
        return page.file, anchor
    if path.startswith("/"):
        below = path.removeprefix(ROOT)
        return (below.strip("/") or HOME, anchor) if below != path and (not below or below[0] == "/") else None
    found = normpath(f"{page.slug.rpartition('/')[0]}/{path}".lstrip("/"))
    return found, anchor


def with_links_between(page: Page) -> str:
    """The page's Markdown with links that lead from file to file, so that it reads the same at its own address."""
    here = page.slug.rpartition("/")[0]

    def rewrite(found: re.Match[str]) -> str:
        href = found[2]
        if not href.startswith(f"{ROOT}/") and not href.endswith("/"):
            return found[0]
        target = target_of(page, href)
        if target is None or target[0].startswith(("openapi/", "api/")) or target[0] == "api":
            return found[0]
        file = target[0] if "." in target[0] else f"{target[0]}.md"
        return f"{found[1]}{relpath(file, here or '.')}{f'#{target[1]}' if target[1] else ''}{found[3]}"

    return LINK.sub(rewrite, page.markdown)


def anchors(headings: Sequence[str]) -> Iterator[str]:
    """As the code hosts make them, so that links work in both places."""
    taken: dict[str, int] = {}
    for text in headings:
        anchor = PARTS.sub("", text.lower()).strip().replace(" ", "-")
        taken[anchor] = taken.get(anchor, -1) + 1
        yield f"{anchor}-{taken[anchor]}" if taken[anchor] else anchor
