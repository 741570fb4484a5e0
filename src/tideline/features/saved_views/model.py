"""Saved views: what one is, and how a list of them is put in another order. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NewType

SavedViewId = NewType("SavedViewId", int)
Filters = Mapping[str, Sequence[str]]

NAME_MAX = 40
MOST = 30
"""Views of one teammate: they stand side by side over the list."""


@dataclass(frozen=True, slots=True)
class SavedView:
    id: SavedViewId
    name: str
    filters: Filters


def moved(views: Sequence[SavedView], view_id: int, by: int) -> list[SavedView]:
    """The views with one of them so many places further on, as far as there are places."""
    view = next(one for one in views if one.id == view_id)
    place = views.index(view) + by
    others = [one for one in views if one.id != view_id]
    others.insert(min(max(place, 0), len(others)), view)
    return others
