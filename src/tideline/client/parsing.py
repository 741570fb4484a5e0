"""Reads the bodies of events. A kind that is not known yet is kept as it came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tideline.client.decoding import NotAsExpected, decode
from tideline.client.errors import NotAnEvent

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a kind that this version of the client has not heard of."""

    event_type: str
    body: Mapping[str, Any]


def parse(body: bytes | str | Mapping[str, Any], kinds: Mapping[str, type[E]]) -> E | UnknownEvent:
    """Raise NotAnEvent where it is none."""
    whole = body if isinstance(body, Mapping) else _object(body)
    name = whole.get("event_type")
    if not isinstance(name, str):
        raise NotAnEvent("an event has an event_type")
    kind = kinds.get(name)
    if kind is None:
        return UnknownEvent(name, whole)
    try:
        return decode(kind, dict(whole))
    except NotAsExpected as error:
        raise NotAnEvent(f"{name}: {error}") from None


def _object(body: bytes | str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("the body is no JSON") from None
    if not isinstance(found, dict):
        raise NotAnEvent("the body is no JSON object")
    return found
