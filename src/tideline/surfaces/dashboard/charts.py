"""Where the marks of a chart stand. No I/O, no markup: the page draws it, and says the same in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

STEP: Final = 10
BAR: Final = 6.4
HEIGHT: Final = 100
LINES: Final = 3
TOPS: Final = (1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True, slots=True)
class Bar:
    """A mark; `part` is the letter of its colour."""

    part: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of days, each made of parts that stand on one another. Its highest line is at `top`."""

    width: int
    top: int
    bars: Sequence[Bar]

    @property
    def lines(self) -> Sequence[tuple[float, int]]:
        """Where the lines are, from the highest, and what they stand for."""
        return [(HEIGHT * n / LINES, self.top * (LINES - n) // LINES) for n in range(LINES + 1)]


def stacked(days: Sequence[Sequence[int]], parts: str = "abc") -> Chart:
    top = top_over(max((sum(values) for values in days), default=0))
    bars = [bar for n, values in enumerate(days) for bar in _bars(n, values, parts, top)]
    return Chart(max(1, len(days)) * STEP, top, bars)


def top_over(most: int) -> int:
    """A round number that is not below it, and can be parted by the lines."""
    size = LINES
    while True:
        for times in TOPS:
            if times * size >= most:
                return times * size
        size *= 10


def marks(days: Sequence[date]) -> list[date]:
    """The days that are written below: first, middle and last."""
    return list(dict.fromkeys((days[0], days[len(days) // 2], days[-1]))) if days else []


def _bars(n: int, values: Sequence[int], parts: str, top: int) -> list[Bar]:
    x = n * STEP + (STEP - BAR) / 2
    return [
        Bar(part, round(x, 1), round(HEIGHT - HEIGHT * upto / top, 2), round(HEIGHT * value / top, 2))
        for part, value, upto in zip(parts, values, accumulate(values), strict=False)
        if value
    ]
