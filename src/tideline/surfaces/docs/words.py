"""What the search looks into: each part of each page, with the words that stand in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tideline.surfaces.docs.library import Library
from tideline.surfaces.docs.page import Page, anchors, plain

LONGEST = 1500
"""Characters of one part that are looked into. What stands deeper in a table of members is found by the part's name."""
HEADING = re.compile(r"^(#{1,6}) (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MARKUP = re.compile(r"[#|>`*]|-{3,}|\s+")
SHOWN = {2, 3}
"""The levels of headings that begin a part of their own."""


@dataclass(frozen=True)
class Words:
    slug: str
    anchor: str
    page: str
    part: str
    section: str
    text: str

    def row(self) -> list[str]:
        return [self.slug, self.anchor, self.page, self.part, self.section, self.text]


def words_of(library: Library, page: Page) -> Iterator[Words]:
    section = library.section_of(page).title
    name = page.name if page.name == page.title else f"{page.name} {page.title}"
    text = FENCE.sub(lambda found: found[0].replace("#", " "), page.markdown)
    parts = [("", "", 0, text.find("\n") + 1), *_parts(text)]
    ends = [start for _, _, start, _ in parts[1:]] + [len(text)]
    for (anchor, part, _, start), end in zip(parts, ends, strict=True):
        words = " ".join(MARKUP.sub(" ", plain(text[start:end])).split())
        yield Words(page.slug, anchor, name, part, section, words[:LONGEST])


def _parts(text: str) -> list[tuple[str, str, int, int]]:
    """Anchor and name of each part, where its heading begins and where it ends."""
    found: Sequence[re.Match[str]] = list(HEADING.finditer(text))
    names = [plain(one[2]) for one in found]
    return [
        (anchor, name, one.start(), one.end())
        for one, name, anchor in zip(found, names, anchors(names), strict=True)
        if len(one[1]) in SHOWN
    ]
