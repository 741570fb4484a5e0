"""The Range header (RFC 9110, section 14), as far as players and download tools use it: one part in bytes."""

import re
from dataclasses import dataclass
from enum import Enum

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Refused(Enum):
    NOT_SATISFIABLE = "not satisfiable"


NOT_SATISFIABLE = Refused.NOT_SATISFIABLE


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` to before `end`."""

    start: int
    end: int


def read(header: str | None, size: int) -> Part | Refused | None:
    """The part that is asked for. None is the whole file, also for what we do not read: the standard allows it."""
    asked = _ONE.fullmatch(header.strip()) if header else None
    if asked is None or not (asked[1] or asked[2]):
        return None
    if not asked[1]:
        last = int(asked[2])
        return Part(max(0, size - last), size) if last and size else NOT_SATISFIABLE
    start, end = int(asked[1]), int(asked[2]) + 1 if asked[2] else size
    if end <= start:
        return None if asked[2] else NOT_SATISFIABLE
    return Part(start, min(end, size)) if start < size else NOT_SATISFIABLE
