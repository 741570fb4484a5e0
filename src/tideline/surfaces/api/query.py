"""Reads the query string into the struct that a handler declares, and names every parameter that is wrong."""

import re
from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from tideline.platform.contract.faults import FieldError
from tideline.surfaces.api import problems
from tideline.surfaces.api.times import Moment

Q = TypeVar("Q", bound=msgspec.Struct)

PARAMETERS = 100
FURTHEST = 2**31
"""Whole numbers beyond this mean the same as this: no list is that long."""

WHOLE = re.compile(r"\d+", re.ASCII)


class QueryReader(Generic[Q]):
    """Fields of the struct are parameters; what it does not know is ignored, as the contract wants."""

    def __init__(self, struct: type[Q]) -> None:
        self._struct = struct
        self._readers: dict[str, Callable[[str], Any]] = {
            name: _reader(hint) for name, hint in get_type_hints(struct).items()
        }

    @property
    def names(self) -> set[str]:
        return set(self._readers)

    def read(self, parameters: Mapping[str, str]) -> Q:
        values: dict[str, Any] = {}
        errors: list[FieldError] = []
        for name, text in parameters.items():
            reader = self._readers.get(name)
            if reader is None:
                continue
            try:
                values[name] = reader(text)
            except ValueError as error:
                errors.append(FieldError((name,), str(error)))
        if errors:
            raise problems.invalid(errors)
        return self._struct(**{name: value for name, value in values.items() if value is not None})


def split(raw: bytes) -> Mapping[str, str]:
    """Names and texts; of a name that comes twice the last counts."""
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS)
    except UnicodeDecodeError as error:
        raise problems.refused(f"Bad query string: {error}") from None
    except ValueError:
        raise problems.refused(f"Bad query string: more than {PARAMETERS} parameters") from None
    if any("\0" in name or "\0" in text for name, text in pairs):
        wrong = next(name for name, text in pairs if "\0" in name or "\0" in text)
        raise problems.invalid_field(wrong.replace("\0", ""), "must not contain the NUL character")
    return dict(pairs)


def _reader(hint: Any) -> Callable[[str], Any]:
    """How a text becomes a value of this type. An empty text is the same as no parameter where any text is fine."""
    if get_origin(hint) in (Union, UnionType):
        [hint] = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) is Literal:
        return _one_of(get_args(hint))
    if get_origin(hint) is tuple:
        return _comma_list
    readers: dict[Any, Callable[[str], Any]] = {bool: _true_or_false, int: _whole, str: _text, Moment: _moment}
    return readers[hint]


def _true_or_false(text: str) -> bool:
    match text.strip().lower():
        case "true":
            return True
        case "false":
            return False
    raise ValueError("must be true or false")


def _whole(text: str) -> int:
    text = text.strip()
    if not WHOLE.fullmatch(text) or not (digits := text.lstrip("0")):
        raise ValueError("must be a whole number from 1")
    return min(int(digits), FURTHEST) if len(digits) < 12 else FURTHEST


def _text(text: str) -> str | None:
    return text.strip() or None


def _comma_list(text: str) -> tuple[str, ...] | None:
    return tuple(part for one in text.split(",") if (part := one.strip())) or None


def _moment(text: str) -> Moment | None:
    if not text.strip():
        return None
    try:
        return Moment.read(text)
    except ValueError as error:
        # the standard library words ("month must be in 1..12") fit well
        raise ValueError(str(error) if str(error).startswith("must") else f"must be a date: {error}") from None


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return read
