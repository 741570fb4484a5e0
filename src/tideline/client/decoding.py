"""Makes typed models of JSON. Members nobody knows are passed over, so that a newer server can say more."""

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tideline.client.times import read_time

T = TypeVar("T")
Reader = Callable[[Any, str], Any]


class NotAsExpected(Exception):
    """Where the JSON differs from the model, and how."""


def decode(kind: type[T], value: Any, at: str = "") -> T:
    """`kind` may be a dataclass, a list or dict of such, or what JSON has itself."""
    hint: Any = kind
    made: T = _reader(hint)(value, at)
    return made


@cache
def _reader(kind: Any) -> Reader:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return _as_it_is
    if origin in (Union, types.UnionType):
        return _any_of(inner)
    if origin is list:
        return _list_of(_reader(inner[0]))
    if origin is dict:
        return _dict_of(_reader(inner[1]))
    if kind is datetime:
        return _moment
    return _object_of(kind) if is_dataclass(kind) else _plain(kind)


def _as_it_is(value: Any, _at: str) -> Any:
    return value


def _any_of(kinds: tuple[Any, ...]) -> Reader:
    readers = [_reader(kind) for kind in kinds if kind is not type(None)]
    may_be_null = type(None) in kinds

    def read(value: Any, at: str) -> Any:
        if value is None and may_be_null:
            return None
        for reader in readers[:-1]:
            try:
                return reader(value, at)
            except NotAsExpected:
                continue
        return readers[-1](value, at)

    return read


def _list_of(item: Reader) -> Reader:
    def read(value: Any, at: str) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(at, "a list", value)
        return [item(one, f"{at}[{index}]") for index, one in enumerate(value)]

    return read


def _dict_of(member: Reader) -> Reader:
    def read(value: Any, at: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(at, "an object", value)
        return {name: member(one, f"{at}.{name}") for name, one in value.items()}

    return read


def _object_of(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    required = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]

    def read(value: Any, at: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong(at, "an object", value)
        for name in required:
            if name not in value:
                raise NotAsExpected(f"{_place(at)} lacks {name!r}")
        known = {name: reader(value[name], f"{at}.{name}") for name, reader in readers.items() if name in value}
        return kind(**known)

    return read


def _moment(value: Any, at: str) -> datetime:
    try:
        return read_time(value)
    except (AttributeError, TypeError, ValueError):
        raise _wrong(at, "a time", value) from None


def _plain(kind: type) -> Reader:
    allowed = (int, float) if kind is float else kind

    def read(value: Any, at: str) -> Any:
        if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
            raise _wrong(at, kind.__name__, value)
        return value

    return read


def _wrong(at: str, wanted: str, value: Any) -> NotAsExpected:
    return NotAsExpected(f"{_place(at)} is {type(value).__name__} where {wanted} belongs")


def _place(at: str) -> str:
    return at.removeprefix(".") or "the whole"
