"""Phones as people type them: cleaned for sending, understood as a pattern for lists. No I/O."""

import re
from dataclasses import dataclass

from tideline.features.chats.errors import WrongPhone

_CLUTTER = re.compile(r"[\s\-().\u00ad\u200b-\u200f\u202a-\u202e\u2010-\u2015\u2060-\u2064\u2066-\u2069\ufeff]+")
_PHONE = re.compile(r"[0-9]{7,15}")
_PART = re.compile(r"\+?[0-9/]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")


SHORTEST_PART = 3


def clean(typed: str) -> str:
    """The digits of an international phone. Spaces, dashes, brackets, dots, a plus or 00 in front do not matter."""
    digits = _CLUTTER.sub("", typed)
    digits = digits.removeprefix("+").removeprefix("00")
    if not _PHONE.fullmatch(digits):
        raise WrongPhone(typed)
    return digits


def international(digits: str | None) -> str | None:
    """Bare digits as people and the wire write them."""
    return f"+{digits}" if digits else None


@dataclass(frozen=True, slots=True)
class Exactly:
    """The whole phone."""

    digits: str


@dataclass(frozen=True, slots=True)
class EndingWith:
    """Its last digits: somebody wrote a zero instead of the country code."""

    digits: str


@dataclass(frozen=True, slots=True)
class Containing:
    """These digits anywhere."""

    digits: str


def pattern(typed: str) -> Exactly | Containing:
    """The `phone` filter: with a plus the whole phone, without one what is left after leading zeros, anywhere."""
    digits = _digits(typed)
    return Exactly(digits) if typed.strip().startswith("+") else Containing(digits.lstrip("0"))


def whatsapp_pattern(typed: str) -> Exactly | EndingWith:
    """The `whatsapp_phone` filter: the whole phone, or with a zero instead of the country code its end."""
    digits = _digits(typed)
    if typed.strip().startswith("+"):
        return Exactly(digits)
    if re.match(r"0[1-9]", digits):
        return EndingWith(digits[1:])
    return Exactly(digits.removeprefix("00"))


def part(typed: str) -> str | None:
    """The digits of what may be a part of a phone; None for what nobody would type for one."""
    digits = _NOT_DIGITS.sub("", typed)
    is_phone = _PART.fullmatch(_CLUTTER.sub("", typed)) and len(digits) >= SHORTEST_PART
    return digits.removeprefix("00").lstrip("0") or None if is_phone else None


def _digits(typed: str) -> str:
    digits = _NOT_DIGITS.sub("", typed)
    if not digits:
        raise WrongPhone(typed)
    return digits
