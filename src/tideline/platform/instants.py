"""Instants as they come out of the database in numbers: a list has a hundred of them, and asyncpg is slow with each.

Statements on the path of lists select `date_part('epoch', at)`. What arrives here becomes the same instants, to the
microsecond, in a tenth of the time.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec


class _Column(msgspec.Struct):
    """A struct, because msgspec remembers how to read one; a bare list type is looked through at every call."""

    instants: list[datetime | None]


def instants(seconds: Iterable[float | None]) -> list[datetime | None]:
    """Aware UTC instants from seconds since 1970."""
    return msgspec.convert({"instants": list(seconds)}, _Column, strict=False).instants
