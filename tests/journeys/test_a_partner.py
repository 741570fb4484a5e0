"""A partner provisions a customer over HTTP only: from the first workspace to the last disconnection."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from tests.journeys.conftest import Demo, entered
from tests.support.clients import eventually
from tests.support.customer import Customer, Reseller
from tests.support.partner_client import check_event
from tests.support.remote import Answer, Remote, answer, remote
from tests.support.serving import Served, tideline
from tideline.client import refusals
from tideline.client.partner_models import SuspendedMember, WhatsappAccount, WorkspaceDetails, WorkspaceUser
from tideline.client.times import read_time
from tideline.platform import jwt

MESSAGES = 10
OWN, CUSTOMER = "+15550820001", "+15550820002"


class Listening(Reseller):
    """A program of the partner that hears, too."""

    def __init__(self, demo: Demo, receiver: Remote) -> None:
        super().__init__(demo.facts["base_url"], demo.facts["partner_id"], demo.facts["partner_secret"])
        self.demo, self.receiver = demo, receiver
        self.partner_id, self.secret = demo.facts["partner_id"], demo.facts["partner_secret"]

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
async def reseller(demo: Demo) -> AsyncIterator[Listening]:
    answers: dict[str, Answer] = {"/events": answer()}
    async with remote(answers) as receiver, Listening(demo, receiver) as opened:
        yield opened


def operate(demo: Demo, *arguments: str) -> str:
    """A command of the operator."""
    done = tideline(demo.served.data_dir, "partner", *arguments, TIDELINE_OUTGOING_ALLOW="127.0.0.1")
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_customer_is_provisioned_used_and_given_up(demo: Demo, reseller: Listening) -> None:
    await reseller.update_partner_settings(webhook_url=reseller.receiver.url("/events"))
    slug = (await reseller.create_workspace(display_name="Blue Lagoon Dental", seats_purchased=3)).workspace_id
    assert slug == "blue-lagoon-dental"
    users = (await reseller.create_workspace_users(slug, count=2)).users
    assert (await reseller.hears("workspace:seats_full"))["seats_purchased"] == 3

    account = await a_phone_is_linked(reseller, slug, users[0].user_id)
    token = (await reseller.get_public_api_token(slug)).token
    async with Customer(demo.facts["base_url"], token) as customer:
        await quotas_run_out(reseller, slug, customer)
        await fewer_seats_suspend(reseller, slug, users, account)
        await the_token_is_replaced(reseller, slug, customer)
    await the_number_is_disconnected(reseller, slug, users[0].user_id, account)
    await the_operator_writes_the_bill(demo, reseller, slug)


async def a_phone_is_linked(reseller: Listening, slug: str, user: int) -> WhatsappAccount:
    link = await reseller.create_user_qr_link(slug, user, expires_in_hours=1)
    assert link.qr_link.startswith(reseller.demo.facts["base_url"] + "/qr/")
    phone = await reseller.demo.simulator.phone(OWN, "Blue Lagoon")
    await phone.scan(link.qr_link)
    connected = await reseller.hears("whatsapp_account:connected")
    assert (connected["user_id"], connected["phone_number_e164"]) == (user, OWN)

    async def look() -> WorkspaceDetails | None:
        found = await reseller.get_workspace(slug)
        return found if found.whatsapp_accounts and found.whatsapp_accounts[0].connected else None

    found = await eventually(look, "the connected account")
    assert found.qr_links == [], "a link is good for one phone"
    [account] = found.whatsapp_accounts or []
    assert account.whatsapp_account_id == connected["whatsapp_account_id"]
    return account


async def quotas_run_out(reseller: Listening, slug: str, customer: Customer) -> None:
    """Nine tenths of the messages, then all of them; what comes after that is refused."""
    demo = reseller.demo
    operate(demo, "set-quota", "--partner", reseller.partner_id, "--workspace", slug, "--messages", str(MESSAGES))
    await demo.simulator.phone(CUSTOMER, "Ana")
    for n in range(MESSAGES):
        uid = await customer.say(CUSTOMER, f"Reminder {n}")
    await customer.until_status(uid, "Delivered")
    assert (await reseller.hears("workspace:quota_near_full:messaging"))["messaging_quota_used"] == 9
    full = await reseller.hears("workspace:quota_full:messaging")
    assert (full["messaging_quota_total"], full["messaging_quota_used"]) == (MESSAGES, MESSAGES)
    with pytest.raises(refusals.QuotaExceeded, match="403"):
        await customer.say(CUSTOMER, "One more")
    quota = (await reseller.get_workspace(slug)).messages_quota
    assert (quota.total, quota.used) == (MESSAGES, MESSAGES)
    assert read_time(full["current_period_start"]) == quota.period_start
    assert read_time(full["current_period_end"]) == quota.period_end


async def fewer_seats_suspend(
    reseller: Listening, slug: str, users: list[WorkspaceUser], account: WhatsappAccount
) -> None:
    shrunk = await reseller.update_workspace(slug, seats_purchased=1)
    without, linked = shrunk.suspended_members or []
    assert without == SuspendedMember(user_id=users[1].user_id)
    assert (linked.user_id, linked.whatsapp_account_id) == (users[0].user_id, account.whatsapp_account_id)
    found = await reseller.get_workspace(slug)
    assert [one.connection_status for one in found.whatsapp_accounts or []] == ["suspended"]
    assert reseller.events("whatsapp_account:disconnected") == []


async def the_token_is_replaced(reseller: Listening, slug: str, customer: Customer) -> None:
    rotated = await reseller.rotate_public_api_token(slug)
    with pytest.raises(refusals.InvalidToken):
        await customer.get_workspace()
    async with Customer(reseller.demo.facts["base_url"], rotated.token) as again:
        assert (await again.get_workspace()).workspace_id == slug
    assert read_time((await reseller.hears("api_token:rotated"))["rotated_at"]) == rotated.rotated_at


async def the_number_is_disconnected(reseller: Listening, slug: str, user: int, account: WhatsappAccount) -> None:
    ended = await reseller.disconnect_user_whatsapp(slug, user)
    assert (ended.disconnected, ended.phone_number) == (True, OWN)
    event = await reseller.hears("whatsapp_account:disconnected")
    assert event["whatsapp_account_id"] == account.whatsapp_account_id
    assert event["reason"] == "(disconnected by partner)"
    again = await reseller.disconnect_user_whatsapp(slug, user)
    assert again.disconnected is False


async def the_operator_writes_the_bill(demo: Demo, reseller: Listening, slug: str) -> None:
    bill = json.loads(operate(demo, "usage", "--partner", reseller.partner_id, "--format", "json"))
    assert (bill["partner_id"], bill["number_days"]) == (reseller.partner_id, 1)
    assert bill["days"][-1]["workspaces"] == {slug: 1}
    lines = operate(demo, "usage", "--partner", reseller.partner_id).splitlines()
    assert lines[0] == "day,workspace_id,connected_numbers"
    assert lines[-1] == f"{bill['days'][-1]['day']},{slug},1"
    assert reseller.partner_id in operate(demo, "list")
    log = operate(demo, "events", "--partner", reseller.partner_id, "--workspace", slug)
    assert "whatsapp_account:disconnected" in log


async def test_the_operator_makes_and_minds_partners(demo: Demo, reseller: Listening) -> None:
    told = operate(demo, "create", "--name", "Harbor Telecom", "--messages", "5", "--plan-id", "4")
    words = told.split()
    partner_id, secret = words[words.index("partner") + 1], words[words.index("secret") + 1]
    assert partner_id == "harbor-telecom"
    demo.facts |= {"partner_id": partner_id, "partner_secret": secret}
    async with Listening(demo, reseller.receiver) as partner:
        await partners_are_minded(demo, partner)
    demo.facts["partner_secret"] = operate(demo, "rotate-secret", "--partner", partner_id).split()[3]
    async with Listening(demo, reseller.receiver) as partner:
        await partner.list_workspaces()
    with pytest.raises(refusals.InvalidSignature):
        async with Reseller(demo.facts["base_url"], partner_id, secret) as former:
            await former.list_workspaces()
    refused = tideline(demo.served.data_dir, "partner", "create", "--name", "Harbor Telecom")
    assert (refused.returncode, refused.stderr.strip()) == (1, "tideline: There is already a partner with this id.")


async def partners_are_minded(demo: Demo, reseller: Listening) -> None:
    """What an operator does shows to the partner at once."""
    partner_id = reseller.partner_id
    made = await reseller.create_workspace(display_name="Second Lagoon", seats_purchased=2)
    slug = made.workspace_id
    assert made.plan_id == 4
    operate(demo, "set-webhook", "--partner", partner_id, "--url", reseller.receiver.url("/events"))
    operate(demo, "set-origins", "--partner", partner_id, "https://App.example.com:443")
    assert (await reseller.get_partner_settings()).origins == ["https://app.example.com"]
    operate(demo, "test", "--partner", partner_id, "--workspace", slug, "--event", "api_token:rotated")
    await reseller.hears("api_token:rotated")
    quota = operate(
        demo, "set-quota", "--partner", partner_id, "--workspace", slug, "--top-up", "7", "--transactions", "3"
    )
    assert "7" in quota
    found = await reseller.get_workspace(slug)
    assert found.non_recurring_quota.remaining_balance == 7
    assert found.messages_quota.total == 5
    operate(demo, "bill-directly", "--workspace", slug)
    with pytest.raises(refusals.WorkspaceBillingManaged):
        await reseller.get_workspace(slug)
    operate(demo, "deactivate", "--partner", partner_id)
    with pytest.raises(refusals.PartnerNotActive):
        await reseller.list_workspaces()
    operate(demo, "activate", "--partner", partner_id)
