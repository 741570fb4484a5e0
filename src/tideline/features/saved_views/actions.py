"""What a teammate does with their own views. They are locked by the teammate, so a form sent twice keeps one view."""

from collections.abc import Iterable, Sequence

from tideline.features.saved_views import store
from tideline.features.saved_views.errors import InvalidViewName, TooManyViews, ViewNameTaken, ViewNotFound
from tideline.features.saved_views.model import MOST, NAME_MAX, Filters, SavedView, moved
from tideline.features.workspaces import InvalidName, Teammate, clean_name
from tideline.platform.db import Tx


async def list_views(tx: Tx, teammate: Teammate) -> Sequence[SavedView]:
    return await store.list_all(tx, teammate.id)


async def keep(tx: Tx, teammate: Teammate, name: str, filters: Filters) -> SavedView:
    name = _clean(name)
    views = await store.lock_all(tx, teammate.id)
    _ensure_free(views, name)
    if len(views) >= MOST:
        raise TooManyViews
    return SavedView(await store.append(tx, teammate.id, name, filters), name, filters)


async def rename(tx: Tx, teammate: Teammate, view_id: int, name: str) -> None:
    name = _clean(name)
    views = await store.lock_all(tx, teammate.id)
    _ensure_own(views, view_id)
    _ensure_free((one for one in views if one.id != view_id), name)
    await store.rename(tx, view_id, name)


async def remove(tx: Tx, teammate: Teammate, view_id: int) -> None:
    _ensure_own(await store.lock_all(tx, teammate.id), view_id)
    await store.delete(tx, view_id)


async def move(tx: Tx, teammate: Teammate, view_id: int, by: int) -> None:
    views = await store.lock_all(tx, teammate.id)
    _ensure_own(views, view_id)
    await store.put_in_order(tx, [one.id for one in moved(views, view_id, by)])


def _clean(name: str) -> str:
    try:
        return clean_name(name, longest=NAME_MAX)
    except InvalidName:
        raise InvalidViewName from None


def _ensure_own(views: Iterable[SavedView], view_id: int) -> None:
    if all(one.id != view_id for one in views):
        raise ViewNotFound


def _ensure_free(views: Iterable[SavedView], name: str) -> None:
    if any(one.name.casefold() == name.casefold() for one in views):
        raise ViewNameTaken
