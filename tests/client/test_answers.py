"""Every answer that the contracts show is read into the model of its operation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from generate.methods import Method, methods
from generate.shapes import Shapes
from tideline.client import Partner, Tideline
from tideline.client.retries import Retries, Trouble, read_retry_after
from tideline.client.times import read_time
from tideline.platform.contract.document import Contract
from tideline.platform.contract.paths import Paths
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.partner.contract import partner_api

NOW = datetime(2026, 9, 14, 14, 20, 31, tzinfo=UTC)


def shown(contract: Contract) -> Iterator[tuple[str, Method, Any]]:
    """Answers of success, as examples of the contract have them."""
    for method in methods(Shapes(contract)):
        operation = method.operation
        content = contract.resolve(operation.responses[str(operation.success)])["content"]["application/json"]
        examples = content.get("examples") or {"": {"value": content.get("example")}}
        for title, example in examples.items():
            yield f"{method.name} {title}".strip(), method, contract.resolve(example)["value"]


CASES = [
    pytest.param(client, method, answer, id=title)
    for client, contract in ((Tideline, public_api()), (Partner, partner_api()))
    for title, method, answer in shown(contract)
]


@pytest.mark.parametrize(("client", "method", "answer"), CASES)
def test_an_answer_becomes_a_model(client: type[Tideline | Partner], method: Method, answer: Any) -> None:
    assert answer is not None, "the contract shows no answer"
    asked: list[httpx2.Request] = []

    def give(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(method.operation.success, json=answer)

    transport = httpx2.MockTransport(give)
    secrets = ["a-token"] if client is Tideline else ["harbor", "a-secret"]
    with httpx2.Client(transport=transport) as http:
        found = getattr(client("http://x", *secrets, http=http), method.name)(**arguments(method))
    assert [operation_of(method.shapes.contract, one) for one in asked] == [method.operation.id]
    if method.returns == "None":
        assert found is None
    else:
        assert type(found).__name__ == ("list" if method.returns.startswith("list[") else method.returns)
        assert _as_told(found, answer["data"] if method.under else answer)


def arguments(method: Method) -> dict[str, Any]:
    """Something for each parameter that has to be given."""
    something = {"int": 7, "str": "x", "int | str": 7, "datetime | str": NOW, "Upload": b"x"}
    return {one.name: something.get(one.hint, "x") for one in method.parameters if one.is_required}


def operation_of(contract: Contract, request: httpx2.Request) -> str | None:
    """What the contract takes a request for."""
    paths = Paths((one.method, one.path, one.id) for one in contract.operations.values())
    found = paths.find(request.url.path.removeprefix(contract.document["servers"][0]["url"]))
    return found[0].get(request.method) if found else None


def _as_told(model: Any, told: Any) -> bool:
    """Whether a model holds what the JSON says, members that the model has no place for aside."""
    if isinstance(told, list):
        return len(model) == len(told) and all(map(_as_told, model, told))
    if isinstance(told, dict) and not isinstance(model, dict):
        return all(_as_told(getattr(model, name), value) for name, value in told.items() if hasattr(model, name))
    return bool(model == (read_time(told) if isinstance(model, datetime) else told))


# When to try again ----------------------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)
RULES = Retries(most=3, first_wait=SECOND, longest_wait=10 * SECOND)
CLEAR, UNCLEAR = Trouble(may_be_done=False), Trouble(may_be_done=True)
SITUATIONS: dict[str, tuple[int, Trouble, bool, timedelta | None]] = {
    "the first wait": (1, CLEAR, False, SECOND),
    "the waits double": (3, CLEAR, False, 4 * SECOND),
    "enough attempts": (4, CLEAR, True, None),
    "nobody knows, and it does harm": (1, UNCLEAR, False, None),
    "nobody knows, and it does no harm": (1, UNCLEAR, True, SECOND),
    "the server says how long": (1, Trouble(may_be_done=False, retry_after=7 * SECOND), False, 7 * SECOND),
    "the server says too long": (1, Trouble(may_be_done=False, retry_after=11 * SECOND), True, None),
}


@pytest.mark.parametrize(("attempt", "trouble", "may_repeat", "wait"), SITUATIONS.values(), ids=SITUATIONS)
def test_whether_to_try_again(attempt: int, trouble: Trouble, may_repeat: bool, wait: timedelta | None) -> None:
    assert RULES.wait(attempt, trouble, may_repeat=may_repeat, chance=1.0) == wait


def test_clients_that_failed_together_do_not_come_back_together() -> None:
    waits = {RULES.wait(2, CLEAR, may_repeat=False, chance=chance / 10) for chance in range(11)}
    assert (len(waits), min(waits, default=None), max(waits, default=None)) == (11, SECOND, 2 * SECOND)  # type: ignore[type-var]


AFTER = {
    None: None,
    "": None,
    "5": 5 * SECOND,
    " 5 ": 5 * SECOND,
    "-5": None,
    "soon": None,
    "9" * 400: timedelta(seconds=10**9),
    "Mon, 14 Sep 2026 14:20:41 GMT": 10 * SECOND,
    "Mon, 14 Sep 2026 14:20:21 GMT": timedelta(),
    f"Mon, 14 Sep 2026 14:20:41 +{'9' * 20}": None,
}


@pytest.mark.parametrize(("text", "wait"), AFTER.items())
def test_retry_after_is_read(text: str | None, wait: timedelta | None) -> None:
    assert read_retry_after(text, NOW) == wait
