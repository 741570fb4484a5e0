"""Functions that answer operations, and the refusal to start when they and the contract do not match."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

from tideline.platform.contract.body import Body, BodyReader
from tideline.platform.contract.document import Contract, Operation

Function = Callable[..., Awaitable[Any]]
F = TypeVar("F", bound=Function)

EMPTY = b"{}"
LARGEST_ID = 2**31 - 1


class ContractBroken(Exception):
    """The program and its contract do not match; this is found at start."""


class Operations:
    """The functions that answer operations, each under its `operationId`."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def operation(self, operation_id: str) -> Callable[[F], F]:
        """Mark the function that answers an operation. Its arguments are filled by name:

        path parameters by theirs, `query` with the struct of the query string, `body` with the struct of the JSON
        body, `form` with the struct of a multipart form, everything else from the call (`tx`, `caller`, `wire`, ...).
        What it returns is the answer, in the dialect of its surface.
        """

        def bind(function: F) -> F:
            if operation_id in self.functions:
                raise ContractBroken(f"{operation_id} has two functions")
            self.functions[operation_id] = function
            return function

        return bind


def ensure_complete(contract: Contract, functions: Collection[str], not_built: Collection[str] = ()) -> None:
    known, built, left = set(contract.operations), set(functions), set(not_built)
    complaints = {
        "in the contract, but neither built nor listed as not built": known - built - left,
        "built, but not in the contract": built - known,
        "listed as not built, but not in the contract": left - known,
        "listed as not built, but built": left & built,
    }
    for complaint, names in complaints.items():
        if names:
            raise ContractBroken(f"{complaint}: {', '.join(sorted(names))}")


def wanted_of_call(
    operation: Operation, names: Collection[str], *, from_request: Collection[str], offered: Collection[str]
) -> tuple[str, ...]:
    """Which of a function's arguments come from the call: those that are neither in the path nor in the request."""
    if missing := set(operation.path_parameters) - set(names):
        raise ContractBroken(f"{operation.id} does not take {', '.join(sorted(missing))}")
    wants = tuple(name for name in names if name not in operation.path_parameters and name not in from_request)
    if unknown := set(wants) - set(offered):
        raise ContractBroken(f"{operation.id} asks for {', '.join(sorted(unknown))}, which no call has")
    return wants


def body_reader(operation: Operation, struct: type[Body] | None, contract: Contract) -> BodyReader[Any] | None:
    if (struct is None) != (operation.json_body is None):
        raise ContractBroken(f"{operation.id} and its contract differ in whether there is a JSON body")
    if struct is None or operation.json_body is None:
        return None
    if operation.takes_text and not struct.plain:
        raise ContractBroken(f"{operation.id} does not say which member of its body a plain text is")
    return BodyReader(struct, contract, operation.json_body)


def whole_ids(operation: Operation) -> tuple[str, ...]:
    """The parameters of the path that are ids of ours."""
    return tuple(name for name, one in operation.path_parameters.items() if one.type == "integer")


def whole_id(text: str) -> int | None:
    """The id that a part of a path says, or None for what cannot be any."""
    is_plain = text.isascii() and text.isdigit() and len(text) <= 10 and (text[0] != "0" or text == "0")
    return int(text) if is_plain and int(text) <= LARGEST_ID else None


def read_body(operation: Operation, reader: BodyReader[Any], raw: bytes, kind: bytes) -> Body:
    """What does not call itself plain text is JSON, whatever it calls itself: clients are careless about that."""
    if not raw and not operation.needs_body:
        raw = EMPTY
    is_text = operation.takes_text and kind == b"text/plain"
    body: Body = reader.read_text(raw) if is_text else reader.read(raw)
    return body
