"""A contract as the pages see it: where it is served, how one signs in, what its operations are called."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tideline.platform.contract.document import METHODS, Contract

Json = Any


@dataclass(frozen=True)
class Call:
    """An operation with all that the contract says of it, references followed."""

    id: str
    method: str
    path: str
    raw: Json
    parameters: tuple[Json, ...]
    tag: str

    @property
    def is_extension(self) -> bool:
        return bool(self.raw.get("x-extension"))


@dataclass(frozen=True)
class Volume:
    slug: str
    base: str
    contract: Contract
    events: Contract
    is_partner: bool = False

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self._calls())

    def _calls(self) -> Iterator[Call]:
        for path, item in self.contract.document["paths"].items():
            for method in METHODS:
                if method in item:
                    raw = item[method]
                    given = [*item.get("parameters", []), *raw.get("parameters", [])]
                    parameters = tuple(self.contract.resolve(one) for one in given)
                    yield Call(raw["operationId"], method.upper(), path, raw, parameters, next(iter(raw["tags"]), ""))

    def order(self) -> list[str]:
        return [one["name"] for one in self.contract.document.get("tags", [])]


def slug_of(name: str) -> str:
    """`listChats` and `message:received:new` as a part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-")


SOURCE = re.compile(r"\s*\([^()]*\b(?:inferred|vendor)\b[^()]*\)")
SAID_OF_THE_ORIGINAL = (
    ("Optional for the vendor, always sent here", "Always sent"),
    ("never null in the recordings", "never null"),
)
OF_SOURCES = re.compile(r"\b(?:the vendor|vendor|older captures|on the wire)\b")


def plain_words(text: object) -> str:
    """A description without what the contract says of its sources."""
    words = SOURCE.sub("", str(text)).replace("Optional for the vendor;", "Optional for the vendor,")
    for theirs, ours in SAID_OF_THE_ORIGINAL:
        words = words.replace(theirs, ours)
    sentences = re.split(r"(?<=\.)(?=\s)", words)
    return "".join(one for one in sentences if not OF_SOURCES.search(one)).strip()
