"""A partner provisions a customer over HTTP only: from the first workspace to the last disconnection."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from tests.journeys.conftest import Demo, entered
from tests.support.clients import Api, eventually
from tests.support.partner_client import check_event, check_form, headers_of
from tests.support.remote import Answer, Remote, answer, remote
from tests.support.serving import Served, tideline
from tideline.platform import jwt
from tideline.surfaces.partner.contract import partner_api

MESSAGES = 10
BASE = "/partner/api/v1"
OPERATIONS = partner_api().operations
OWN, CUSTOMER = "+15550820001", "+15550820002"


@dataclass
class Reseller:
    """A program of the partner: it calls, and it hears."""

    http: aiohttp.ClientSession
    demo: Demo
    receiver: Remote

    @property
    def partner_id(self) -> str:
        return str(self.demo.facts["partner_id"])

    @property
    def secret(self) -> str:
        return str(self.demo.facts["partner_secret"])

    async def call(self, operation_id: str, body: Any = None, **ids: Any) -> Any:
        """The answer of an operation that succeeds, held against the contract."""
        operation = OPERATIONS[operation_id]
        url = self.demo.facts["base_url"] + BASE + operation.path.format(**ids)
        headers = headers_of(self.partner_id, self.secret)
        async with self.http.request(operation.method, url, headers=headers, json=body) as response:
            told = await response.json()
            assert response.status in (200, 201), told
            assert response.headers["X-TL-API-Version"] == "v1"
        check_form(operation, response.status, told)
        return told

    def events(self, event_type: str) -> list[dict[str, Any]]:
        """What was heard of a type, proven in both ways and held against the contract."""
        found = []
        verifier = Verifier("whsec_" + base64.b64encode(self.secret.encode()).decode())
        for asked in self.receiver.asked:
            verifier.verify(asked.body, asked.headers)
            token = jwt.read(asked.headers["x-tl-signature"])
            assert token.is_signed_with(self.secret)
            assert token.claims["partner_id"] == asked.headers["x-tl-partner-id"] == self.partner_id
            event = json.loads(asked.body)
            check_event(event)
            found += [event] if event["event_type"] == event_type else []
        return found

    async def hears(self, event_type: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            return next(iter(self.events(event_type)), None)

        return await eventually(look, f"the event {event_type}")


@pytest.fixture
async def demo(data_dir: Path) -> AsyncIterator[Demo]:
    served = Served(data_dir)
    async with entered(served) as opened:
        yield opened
    served.close()


@pytest.fixture
async def reseller(demo: Demo) -> AsyncIterator[Reseller]:
    answers: dict[str, Answer] = {"/events": answer()}
    async with remote(answers) as receiver, aiohttp.ClientSession() as http:
        yield Reseller(http, demo, receiver)


def operate(demo: Demo, *arguments: str) -> str:
    """A command of the operator."""
    done = tideline(demo.served.data_dir, "partner", *arguments, TIDELINE_OUTGOING_ALLOW="127.0.0.1")
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_customer_is_provisioned_used_and_given_up(demo: Demo, reseller: Reseller) -> None:
    await reseller.call("updatePartnerSettings", {"webhook_url": reseller.receiver.url("/events")})
    made = await reseller.call("createWorkspace", {"display_name": "Blue Lagoon Dental", "seats_purchased": 3})
    slug = made["workspace_id"]
    assert slug == "blue-lagoon-dental"
    users = (await reseller.call("createWorkspaceUsers", {"count": 2}, workspace_id=slug))["users"]
    assert (await reseller.hears("workspace:seats_full"))["seats_purchased"] == 3

    account = await a_phone_is_linked(reseller, slug, users[0]["user_id"])
    api = Api(reseller.http, demo.facts["base_url"], (await token(reseller, slug))["token"])
    await quotas_run_out(reseller, slug, api)
    await fewer_seats_suspend(reseller, slug, users, account)
    await the_token_is_replaced(reseller, slug, api)
    await the_number_is_disconnected(reseller, slug, users[0]["user_id"], account)
    await the_operator_writes_the_bill(demo, reseller, slug)


async def token(reseller: Reseller, slug: str) -> Any:
    return await reseller.call("getPublicApiToken", workspace_id=slug)


async def a_phone_is_linked(reseller: Reseller, slug: str, user: int) -> Any:
    link = await reseller.call("createUserQrLink", {"expires_in_hours": 1}, workspace_id=slug, user_id=user)
    assert link["qr_link"].startswith(reseller.demo.facts["base_url"] + "/qr/")
    phone = await reseller.demo.simulator.phone(OWN, "Blue Lagoon")
    await phone.scan(link["qr_link"])
    connected = await reseller.hears("whatsapp_account:connected")
    assert (connected["user_id"], connected["phone_number_e164"]) == (user, OWN)

    async def look() -> Any:
        found = await reseller.call("getWorkspace", workspace_id=slug)
        return found if found["whatsapp_accounts"][0]["connected"] else None

    found = await eventually(look, "the connected account")
    assert found["qr_links"] == [], "a link is good for one phone"
    [account] = found["whatsapp_accounts"]
    assert account["whatsapp_account_id"] == connected["whatsapp_account_id"]
    return account


async def quotas_run_out(reseller: Reseller, slug: str, api: Api) -> None:
    """Nine tenths of the messages, then all of them; what comes after that is refused."""
    demo = reseller.demo
    operate(demo, "set-quota", "--partner", reseller.partner_id, "--workspace", slug, "--messages", str(MESSAGES))
    await demo.simulator.phone(CUSTOMER, "Ana")
    for n in range(MESSAGES):
        uid = await api.send(CUSTOMER, f"Reminder {n}")
    await api.status(uid, "Delivered")
    assert (await reseller.hears("workspace:quota_near_full:messaging"))["messaging_quota_used"] == 9
    full = await reseller.hears("workspace:quota_full:messaging")
    assert (full["messaging_quota_total"], full["messaging_quota_used"]) == (MESSAGES, MESSAGES)
    refused = await api.call("POST", "/messages", json={"phone": CUSTOMER, "text": "One more"})
    assert (refused.status, refused.body["error_code"]) == (403, "quota_exceeded")
    quota = (await reseller.call("getWorkspace", workspace_id=slug))["messages_quota"]
    assert (quota["total"], quota["used"]) == (MESSAGES, MESSAGES)
    assert full["current_period_start"] == quota["period_start"]
    assert full["current_period_end"] == quota["period_end"]


async def fewer_seats_suspend(reseller: Reseller, slug: str, users: list[Any], account: Any) -> None:
    shrunk = await reseller.call("updateWorkspace", {"seats_purchased": 1}, workspace_id=slug)
    without, linked = shrunk["suspended_members"]
    assert without == {"user_id": users[1]["user_id"]}
    assert (linked["user_id"], linked["whatsapp_account_id"]) == (users[0]["user_id"], account["whatsapp_account_id"])
    found = await reseller.call("getWorkspace", workspace_id=slug)
    assert found["whatsapp_accounts"][0]["connection_status"] == "suspended"
    assert reseller.events("whatsapp_account:disconnected") == []


async def the_token_is_replaced(reseller: Reseller, slug: str, api: Api) -> None:
    rotated = await reseller.call("rotatePublicApiToken", workspace_id=slug)
    assert (await api.call("GET", "/workspace")).status == 401
    again = Api(api.http, api.base_url, rotated["token"])
    assert (await again.get("/workspace"))["workspace_id"] == slug
    assert (await reseller.hears("api_token:rotated"))["rotated_at"] == rotated["rotated_at"]


async def the_number_is_disconnected(reseller: Reseller, slug: str, user: int, account: Any) -> None:
    ended = await reseller.call("disconnectUserWhatsapp", workspace_id=slug, user_id=user)
    assert (ended["disconnected"], ended["phone_number"]) == (True, OWN)
    event = await reseller.hears("whatsapp_account:disconnected")
    assert event["whatsapp_account_id"] == account["whatsapp_account_id"]
    assert event["reason"] == "(disconnected by partner)"
    again = await reseller.call("disconnectUserWhatsapp", workspace_id=slug, user_id=user)
    assert again["disconnected"] is False


async def the_operator_writes_the_bill(demo: Demo, reseller: Reseller, slug: str) -> None:
    bill = json.loads(operate(demo, "usage", "--partner", reseller.partner_id, "--format", "json"))
    assert (bill["partner_id"], bill["number_days"]) == (reseller.partner_id, 1)
    assert bill["days"][-1]["workspaces"] == {slug: 1}
    lines = operate(demo, "usage", "--partner", reseller.partner_id).splitlines()
    assert lines[0] == "day,workspace_id,connected_numbers"
    assert lines[-1] == f"{bill['days'][-1]['day']},{slug},1"
    assert reseller.partner_id in operate(demo, "list")
    log = operate(demo, "events", "--partner", reseller.partner_id, "--workspace", slug)
    assert "whatsapp_account:disconnected" in log


async def test_the_operator_makes_and_minds_partners(demo: Demo, reseller: Reseller) -> None:
    told = operate(demo, "create", "--name", "Harbor Telecom", "--messages", "5", "--plan-id", "4")
    words = told.split()
    partner_id, secret = words[words.index("partner") + 1], words[words.index("secret") + 1]
    assert partner_id == "harbor-telecom"
    demo.facts |= {"partner_id": partner_id, "partner_secret": secret}
    made = await reseller.call("createWorkspace", {"display_name": "Second Lagoon", "seats_purchased": 2})
    assert made["plan_id"] == 4
    slug = made["workspace_id"]
    operate(demo, "set-webhook", "--partner", partner_id, "--url", reseller.receiver.url("/events"))
    operate(demo, "set-origins", "--partner", partner_id, "https://App.example.com:443")
    assert (await reseller.call("getPartnerSettings"))["origins"] == ["https://app.example.com"]
    operate(demo, "test", "--partner", partner_id, "--workspace", slug, "--event", "api_token:rotated")
    await reseller.hears("api_token:rotated")
    quota = operate(
        demo, "set-quota", "--partner", partner_id, "--workspace", slug, "--top-up", "7", "--transactions", "3"
    )
    assert "7" in quota
    found = await reseller.call("getWorkspace", workspace_id=slug)
    assert found["non_recurring_quota"]["remaining_balance"] == 7
    assert found["messages_quota"]["total"] == 5
    operate(demo, "bill-directly", "--workspace", slug)
    async with reseller.http.get(
        f"{demo.facts['base_url']}{BASE}/workspaces/{slug}", headers=headers_of(partner_id, secret)
    ) as response:
        assert response.status == 403
    operate(demo, "deactivate", "--partner", partner_id)
    async with reseller.http.get(
        f"{demo.facts['base_url']}{BASE}/workspaces", headers=headers_of(partner_id, secret)
    ) as response:
        assert (await response.json())["error"] == "partner_not_active"
    operate(demo, "activate", "--partner", partner_id)
    demo.facts["partner_secret"] = operate(demo, "rotate-secret", "--partner", partner_id).split()[3]
    await reseller.call("listWorkspaces")
    refused = tideline(demo.served.data_dir, "partner", "create", "--name", "Harbor Telecom")
    assert (refused.returncode, refused.stderr.strip()) == (1, "tideline: There is already a partner with this id.")
