"""What is made from the contracts is what the contracts say now, and leaves none of their operations out."""

import inspect

import pytest

from generate import everything
from generate.writing import snake
from tests.architecture.statements import ROOT
from tideline.client import AsyncPartner, AsyncTideline, Partner, Tideline
from tideline.platform.contract.document import Contract
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.partner.contract import partner_api

CLIENTS = {
    "Tideline": (Tideline, public_api()),
    "AsyncTideline": (AsyncTideline, public_api()),
    "Partner": (Partner, partner_api()),
    "AsyncPartner": (AsyncPartner, partner_api()),
}


def test_what_is_made_from_the_contracts_is_current() -> None:
    stale = [name for name, text in everything().items() if _text(name) != text]
    assert not stale, "run `python -m generate`"


def _text(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8") if path.exists() else ""


@pytest.mark.parametrize(("client", "contract"), CLIENTS.values(), ids=CLIENTS)
def test_every_operation_is_a_method(client: type, contract: Contract) -> None:
    assert not [one for one in contract.operations if not hasattr(client, snake(one))]


@pytest.mark.parametrize(("waits", "awaits"), [(Tideline, AsyncTideline), (Partner, AsyncPartner)])
def test_both_kinds_of_client_are_called_alike(waits: type, awaits: type) -> None:
    def signatures(client: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(client, inspect.isfunction)
        return {name: list(inspect.signature(one).parameters) for name, one in methods if not name.startswith("_")}

    assert signatures(waits) == signatures(awaits)
