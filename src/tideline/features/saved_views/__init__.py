"""Saved views: filters of the list of chats that a teammate has put under a name. Nobody else has anything to do with
them.

    list_views(tx, teammate) -> [SavedView]                 in the order that they like
    keep(tx, teammate, name, filters) -> SavedView          or InvalidViewName, ViewNameTaken, TooManyViews
    rename(tx, teammate, view_id, name)                     or ViewNotFound
    remove(tx, teammate, view_id)
    move(tx, teammate, view_id, by)                         so many places up (-1) or down (1)

What the filters mean is for the list to say; here they are names with values.
"""

from tideline.features.saved_views.actions import keep, list_views, move, remove, rename
from tideline.features.saved_views.errors import InvalidViewName, TooManyViews, ViewNameTaken, ViewNotFound
from tideline.features.saved_views.model import MOST, NAME_MAX, Filters, SavedView, SavedViewId

__all__ = [
    "MOST",
    "NAME_MAX",
    "Filters",
    "InvalidViewName",
    "SavedView",
    "SavedViewId",
    "TooManyViews",
    "ViewNameTaken",
    "ViewNotFound",
    "keep",
    "list_views",
    "move",
    "remove",
    "rename",
]
