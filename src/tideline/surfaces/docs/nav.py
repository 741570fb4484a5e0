"""The order of the pages, as `docs/nav.toml` gives it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A section as it is written down: pages of its own, then those that are made from something."""

    title: str
    pages: tuple[str, ...]
    generated: str | None


def read(source: Path) -> list[Place]:
    sections = tomllib.loads((source / "nav.toml").read_text("utf-8"))["section"]
    return [Place(one["title"], tuple(one["pages"]), one.get("generated")) for one in sections]
