"""Every place in the contract where an id stands, with the id of another workspace: not found, and nothing changes.

The places are those of the routing table. A new parameter or member has to be entered in `tests/support/samples.py`,
as a thing or as a plain value, before this file is content.
"""

from typing import Any

import pytest

from tests.support.api_world import ApiWorld, Place
from tests.support.asgi import Response
from tests.support.samples import BUILT, PLAIN, THINGS, Sample, Stock, fitting, names, things
from tests.support.stock import stock
from tideline.surfaces.api.contract import Operation

PLACES = [(operation, name, place) for operation in BUILT for name, place in things(operation)]
each_place = pytest.mark.parametrize(
    ("operation", "name", "place"), PLACES, ids=[f"{operation.id}-{name}" for operation, name, _ in PLACES]
)
OTHER_PHONE = "15550100099"
NO_SUCH_NUMBER = ("whatsapp_account_id", "whatsapp_account_phone")


@pytest.fixture
async def mine(shop: Place) -> Stock:
    return await stock(shop, "harbour")


@pytest.fixture
async def theirs(lagoon: Place) -> Stock:
    return await stock(lagoon, "lagoon", await lagoon.link(OTHER_PHONE, name="Lagoon"))


@pytest.fixture
async def lagoon(world: ApiWorld) -> Place:
    """The other workspace. Whatever is in it exists nowhere else."""
    return await world.workspace("Blue lagoon")


def test_every_name_in_the_contract_is_a_thing_or_a_plain_value() -> None:
    known = THINGS | PLAIN
    unknown = {name: operation.id for operation in BUILT for name in names(operation) if name not in known}
    assert not unknown


def test_there_are_places_of_each_kind() -> None:
    assert {place for _, _, place in PLACES} >= {"path", "query", "body"}
    assert len(PLACES) > 40


@each_place
async def test_what_belongs_to_another_workspace_is_not_found(
    shop: Place, lagoon: Place, mine: Stock, theirs: Stock, operation: Operation, name: str, place: str
) -> None:
    mine, theirs = fitting(operation, mine), fitting(operation, theirs)
    assert mine[name] != theirs[name]
    before = await shop.rows(), await lagoon.rows()
    sample = Sample.of(operation, mine).without(*NO_SUCH_NUMBER)
    response = await sample.having(name, theirs[name]).send(shop.api)
    assert is_refused(response, name, place), (response.status, response.body)
    assert b"lagoon" not in response.body.lower().replace(str(theirs[name]).lower().encode(), b"")
    assert (await shop.rows(), await lagoon.rows()) == before
    own = await sample.having(name, mine[name]).send(shop.api)
    assert own.status == operation.success, (own.status, own.body)


@pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.id)
async def test_no_answer_shows_anything_of_another_workspace(
    shop: Place, lagoon: Place, mine: Stock, theirs: Stock, operation: Operation
) -> None:
    before = await lagoon.rows()
    response = await Sample.of(operation, mine).send(shop.api)
    assert response.status == operation.success, response.body
    for secret in (b"lagoon", OTHER_PHONE.encode(), *(str(one).encode() for one in uids(theirs))):
        assert secret not in response.body.lower()
    assert await lagoon.rows() == before


def uids(things: Stock) -> set[str]:
    return {things["message_uid"], things["file_uid"]}


def is_refused(response: Response, name: str, place: str) -> bool:
    """Not found; a filter finds nothing; and no number of ours is the contract's 400."""
    code = response.json.get("error_code")
    if place == "query":
        return (response.status, code) == (404, "not_found") or (response.status == 200 and is_empty(response.json))
    if name in NO_SUCH_NUMBER:
        return (response.status, code) == (400, "validation_error")
    return (response.status, code) == (404, "not_found")


def is_empty(body: dict[str, Any]) -> bool:
    data = body["data"]
    lists = [data] if isinstance(data, list) else [one for one in data.values() if isinstance(one, list)]
    return bool(lists) and not any(lists)
