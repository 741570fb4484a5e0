"""Ties functions to the contract's operations, and refuses to start when the two do not match."""

import inspect
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec

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
from tideline.surfaces.api import problems
from tideline.surfaces.api.form import Form, FormReader
from tideline.surfaces.api.idempotency import HEADER
from tideline.surfaces.api.query import QueryReader

UNDOCUMENTED = frozenset({"limit"})
"""Query parameters that known clients send and no contract names."""

FROM_REQUEST = ("query", "body", "form")

KEEPERS = ("once", "send", "send_own", "send_waba", "tx")
"""One of them keeps the answer of an operation that takes an Idempotency-Key, in the transaction of its change."""


@dataclass(frozen=True)
class Binding:
    """One operation and how to answer it; `function` is None where nothing is built yet."""

    operation: Operation
    function: Function | None = None
    whole_ids: tuple[str, ...] = ()
    query: QueryReader[Any] | None = None
    body: BodyReader[Any] | None = None
    form: FormReader[Any] | None = None
    wants: tuple[str, ...] = ()
    is_repeatable: bool = False
    """Does it take an Idempotency-Key?"""

    @property
    def is_read(self) -> bool:
        return self.operation.method == "GET"

    def answer(self, **arguments: Any) -> Awaitable[Any]:
        if self.function is None:
            raise problems.not_built()
        return self.function(**arguments)

    def path_values(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Ids that cannot be any are not found, like ids that are nobody's."""
        values: dict[str, Any] = {}
        for name, text in texts.items():
            if "\0" in text:
                raise problems.invalid_field(name, "must not contain the NUL character")
            values[name] = self._whole_id(name, text) if name in self.whole_ids else text
        return values

    def _whole_id(self, name: str, text: str) -> int:
        found = whole_id(text)
        if found is None:
            raise problems.missing(NOT_FOUND.get(name, f"{name} #"), text)
        return found


NOT_FOUND = {"chat_id": "Whatsapp chat_id #", "template_id": "Template id #", "account_id": "WABA account id #"}


def bind(
    contract: Contract,
    functions: Mapping[str, Function],
    *,
    not_built: Collection[str],
    offered: Collection[str],
    aliases: Sequence[tuple[str, str, str]] = (),
) -> Paths[Binding]:
    """The routing table. `offered` is what a function may ask of a call, `aliases` are further paths of operations."""
    ensure_complete(contract, functions, not_built)
    bindings = {
        operation.id: _bind(operation, functions.get(operation.id), contract, offered)
        for operation in contract.operations.values()
    }
    entries = [(one.operation.method, one.operation.path, one) for one in bindings.values()]
    entries += [(method, path, bindings[operation_id]) for method, path, operation_id in aliases]
    return Paths(entries)


def _bind(operation: Operation, function: Function | None, contract: Contract, offered: Collection[str]) -> Binding:
    if function is None:
        return Binding(operation)
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    wants = wanted_of_call(operation, names, from_request=FROM_REQUEST, offered=offered)
    if HEADER in operation.names("header") and len(set(KEEPERS) & set(wants)) != 1:
        raise ContractBroken(f"{operation.id} takes an {HEADER}, so it has to ask for one of {', '.join(KEEPERS)}")
    return Binding(
        operation,
        function,
        whole_ids=whole_ids(operation),
        query=_query_reader(operation, hints.get("query")),
        body=body_reader(operation, _struct(hints.get("body")), contract),
        form=_form_reader(operation, _struct(hints.get("form")), contract),
        wants=wants,
        is_repeatable=HEADER in operation.names("header"),
    )


def _struct(hint: Any) -> Any:
    """Where both a JSON body and a form are taken, each of them may be missing."""
    given = [one for one in get_args(hint) if one is not NoneType]
    return given[0] if given else hint


def _query_reader(operation: Operation, struct: type[msgspec.Struct] | None) -> QueryReader[Any] | None:
    in_contract = operation.names("query")
    reader = QueryReader(struct) if struct else None
    read = reader.names if reader else set()
    if difference := in_contract ^ (read - (UNDOCUMENTED - in_contract)):
        raise ContractBroken(f"{operation.id} and its contract differ in {', '.join(sorted(difference))}")
    return reader


def _form_reader(operation: Operation, struct: type[Form] | None, contract: Contract) -> FormReader[Any] | None:
    if operation.form_body is None or struct is None:
        if struct is not None or operation.form_body is not None:
            raise ContractBroken(f"{operation.id} and its contract differ in whether there is a form")
        return None
    members = contract.members(operation.form_body)
    reader = FormReader(struct, {name: one["maxLength"] for name, one in members.items() if "maxLength" in one})
    if difference := set(members) ^ reader.names:
        raise ContractBroken(f"{operation.id} and its contract differ in {', '.join(sorted(difference))}")
    return reader
