"""Where the parts of a question stand among the words of one text. No I/O."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tideline.features.search.question import Part


class Places:
    """The words of one text, looked up by what they are: a search may have hundreds of parts, a text thousands of
    words."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            self._by_key[key].append(place)
        self._sorted: list[str] | None = None

    def of(self, part: Part) -> list[int]:
        """Where the part begins, in order."""
        *whole, last = part.keys
        if not whole:
            return sorted(place for key in self._beginning(part, last) for place in self._by_key[key])
        return [place for place in self._by_key.get(whole[0], ()) if part.at(self._keys, place)]

    def _beginning(self, part: Part, last: str) -> Iterator[str]:
        if not part.is_open:
            yield from [last] if last in self._by_key else []
            return
        if self._sorted is None:
            self._sorted = sorted(self._by_key)
        for key in self._sorted[bisect_left(self._sorted, last) :]:
            if not key.startswith(last):
                return
            yield key
