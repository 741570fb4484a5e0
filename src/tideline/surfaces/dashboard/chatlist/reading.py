"""Reads a list of chats as it is shown: rows, hits of a search, views with their counts, and what filters offer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from starlette.requests import Request

from tideline.features import chats, messages, numbers, saved_views, search, workspaces
from tideline.features.chats import Chat, Page, Sight
from tideline.features.messages import Hit, SearchFilter
from tideline.features.search import NothingToSearch, Question
from tideline.features.workspaces import Teammate, TeammateId
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import shell, shown
from tideline.surfaces.dashboard.chatlist import model
from tideline.surfaces.dashboard.chatlist import wanted as asking
from tideline.surfaces.dashboard.chatlist.model import Choices, Found, Listed
from tideline.surfaces.dashboard.chatlist.wanted import Wanted
from tideline.surfaces.dashboard.visits import Visitor

PAGE: Final = 50
CHATS_FOUND: Final = 8
"""Chats that a search shows before the messages it found; more of them come when asked for."""
HITS: Final = 20
LABELS_OFFERED: Final = 200
LAST_PAGE: Final = 500


async def read_list(
    tx: Tx, visitor: Visitor, request: Request, open_chat: int | None = None, ids: Sequence[int] | None = None
) -> Listed:
    """The list that the address asks for. Its links lead to `/`, or with a chat that is open to the same chat. With
    `ids` only those of the chats that belong into the list."""
    wanted = asking.read(request.query_params.multi_items())
    path, extra = _path(visitor, open_chat)
    choices = await _choices(tx, visitor) if ids is None else await _meant(tx, wanted)
    found = await _chats(tx, visitor, wanted, choices, ids)
    last = await messages.last_messages(tx, found.items)
    hits = await _hits(tx, visitor, wanted, _page(request)) if wanted.is_searching and ids is None else None
    cleared = asking.address(path, [*extra, *([("view", wanted.view)] if wanted.view != asking.ALL else [])])
    pairs = [*extra, *wanted.pairs]
    return Listed(
        wanted,
        path,
        extra,
        rows=[shown.row(chat, last.get(chat.id)) for chat in found.items],
        tabs=model.tabs(
            wanted,
            path,
            extra,
            await chats.tally(tx, visitor.me, model.MOST_COUNTED),
            await saved_views.list_views(tx, visitor.me),
        ),
        chips=model.chips(wanted, path, extra, choices),
        choices=choices,
        slug=visitor.workspace.slug,
        newest=asking.address(path, pairs) if wanted.after is not None else None,
        older=_behind(path, pairs, found.items[-1]) if found.has_more else None,
        hits=None if hits is None else [_found(one, wanted) for one in hits.items],
        more_hits=asking.address(path, [*pairs, ("hits", str(_page(request) + 1))]) if hits and hits.has_more else None,
        empty=model.empty(wanted, cleared),
        is_empty=not found.items and not (hits and hits.items),
        cleared=cleared,
    )


async def _chats(tx: Tx, visitor: Visitor, wanted: Wanted, choices: Choices, ids: Sequence[int] | None) -> Page[Chat]:
    people = {TeammateId(one.id): one for one in choices.people}
    meant = asking.chat_filter(wanted, visitor.me, people, visitor.zone)
    if ids is not None:
        return await chats.list_behind(tx, replace(meant, ids=ids), None, len(ids))
    size = CHATS_FOUND if wanted.is_searching and wanted.after is None else PAGE
    return await chats.list_behind(tx, meant, wanted.after, size)


async def _hits(tx: Tx, visitor: Visitor, wanted: Wanted, page: int) -> Page[Hit]:
    """Messages in all chats that the visitor sees, of the numbers that are asked for."""
    try:
        question = _question(wanted.q)
    except NothingToSearch:
        return Page([], has_more=False)
    jids = None
    if wanted.numbers:
        jids = [one.jid for one in (await numbers.get_many(tx, wanted.numbers)).values()]
    narrowed = SearchFilter(number_jids=jids, visible_to=visitor.me)
    return await messages.search_messages(tx, question, narrowed, page, HITS)


def _question(typed: str) -> Question:
    """The last word may be only begun: people look at what they find while they type."""
    return search.read_question(typed if typed.endswith(('"', "*", "”")) else f"{typed}*")


def _found(hit: Hit, wanted: Wanted) -> Found:
    message = hit.message
    text = message.text or ""
    if not hit.in_text and message.attachment:
        pieces = model.pieces(message.attachment.filename, hit.in_filename)
    else:
        pieces = model.pieces(text, hit.in_text)
    query = asking.address("", [*wanted.pairs, ("at", str(message.uid))])
    return Found(hit.chat, hit, pieces, f"/chat/{hit.chat.id}/messages/{query}#m-{message.uid}")


async def _choices(tx: Tx, visitor: Visitor) -> Choices:
    sight = Sight.of(visitor.me)
    all_numbers = await numbers.list_numbers(tx)
    return Choices(
        numbers=[one for one in all_numbers if sight is None or sight.has_number(one)],
        labels=await chats.suggest_labels(tx, "", LABELS_OFFERED),
        people=_me_first(await workspaces.list_teammates(tx), visitor.me),
    )


async def _meant(tx: Tx, wanted: Wanted) -> Choices:
    """Only what it takes to understand the filters, where none is offered."""
    return Choices([], [], await workspaces.list_teammates(tx) if wanted.responsible else [])


def _me_first(people: Sequence[Teammate], me: Teammate) -> list[Teammate]:
    return sorted(people, key=lambda one: (one.id != me.id, one.display_name))


def _path(visitor: Visitor, open_chat: int | None) -> tuple[str, asking.Pairs]:
    """Where the links of the list lead. A chat's own address knows its workspace."""
    if open_chat is not None:
        return f"/chat/{open_chat}/messages/", []
    return "/", shell.workspace_pair(visitor)


def _behind(path: str, pairs: asking.Pairs, last: Chat) -> str:
    return asking.address(path, [*pairs, ("after", asking.place_text(chats.place_of(last)))])


def _page(request: Request) -> int:
    given = request.query_params.get("hits", "1")
    is_number = given.isascii() and given.isdigit() and len(given) < 6
    return min(max(int(given), 1), LAST_PAGE) if is_number else 1
