"""A QR code as the outline of an SVG: plain numbers, so that whoever draws it needs no markup from elsewhere."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno

QUIET = 2  # modules of white around the code; cameras want some


@dataclass(frozen=True, slots=True)
class Drawing:
    """`path` is the `d` of a path in a view box of `size` by `size`."""

    size: int
    path: str


@lru_cache(maxsize=512)
def draw(text: str) -> Drawing:
    """Takes some 15 ms of CPU, and every page that shows a code looks again every few seconds: so the newest are
    remembered."""
    rows = segno.make(text, error="m", micro=False).matrix
    return Drawing(len(rows) + 2 * QUIET, "".join(_bars(y + QUIET, row) for y, row in enumerate(rows)))


def _bars(y: int, row: bytearray) -> str:
    """The dark stretches of one row, each as a bar."""
    bars, x = [], QUIET
    for is_dark, modules in groupby(row):
        width = len(list(modules))
        if is_dark:
            bars.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(bars)
