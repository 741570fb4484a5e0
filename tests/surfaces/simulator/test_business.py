"""Business numbers of the simulated WhatsApp: made, given templates, reviewed."""

from typing import Any

import pytest

from tests.support.world import HandClock, World
from tests.surfaces.simulator.conftest import ANA, Api
from tideline.features import business, numbers, workspaces
from tideline.platform.db import Database

SERVICE = "+15550001009"
TEMPLATES = f"/business/{SERVICE}/templates"
OFFER = {"name": "offer", "body": "Hello {{name}}", "footer": "Harbour Bikes"}


@pytest.fixture
async def shop(db: Database) -> World:
    return await World.open(db, HandClock())


@pytest.fixture
async def new(shop: World) -> dict[str, Any]:
    async with shop.db.read(shop.id) as tx:
        slug = (await workspaces.get_workspace(tx)).slug
    return {"workspace_id": slug, "user_id": shop.owner.id, "phone": SERVICE, "name": "Harbour Service"}


async def test_a_business_number_is_an_account_of_the_workspace(api: Api, shop: World, new: dict[str, Any]) -> None:
    made = await api.ok("POST", "/business", new)
    assert await api.ok("POST", "/business", new) == made
    number = await shop.run(numbers.get, made["account_id"])
    assert (number.is_business, number.kind, number.account_name) == (True, "simulator", "Harbour Service")
    assert number.platform
    assert (number.platform.phone_number_id, number.platform.waba_id) == (made["phone_number_id"], made["waba_id"])
    assert (await api.ok("GET", "/business"))["numbers"] == [
        {"phone": SERVICE, "name": "Harbour Service", **{name: made[name] for name in ("phone_number_id", "waba_id")}}
    ]


async def test_a_number_that_was_removed_comes_back(api: Api, shop: World, new: dict[str, Any]) -> None:
    made = await api.ok("POST", "/business", new)
    await shop.run(business.remove, made["account_id"])
    assert await api.ok("POST", "/business", new) == made
    assert (await shop.run(numbers.get, made["account_id"])).is_connected


async def test_a_linked_phone_is_no_business_number(api: Api, shop: World, new: dict[str, Any]) -> None:
    await shop.number(SERVICE[1:])
    assert await api.refused("POST", "/business", new) == (409, "phone_already_linked")


async def test_two_numbers_of_one_account_share_their_templates(api: Api, new: dict[str, Any]) -> None:
    one = await api.ok("POST", "/business", {**new, "waba_id": "21"})
    await api.ok("POST", "/business", {**new, "phone": "+15550001010", "waba_id": "21"})
    assert one["waba_id"] == "21"
    await api.ok("POST", TEMPLATES, OFFER)
    assert len((await api.ok("GET", "/business/+15550001010/templates"))["templates"]) == 1


async def test_templates_are_written_and_reviewed(api: Api, new: dict[str, Any]) -> None:
    await api.ok("POST", "/business", new)
    written = await api.ok("POST", TEMPLATES, OFFER)
    assert (written["status"], written["parameter_format"], written["language"]) == ("PENDING", "NAMED", "en")
    assert written["components"] == [
        {"type": "BODY", "text": "Hello {{name}}"},
        {"type": "FOOTER", "text": "Harbour Bikes"},
    ]
    reviewed = await api.ok("PATCH", f"{TEMPLATES}/offer", {"status": "REJECTED", "reason": "SCAM"})
    assert reviewed["status"] == "REJECTED"
    assert [one["status"] for one in (await api.ok("GET", TEMPLATES))["templates"]] == ["REJECTED"]
    again = await api.ok("POST", TEMPLATES, {**OFFER, "body": "Dear {{name}}"})
    assert (again["id"], again["status"]) == (written["id"], "PENDING")


async def test_nothing_is_scanned_with_a_business_number(api: Api, new: dict[str, Any]) -> None:
    await api.ok("POST", "/business", new)
    assert (await api.refused("POST", f"/phones/{SERVICE}/scan", {"qr": "x"}))[0] in (404, 409)


async def test_the_desk_shows_what_may_be_reviewed(api: Api, new: dict[str, Any]) -> None:
    await api.ok("POST", "/business", new)
    await api.ok("POST", TEMPLATES, OFFER)
    shown = {one["phone"]: one["templates"] for one in (await api.ok("GET", "/desk"))["phones"]}
    assert shown[SERVICE[1:]] == [{"name": "offer", "language": "en", "status": "PENDING"}]
    assert shown[ANA[1:]] is None


BAD: dict[str, tuple[str, str, Any, int, str]] = {
    "no such workspace": ("POST", "/business", {"workspace_id": "nowhere"}, 404, "workspace_not_found"),
    "no such teammate": ("POST", "/business", {"user_id": "2147483647"}, 404, "teammate_not_found"),
    "no id of a teammate": ("POST", "/business", {"user_id": "x"}, 404, "teammate_not_found"),
    "no phone": ("POST", "/business", {"phone": "service"}, 400, "invalid_request"),
    "no name": ("POST", "/business", {"name": " "}, 400, "invalid_request"),
    "an account that is no number": ("POST", "/business", {"waba_id": "a1"}, 400, "invalid_request"),
    "templates of a phone": ("GET", f"/business/{ANA}/templates", None, 404, "not_a_business_number"),
    "templates of nobody": ("GET", "/business/+15559999999/templates", None, 404, "phone_not_found"),
    "a template for a phone": ("POST", f"/business/{ANA}/templates", OFFER, 404, "not_a_business_number"),
    "a name with a space": ("POST", TEMPLATES, {**OFFER, "name": "an offer"}, 400, "invalid_request"),
    "a name as long as a book": ("POST", TEMPLATES, {**OFFER, "name": "x" * 101}, 400, "invalid_request"),
    "a template without words": ("POST", TEMPLATES, {**OFFER, "body": " "}, 400, "invalid_request"),
    "a status of our own": ("POST", TEMPLATES, {**OFFER, "status": "FINE"}, 400, "invalid_request"),
    "a review of nothing": ("PATCH", f"{TEMPLATES}/nothing", {"status": "APPROVED"}, 404, "no_such_template"),
    "a review of NUL": ("PATCH", f"{TEMPLATES}/%00", {"status": "APPROVED"}, 404, "no_such_template"),
    "a review in no language": (
        "PATCH", f"{TEMPLATES}/offer", {"status": "APPROVED", "language": "a b"}, 400, "invalid_request",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), BAD.values(), ids=BAD)
async def test_bad_calls(
    api: Api, new: dict[str, Any], method: str, path: str, body: Any, status: int, code: str
) -> None:
    await api.ok("POST", "/business", new)
    wrong = {**new, "phone": "+15550001011", **body} if path == "/business" else body
    assert await api.refused(method, path, wrong) == (status, code)
