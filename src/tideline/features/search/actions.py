"""Searching: the newest messages that meet a question, a few hundred at a time put in order by how well they do."""

from collections.abc import Sequence
from typing import Final

from tideline.features import chats
from tideline.features.search import ranking, store
from tideline.features.search.conditions import Conditions
from tideline.features.search.model import PAGE, Candidate, Found, Narrowing
from tideline.features.search.question import Question
from tideline.platform.db import Tx

EVERYTHING: Final = Narrowing()
BLOCK: Final = 200
"""So many of the newest are put in order, then so many of those before them."""
DEEPEST: Final = 10_000
"""Pages go no further than this. Who wants older messages says before when."""
WINDOW: Final = 2000
DENSE: Final = 4000
FORTNIGHTS_AT_ONCE: Final = 128
CHATS_NAMED: Final = 200


async def find(tx: Tx, question: Question, wanted: Narrowing = EVERYTHING, *, page: int = 1, size: int = PAGE) -> Found:
    """A page of what meets the question: the newest first, or of each block the best first."""
    begin, end = (page - 1) * size, min(page * size, DEEPEST)
    if begin >= end or wanted.is_impossible:
        return Found([], has_more=False)
    if not question.is_ranked:
        newest = await _newest(tx, question, wanted, end + 1)
        return _page(newest, begin, end, has_more=len(newest) > end)
    first = begin - begin % BLOCK
    last = end + -end % BLOCK
    newest = await _newest(tx, question, wanted, last + 1)
    ranked = await _ranked(tx, question, newest[first:last])
    return _page(ranked, begin - first, end - first, has_more=len(newest) > end)


def _page(found: Sequence[Candidate], begin: int, end: int, *, has_more: bool) -> Found:
    return Found([one.uid for one in found[begin:end]], has_more and end < DEEPEST)


async def _ranked(tx: Tx, question: Question, newest: Sequence[Candidate]) -> list[Candidate]:
    words = await store.words_of(tx, [one.uid for one in newest]) if newest else {}
    blocks = [newest[begin : begin + BLOCK] for begin in range(0, len(newest), BLOCK)]
    return [one for block in blocks for one in ranking.best_first(question, block, words)]


async def _newest(tx: Tx, question: Question, wanted: Narrowing, limit: int) -> list[Candidate]:
    in_sight = await chats.in_sight(tx, wanted.sight, CHATS_NAMED) if wanted.sight else None
    if in_sight is not None and in_sight.is_nothing:
        return []
    conditions = Conditions.of(tx.workspace_id, question, wanted, in_sight)
    if not conditions.is_narrow:
        found = await store.newest(tx, conditions, WINDOW, limit)
        if len(found) >= limit:
            return found
    return await _of_all_times(tx, conditions, wanted, limit)


async def _of_all_times(tx: Tx, conditions: Conditions, wanted: Narrowing, limit: int) -> list[Candidate]:
    found: list[Candidate] = []
    below: int | None = None
    while len(found) < limit:
        fortnights = await store.list_fortnights(tx, wanted, below, FORTNIGHTS_AT_ONCE)
        found += await _of_fortnights(tx, conditions, fortnights, limit - len(found))
        if len(fortnights) < FORTNIGHTS_AT_ONCE:
            break
        below = fortnights[-1]
    return found


async def _of_fortnights(tx: Tx, conditions: Conditions, fortnights: Sequence[int], limit: int) -> list[Candidate]:
    """The newest fortnight alone, then four times as many each time as long as too little is found."""
    found: list[Candidate] = []
    at_once, most = 1, most_of(limit)
    while fortnights and len(found) < limit:
        now, missing = fortnights[:at_once], limit - len(found)
        some = await store.by_words(tx, conditions, now, most, missing)
        if some is None and len(now) > 1:
            at_once = 1
            continue
        found += await store.by_reading(tx, conditions, now[0], missing) if some is None else some
        fortnights, at_once = fortnights[len(now) :], 4 * len(now)
    return found


def most_of(limit: int) -> int:
    """With so many in a fortnight, its newest are found by reading it."""
    return max(DENSE, 2 * limit)
