"""Which of the newest messages that meet a question answers it best. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from tideline.features.search.model import Candidate
from tideline.features.search.places import Places
from tideline.features.search.question import Question

NEAR: Final = 10
"""Words between the parts of a question that still belong together."""
PLACES_TRIED: Final = 20
"""Of a part that stands in a text again and again the first ones are looked at."""


def best_first(question: Question, newest: Sequence[Candidate], words: Mapping[UUID, str]) -> list[Candidate]:
    """First where the parts stand side by side as they were written, then where they stand near each other, then the
    others; among those that are equal the newest first."""
    return sorted(newest, key=lambda one: distance(question, words.get(one.uid, "")))


def distance(question: Question, stored: str) -> int:
    """0 for side by side, 1 for near, 2 for apart."""
    places = Places(stored.split(" "))
    found = [places.of(part)[:PLACES_TRIED] for part in question.parts]
    if not all(found):
        return 2  # only the beginning of a very long text is looked at
    if _is_in_order(question, found):
        return 0
    return 1 if _shortest(question, found) <= NEAR else 2


def _is_in_order(question: Question, found: Sequence[Sequence[int]]) -> bool:
    ends = set(found[0])
    for n, part in enumerate(question.parts[:-1]):
        ends = {place + len(part.keys) for place in ends} & set(found[n + 1])
    return bool(ends)


def _shortest(question: Question, found: Sequence[Sequence[int]]) -> int:
    """How many other words stand between the parts where they are closest."""
    own = sum(len(part.keys) for part in question.parts)
    last: dict[int, int] = {}  # where each part stood last, the one longest ago in front
    shortest = 1 << 30
    for place, n in sorted((place, n) for n, places in enumerate(found) for place in places):
        last.pop(n, None)
        last[n] = place
        if len(last) == len(found):
            begin = next(iter(last.values()))
            shortest = min(shortest, place + len(question.parts[n].keys) - begin - own)
    return shortest
