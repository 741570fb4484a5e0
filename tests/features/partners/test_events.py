"""The eight events: what causes them, how often, what they say, and how they are proven."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from tests.features.partners.conftest import Lagoon, Stage
from tests.support.remote import answer
from tideline.features import business, numbers, partners, webhooks, workspaces
from tideline.features.partners import ACTOR, NewPartner
from tideline.features.webhooks import Outcome, PartnerEvent
from tideline.platform import jwt

NEAR, FULL = "workspace:quota_near_full:messaging", "workspace:quota_full:messaging"
PERIOD = {"current_period_start": "2026-11-23T00:00:00Z", "current_period_end": "2026-12-22T23:59:59Z"}
MONTH = timedelta(days=31)


async def charge(lagoon: Lagoon, *wishes: int) -> list[Any]:
    return await lagoon.run(workspaces.charge, list(wishes))


# Messages ----------------------------------------------------------------------------------------------------


async def test_messages_are_told_at_nine_tenths_and_when_they_are_used_up(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    await charge(lagoon, 17)
    assert await stage.events() == []
    await charge(lagoon, 1)
    [near] = await stage.events()
    assert near == {
        "workspace_id": lagoon.slug,
        "event_type": NEAR,
        "partner_id": partner.partner.id,
        "triggered_at": "2026-11-23T12:00:00Z",
        "messaging_quota_total": 20,
        "messaging_quota_used": 18,
        "utilization_pct": 90,
        **PERIOD,
    }
    await charge(lagoon, 1)
    assert await stage.events() == []
    await charge(lagoon, 1)
    [full] = await stage.events()
    assert (full["event_type"], full["messaging_quota_used"], full["utilization_pct"]) == (FULL, 20, 100)
    assert await charge(lagoon, 1) == [None]
    assert await stage.events() == []


async def test_both_lines_at_once_are_told_in_order(stage: Stage, lagoon: Lagoon) -> None:
    await charge(lagoon, 20)
    assert await stage.types() == [NEAR, FULL]


async def test_what_is_given_back_and_taken_again_is_not_told_twice(stage: Stage, lagoon: Lagoon) -> None:
    [taken] = await charge(lagoon, 20)
    await stage.events()
    await lagoon.run(workspaces.refund, [taken])
    await charge(lagoon, 19)
    await charge(lagoon, 1)
    assert await stage.events() == []


async def test_the_next_period_is_told_anew(stage: Stage, lagoon: Lagoon) -> None:
    await charge(lagoon, 20)
    await stage.events()
    stage.clock.advance(MONTH)
    await charge(lagoon, 20)
    told = await stage.events()
    assert [one["current_period_start"] for one in told] == ["2026-12-23T00:00:00Z"] * 2


async def test_a_balance_does_not_hold_back_the_event(stage: Stage, lagoon: Lagoon) -> None:
    await lagoon.run(workspaces.top_up, 5)
    assert await charge(lagoon, 18, 4) != [None, None]
    assert await stage.types() == [NEAR, FULL]
    assert (await lagoon.run(workspaces.quotas)).balance.remaining == 3


async def test_a_smaller_quota_is_told_when_somebody_is_refused(stage: Stage, lagoon: Lagoon) -> None:
    await charge(lagoon, 10)
    await lagoon.run(workspaces.set_quotas, messages=10)
    assert await charge(lagoon, 1) == [None]
    assert await stage.types() == [NEAR, FULL]


async def test_who_crosses_no_line_writes_nothing_more(stage: Stage, lagoon: Lagoon) -> None:
    await charge(lagoon, 1)
    counted: list[Any] = []
    async with stage.db.tx(lagoon.id) as tx:
        with tx._conn.query_logger(counted.append):
            await workspaces.charge(tx, [1])
    assert len(counted) == 1


# The other quotas --------------------------------------------------------------------------------------------


async def test_a_transaction_is_taken_for_each_automated_action(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    for _ in range(2):
        await lagoon.run(workspaces.spend_transaction)
    assert await stage.events() == []
    await lagoon.run(workspaces.spend_transaction)
    [full] = await stage.events()
    assert full == {
        "workspace_id": lagoon.slug,
        "event_type": "workspace:quota_full:transactions",
        "partner_id": partner.partner.id,
        "triggered_at": "2026-11-23T12:00:00Z",
        **PERIOD,
    }
    with pytest.raises(workspaces.TransactionsUsedUp):
        await lagoon.run(workspaces.spend_transaction)
    assert (await lagoon.run(workspaces.quotas)).transactions.used == 3
    assert await stage.events() == []
    stage.clock.advance(MONTH)
    await lagoon.run(workspaces.spend_transaction, 3)
    assert await stage.types() == ["workspace:quota_full:transactions"]


async def test_api_calls_are_told_with_the_second_that_uses_them_up(stage: Stage, lagoon: Lagoon) -> None:
    for _ in range(9):
        await stage.api_calls.spend(lagoon.id)
    await stage.api_calls.flush()
    assert await stage.events() == []
    await stage.api_calls.spend(lagoon.id)
    with pytest.raises(workspaces.ApiCallsUsedUp):
        await stage.api_calls.spend(lagoon.id)
    await stage.api_calls.flush()
    [full] = await stage.events()
    assert (full["event_type"], full["api_calls_limit"], full["api_calls_used"]) == (
        "workspace:quota_full:api_calls",
        10,
        10,
    )
    with pytest.raises(workspaces.ApiCallsUsedUp):
        await stage.api_calls.spend(lagoon.id)
    await stage.api_calls.flush()
    assert await stage.events() == []
    again = workspaces.ApiCalls(stage.db)
    with pytest.raises(workspaces.ApiCallsUsedUp):
        await again.spend(lagoon.id)
    await again.flush()
    assert await stage.events() == [], "after a restart as well"


async def test_the_last_seat_is_told_once_in_a_period(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    await lagoon.run(workspaces.add_placeholders, 2, mail_domain="partners.example.test")
    [full] = await stage.events()
    assert full == {
        "workspace_id": lagoon.slug,
        "event_type": "workspace:seats_full",
        "partner_id": partner.partner.id,
        "triggered_at": "2026-11-23T12:00:00Z",
        "seats_purchased": 3,
        "seats_available": 0,
    }
    await lagoon.run(partners.update, display_name=None, seats=2)
    assert await stage.events() == []
    stage.clock.advance(MONTH)
    await lagoon.run(partners.update, display_name=None, seats=1)
    assert await stage.types() == ["workspace:seats_full"]


async def test_a_workspace_with_one_seat_is_full_from_the_start(stage: Stage, partner: NewPartner) -> None:
    await stage.lagoon(partner, seats=1)
    assert await stage.types() == ["workspace:seats_full"]


# Numbers and tokens ------------------------------------------------------------------------------------------


async def test_a_number_is_told_when_it_is_linked_and_when_its_link_ends(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    number = await lagoon.link()
    owner = await lagoon.owner()
    [connected] = await stage.events()
    account = {"whatsapp_account_id": number.id, "phone_number_e164": "+12025550143", "user_id": owner.id}
    base = {
        "workspace_id": lagoon.slug,
        "event_type": "whatsapp_account:connected",
        "partner_id": partner.partner.id,
        "triggered_at": "2026-11-23T12:00:00Z",
    }
    assert connected == {**base, **account}
    await lagoon.unlink(number)
    [ended] = await stage.events()
    assert ended == {
        **base,
        "event_type": "whatsapp_account:disconnected",
        **account,
        "disconnected_at": "2026-11-23T12:00:00Z",
        "reason": "(logged out)",
    }
    await lagoon.link()
    await lagoon.run(partners.disconnect, owner, actor=ACTOR)
    assert [(one["event_type"], one.get("reason")) for one in await stage.events()] == [
        ("whatsapp_account:connected", None),
        ("whatsapp_account:disconnected", "(disconnected by partner)"),
    ]
    await lagoon.run(partners.disconnect, owner, actor=ACTOR)
    assert await stage.events() == []


async def test_a_pause_is_no_disconnection(stage: Stage, lagoon: Lagoon) -> None:
    [user] = await lagoon.run(workspaces.add_placeholders, 1, mail_domain="partners.example.test")
    await lagoon.link()
    await stage.events()
    await lagoon.run(partners.suspend_workspace)
    await lagoon.run(partners.restore_workspace)
    assert await stage.events() == [], user


async def test_business_numbers_are_the_operators(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    owner = await lagoon.owner()
    number = await lagoon.run(numbers.add_business, "12025550177", owner_id=owner.id, name="Lagoon")
    assert await lagoon.run(partners.disconnect, owner, actor=ACTOR) == []
    await lagoon.run(numbers.unlink, number.id)
    assert await stage.events() == []
    async with stage.db.system() as tx:
        assert (await partners.usage(tx, partner.partner.id, "2026-11")).number_days == 0


async def test_with_the_workspace_go_the_secrets_of_its_business_numbers(stage: Stage, lagoon: Lagoon) -> None:
    keyring, owner = stage.access.keyring, await lagoon.owner()
    new = business.NewAccount("12025550177", "109000000000077", "210000000000077", "token", "secret")
    opened = await lagoon.run(business.add, keyring, new, owner_id=owner.id)
    linked = await lagoon.link()
    await lagoon.run(partners.delete_workspace, actor=ACTOR)
    assert (await lagoon.run(business.get, opened.account.number_id)).secrets is None
    async with stage.db.system() as tx:
        assert await business.find_by_path(tx, keyring, opened.secrets.path_key) is None
    assert (await lagoon.run(numbers.get, linked.id)).is_gone


async def test_a_token_is_told_only_when_the_partner_replaced_it(stage: Stage, lagoon: Lagoon) -> None:
    await lagoon.run(partners.show_token, stage.access, actor=ACTOR)
    owner = await lagoon.owner()
    await lagoon.run(workspaces.rotate_token, stage.access, owner.id)
    assert await stage.events() == []
    await lagoon.run(partners.rotate_token, stage.access, actor=ACTOR)
    [rotated] = await stage.events()
    assert (rotated["event_type"], rotated["rotated_at"]) == ("api_token:rotated", "2026-11-23T12:00:00Z")


async def test_the_first_token_is_no_rotation(stage: Stage, lagoon: Lagoon) -> None:
    await lagoon.run(partners.rotate_token, stage.access, actor=ACTOR)
    assert await stage.events() == []


# Whom it goes to ---------------------------------------------------------------------------------------------


async def test_each_partner_hears_of_its_own_workspaces(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    other = await stage.partner("/other")
    theirs = await stage.lagoon(other)
    await lagoon.link()
    await theirs.link()
    assert sorted((asked.target, json.loads(asked.body)["workspace_id"]) for asked in await stage.deliver()) == [
        ("/in", lagoon.slug),
        ("/other", theirs.slug),
    ]


async def test_nobody_is_told_without_an_address_or_while_switched_off(stage: Stage) -> None:
    silent = await stage.partner(None)
    await (await stage.lagoon(silent)).link()
    assert await stage.deliver() == []
    off = await stage.partner()
    there = await stage.lagoon(off)
    number = await there.link()
    await stage.dispatch()
    async with stage.db.system() as tx:
        await partners.set_active(tx, off.partner.id, False)
    assert await stage.deliver() == [], "what waits goes away"
    await there.unlink(number)
    async with stage.db.system() as tx:
        await partners.set_active(tx, off.partner.id, True)
    await stage.dispatch()
    assert len(await stage.deliver()) <= 1


async def test_workspaces_of_nobody_cost_partners_nothing(stage: Stage) -> None:
    async with stage.db.system() as tx:
        created = await workspaces.create(
            tx, stage.access, display_name="Alone", owner_email="a@alone.example", zone="UTC", slug=None, seats=1
        )
    assert await stage.deliver() == [], created


# Proof -------------------------------------------------------------------------------------------------------


async def test_an_event_is_signed_in_both_ways(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    await lagoon.link()
    [asked] = await stage.deliver()
    headers, secret, body = asked.headers, partner.secret, asked.body
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["x-tl-partner-id"] == partner.partner.id
    token = jwt.read(headers["x-tl-signature"])
    assert token.is_signed_with(secret)
    assert set(token.claims) == {"partner_id", "nbf", "exp"}
    assert token.claims["partner_id"] == partner.partner.id
    assert token.claims["exp"] - token.claims["nbf"] == 360
    assert abs(token.claims["nbf"] + 180 - time.time()) < 60
    signed = b"%s.%s.%s" % (headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body)
    ours = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{ours}"


async def test_the_signature_covers_the_body_where_the_operator_wants_it(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    async with stage.db.system() as tx:
        await partners.set_webhook(tx, stage.terms, partner.partner.id, stage.remote.url("/in"), signs_bodies=True)
    stage.answers["/in"] = answer(status=500)
    await lagoon.link()
    [first] = await stage.deliver()
    stage.answers["/in"] = answer()
    stage.clock.advance(timedelta(seconds=5))
    [second] = await stage.deliver()
    claims = [jwt.read(asked.headers["x-tl-signature"]).claims for asked in (first, second)]
    assert claims[0]["jti"] == claims[1]["jti"] == first.headers["webhook-id"] == second.headers["webhook-id"]
    assert claims[1]["body_sha256"] == hashlib.sha256(second.body).hexdigest()


# The log -----------------------------------------------------------------------------------------------------


async def test_what_was_given_up_is_in_the_log_and_goes_out_again(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    stage.answers["/in"] = answer(status=500)
    since = stage.clock.now()
    await lagoon.link()
    for wait in (0, 5, 30):
        stage.clock.advance(timedelta(seconds=wait))
        assert len(await stage.deliver()) == 1
    stage.clock.advance(timedelta(seconds=300))
    assert await stage.deliver() == []
    page = await lagoon.run(partners.deliveries, partner.partner.id)
    [last] = page.items
    assert (last.outcome, last.number, last.status) == (Outcome.FAILED, 3, 500)
    assert last.delivery.event_type is PartnerEvent.ACCOUNT_CONNECTED
    async with stage.db.system() as tx:
        assert (await partners.get(tx, partner.partner.id)).errors_counter == 1
    stage.answers["/in"] = answer()
    assert await partners.redeliver_failed(stage.db, partner.partner.id, since) == 1
    assert await partners.redeliver_failed(stage.db, partner.partner.id, since) == 0
    assert await stage.types() == ["whatsapp_account:connected"]
    async with stage.db.system() as tx:
        assert (await partners.get(tx, partner.partner.id)).errors_counter == 0
    with pytest.raises(webhooks.WebhookNotFound):
        await lagoon.run(webhooks.list_deliveries, partner.partner.webhook_id)


@pytest.mark.parametrize("event", PartnerEvent, ids=str)
async def test_every_event_can_be_tried(stage: Stage, partner: NewPartner, lagoon: Lagoon, event: PartnerEvent) -> None:
    await lagoon.run(partners.send_test, partner.partner.id, event)
    assert await stage.types() == [event.value]


async def test_of_a_foreign_workspace_a_partner_learns_nothing(stage: Stage, lagoon: Lagoon) -> None:
    other = await stage.partner("/other")
    with pytest.raises(partners.WorkspaceNotOwned):
        await lagoon.run(partners.deliveries, other.partner.id)
    with pytest.raises(partners.WorkspaceNotOwned):
        await lagoon.run(partners.send_test, other.partner.id, PartnerEvent.SEATS_FULL)
