"""What people need to look up is written down: settings, problems, commands, events, words."""

import re
from pathlib import Path

import pytest

from tests.architecture.reference import DOCS, PAGES, fact_kinds
from tests.architecture.statements import ROOT
from tideline.surfaces.docs import nav

LINK = re.compile(r"\]\((?!https?://|#|mailto:|/docs/)([^)#]+)(?:#[^)]*)?\)")
PAGES_WITH_LINKS = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run `make docs`"


def test_every_kind_of_fact_is_explained_and_no_other() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "events.md").read_text(), re.MULTILINE))
    assert explained == fact_kinds()


@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [target for target in LINK.findall(page.read_text()) if not (page.parent / target).exists()]
    assert not missing


def test_every_decision_says_what_it_costs_and_what_was_turned_down() -> None:
    for page in (DOCS / "decisions").glob("*.md"):
        text = page.read_text()
        for part in ("**What is true.**", "**What we do.**", "**What it costs.**", "**What we turned down.**"):
            assert part in text, f"{page.name} lacks {part}"


def test_every_page_has_a_place_on_the_site() -> None:
    places = {page for place in nav.read(DOCS) for page in place.pages}
    missing = [path.stem for path in DOCS.glob("*.md") if path.stem not in places]
    assert not missing, "put it into docs/nav.toml"
