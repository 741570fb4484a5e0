"""The contract files: the program matches them, and they are served whole under their published names."""

import pytest
import yaml
from starlette.applications import Starlette

from tests.support.asgi import call
from tests.support.partner_client import check_event, check_form
from tideline.features.webhooks import PartnerEvent
from tideline.surfaces.cli.arguments import PARTNER_EVENTS
from tideline.surfaces.partner import contract
from tideline.surfaces.partner.contract import partner_api, partner_webhooks
from tideline.surfaces.partner.mount import document_routes, table
from tideline.surfaces.partner.operations.users import QrLinkCreate
from tideline.surfaces.partner.problems import STATUSES

ORIGINAL = {
    "createWorkspace", "getWorkspace", "updateWorkspace", "createWorkspaceUsers", "createUserQrLink",
    "disconnectUserWhatsapp", "getPublicApiToken", "rotatePublicApiToken",
}  # fmt: skip


def test_every_operation_is_built() -> None:
    paths = table()
    for operation in partner_api().operations.values():
        found = paths.find(operation.path.replace("{", "").replace("}", ""))
        assert found
        assert found[0][operation.method].operation == operation


def test_what_the_original_lacks_is_marked() -> None:
    marked = {
        one["operationId"]
        for item in partner_api().document["paths"].values()
        for one in item.values()
        if isinstance(one, dict) and one.get("x-extension")
    }
    assert set(partner_api().operations) - marked == ORIGINAL


def test_every_problem_goes_with_the_status_that_the_contract_gives_its_code() -> None:
    stated = partner_api().document["components"]["schemas"]["PartnerErrorCode"]["x-enum-detail"]
    for status, code in STATUSES.values():
        assert stated[code]["status"] == status
    answered = {code for _, code in STATUSES.values()} | {"invalid_request", "method_not_allowed", "internal_error"}
    assert answered == set(stated)


@pytest.mark.parametrize("operation", partner_api().operations.values(), ids=lambda one: one.id)
def test_the_contracts_own_examples_are_answers(operation: object) -> None:
    operation = partner_api().operations[operation.id]  # type: ignore[attr-defined]
    for status, raw in operation.responses.items():
        for example in partner_api().resolve(raw)["content"]["application/json"].get("examples", {}).values():
            check_form(operation, int(status), example["value"])


def test_there_are_eight_events_and_the_command_line_knows_them() -> None:
    events = {event.value for event in PartnerEvent}
    assert events == set(partner_webhooks().document["webhooks"]) == set(PARTNER_EVENTS)
    for item in partner_webhooks().document["webhooks"].values():
        content = item["post"]["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            check_event(example["value"])


def test_the_default_of_a_link_is_the_contracts() -> None:
    schema = partner_api().document["components"]["schemas"]["QrLinkCreate"]["properties"]["expires_in_hours"]
    assert QrLinkCreate().expires_in_hours == schema["default"]


async def test_both_documents_are_served_under_their_published_names() -> None:
    app = Starlette(routes=document_routes())
    for name, source in (
        ("partner_api_spec.yaml", contract.YAML),
        ("partner_api_webhook_spec.yaml", contract.WEBHOOKS_YAML),
    ):
        served = await call(app, "GET", f"/docs/openapi/{name}")
        assert (served.status, served.headers["content-type"]) == (200, "application/yaml")
        assert served.body == source.read_bytes()
        assert yaml.safe_load(served.body)["openapi"] == "3.1.0"
        headers = {"if-none-match": served.headers["etag"]}
        assert (await call(app, "GET", f"/docs/openapi/{name}", headers=headers)).status == 304
