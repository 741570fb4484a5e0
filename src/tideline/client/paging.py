"""Walks through lists that come in pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from tideline.client.errors import UnexpectedAnswer

Item = TypeVar("Item")


class Page(Protocol):
    """A page of a list that is numbered from 1."""

    @property
    def has_more_pages(self) -> bool: ...


class CursorPage(Protocol):
    """A part of a log, and where to go on."""

    @property
    def has_more(self) -> bool: ...

    @property
    def cursor(self) -> str: ...


P = TypeVar("P", bound=Page)
C = TypeVar("C", bound=CursorPage)


def by_number(first: int, load: Callable[[int], P], items: Callable[[P], Sequence[Item]]) -> Iterator[Item]:
    """Pages are loaded when they are come to."""
    number = first
    while True:
        page = load(number)
        yield from items(page)
        if not page.has_more_pages:
            return
        number += 1


async def by_number_async(
    first: int, load: Callable[[int], Awaitable[P]], items: Callable[[P], Sequence[Item]]
) -> AsyncIterator[Item]:
    """The same, awaited."""
    number = first
    while True:
        page = await load(number)
        for item in items(page):
            yield item
        if not page.has_more_pages:
            return
        number += 1


def by_cursor(
    after: str | None, load: Callable[[str | None], C], items: Callable[[C], Sequence[Item]], *, endless: bool
) -> Iterator[Item]:
    """To the end of what there is; `endless` goes on asking."""
    while True:
        page = load(after)
        yield from items(page)
        if not (page.has_more or endless):
            return
        after = _onward(after, page)


async def by_cursor_async(
    after: str | None,
    load: Callable[[str | None], Awaitable[C]],
    items: Callable[[C], Sequence[Item]],
    *,
    endless: bool,
) -> AsyncIterator[Item]:
    """The same, awaited."""
    while True:
        page = await load(after)
        for item in items(page):
            yield item
        if not (page.has_more or endless):
            return
        after = _onward(after, page)


def _onward(after: str | None, page: CursorPage) -> str:
    """A log that has more and does not move would be asked for ever."""
    if page.has_more and page.cursor == after:
        raise UnexpectedAnswer("the log has more, but its cursor stays where it was")
    return page.cursor
