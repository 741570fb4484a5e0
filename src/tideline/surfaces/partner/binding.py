"""Ties functions to the contract's operations, and refuses to start when the two do not match."""

import inspect
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from tideline.platform.contract.body import BodyReader
from tideline.platform.contract.document import Contract, Operation
from tideline.platform.contract.paths import Paths
from tideline.platform.contract.registry import (
    ContractBroken,
    Function,
    body_reader,
    ensure_complete,
    wanted_of_call,
    whole_id,
    whole_ids,
)
from tideline.surfaces.partner import problems

FROM_REQUEST = ("body", "page", "workspace_id")
FOUND = "workspace_id"
MOST_PAGES = 1_000_000


@dataclass(frozen=True)
class Binding:
    """One operation and how to answer it. `status` is that of success."""

    operation: Operation
    function: Function
    status: int
    whole_ids: tuple[str, ...]
    body: BodyReader[Any] | None
    has_pages: bool
    takes: frozenset[str]
    wants: tuple[str, ...]

    @property
    def is_in_workspace(self) -> bool:
        return "workspace_id" in self.operation.path_parameters

    def answer(self, **arguments: Any) -> Awaitable[Any]:
        return self.function(**arguments)

    def path_values(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Those that the function takes; which workspace it is has been found already."""
        return {
            name: self._id(name, text) if name in self.whole_ids else text
            for name, text in texts.items()
            if name in self.takes
        }

    def _id(self, name: str, text: str) -> int:
        """What is no number at all breaks the contract; one that is too large is nobody's, and 0 stands for it."""
        is_number = text.isascii() and text.isdigit() and text[0] != "0"
        if not is_number:
            raise problems.invalid_field(name, "must be a whole number from 1")
        return whole_id(text) or 0


def bind(contract: Contract, functions: Mapping[str, Function], *, offered: Collection[str]) -> Paths[Binding]:
    """The routing table. `offered` is what a function may ask of a call."""
    ensure_complete(contract, functions)
    bindings = [_bind(one, functions[one.id], contract, offered) for one in contract.operations.values()]
    return Paths((one.operation.method, one.operation.path, one) for one in bindings)


def _bind(operation: Operation, function: Function, contract: Contract, offered: Collection[str]) -> Binding:
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    has_pages = "page" in operation.names("query")
    if has_pages != ("page" in names):
        raise ContractBroken(f"{operation.id} and its contract differ in whether there are pages")
    [status] = [int(status) for status in operation.responses if status.startswith("2")]
    return Binding(
        operation,
        function,
        status,
        whole_ids=whole_ids(operation),
        body=body_reader(operation, hints.get("body"), contract),
        has_pages=has_pages,
        takes=frozenset(names),
        wants=wanted_of_call(operation, [*names, FOUND], from_request=FROM_REQUEST, offered=offered),
    )


def page_of(query: bytes) -> int:
    """The page that a query string asks for, the first if it does not say; what else it says does not matter."""
    for part in query.split(b"&"):
        name, _, text = part.partition(b"=")
        if name == b"page":
            if not text.isdigit() or len(text) > 7 or not 0 < int(text) <= MOST_PAGES:
                raise problems.invalid_field("page", "must be a whole number from 1")
            return int(text)
    return 1
