"""Where in a text the words of a search stand. No I/O."""

from collections.abc import Iterator

from tideline.features.search import words
from tideline.features.search.model import Highlight
from tideline.features.search.places import Places
from tideline.features.search.question import Question


def find(question: Question, text: str | None) -> list[Highlight]:
    """Pieces of the text in its order, none of them touching another. Lengths are in characters (code points)."""
    merged: list[Highlight] = []
    for start, end in sorted(_spans(question, text)) if text else ():
        if merged and start <= merged[-1].end:
            before = merged.pop()
            start, end = before.start, max(end, before.end)
        merged.append(Highlight(start, end - start))
    return merged


def _spans(question: Question, text: str) -> Iterator[tuple[int, int]]:
    """A word that only begins as wanted is marked as a whole, of a pair of signs the wanted one."""
    found = words.split(text)
    places = Places([word.key for word in found])
    for part in question.parts:
        for place in places.of(part):
            last = found[place + len(part.keys) - 1]
            yield found[place].start, last.first_end if part.is_open else last.end
