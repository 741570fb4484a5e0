"""One request, before it is sent: what it asks for, and what its answer will be."""

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass, field, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import quote
from uuid import uuid4

from tideline.client.times import write_time
from tideline.client.uploads import Upload, can_be_sent_again

T = TypeVar("T")


class Unset(Enum):
    """Tells what was not given from what is to become null."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request for one operation of a contract."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    answer: type[T]
    _: KW_ONLY
    under: str | None = None
    """The member of the answer that `answer` describes; None for the whole."""
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    file: Upload | None = None
    key: str | None = None
    """A name of this request, under which it is carried out once however often it is sent."""
    takes: float = 0
    """Seconds that the server may need beyond what is usual."""

    @property
    def may_repeat(self) -> bool:
        """Whether it does no harm to send it again when nobody knows what became of it."""
        harmless = self.method in ("GET", "PUT", "PATCH") or self.key is not None
        return harmless and can_be_sent_again(self.file)


def given(values: Mapping[str, Any], nullable: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What was given: None means nothing in `values`, and null in `nullable`, where UNSET means nothing."""
    told = {name: as_json(value) for name, value in values.items() if value is not None}
    return told | {name: as_json(value) for name, value in (nullable or {}).items() if value is not UNSET}


def as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return write_time(value)
    if is_dataclass(value) and not isinstance(value, type):
        return given(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): as_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value


def segment(value: object) -> str:
    """A value as one part of a path."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} cannot be a part of a path")
    return quote(text, safe="")


def key_or_new(key: str | None) -> str:
    return str(uuid4()) if key is None else key


def json_text(value: Mapping[str, Any] | None) -> str | None:
    """An object as a form takes it."""
    return None if value is None else json.dumps(as_json(value), ensure_ascii=False)
