"""What the operator decides: who there is, their secrets, where events go, what workspaces get."""

from typing import Any
from uuid import uuid4

import pytest

from tests.features.partners.conftest import Stage
from tests.support.partner_client import claims
from tideline.features import partners, webhooks, workspaces
from tideline.features.partners import Grants, NewPartner, PartnerAccess
from tideline.platform import jwt
from tideline.platform.crypto import KeyNotHere, Keyring
from tideline.platform.outgoing import OutgoingProblem


async def test_the_id_follows_from_the_name(stage: Stage) -> None:
    tail = uuid4().hex[:8]
    async with stage.db.system() as tx:
        made = await partners.create(tx, stage.keyring, name=f"Harbor & Sons, {tail}")
        assert made.partner.id == f"harbor-sons-{tail}"
        with pytest.raises(partners.PartnerExists):
            await partners.create(tx, stage.keyring, name=f"Harbor Sons {tail}")


@pytest.mark.parametrize(
    "named",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "日本"},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "x", "partner_id": "UPPER"},
        {"name": "x", "partner_id": "-x"},
        {"name": "x", "partner_id": "a" * 64},
        {"name": "x", "partner_id": "a b"},
        {"name": "x", "grants": Grants(plan=" ")},
        {"name": "x", "grants": Grants(plan="x" * 101)},
    ],
    ids=range(11),
)
async def test_what_is_no_name_or_id_is_refused(stage: Stage, named: dict[str, Any]) -> None:
    async with stage.db.system() as tx:
        with pytest.raises(partners.InvalidPartner):
            await partners.create(tx, stage.keyring, **named)


@pytest.mark.parametrize("amount", [-1, 2**31])
async def test_what_is_no_amount_is_refused(stage: Stage, partner: NewPartner, amount: int) -> None:
    async with stage.db.system() as tx:
        with pytest.raises(workspaces.InvalidAmount):
            await partners.create(tx, stage.keyring, name=uuid4().hex, grants=Grants(messages_quota=amount))
        with pytest.raises(workspaces.InvalidAmount):
            await partners.set_grants(tx, partner.partner.id, transactions=amount)


async def test_grants_hold_for_workspaces_to_come(stage: Stage, partner: NewPartner) -> None:
    before = await stage.lagoon(partner)
    async with stage.db.system() as tx:
        await partners.set_grants(tx, partner.partner.id, messages=77)
    after = await stage.lagoon(partner)
    totals = [(await one.run(workspaces.quotas)).messages.total for one in (before, after)]
    assert totals == [20, 77]
    quotas = await after.run(workspaces.quotas)
    assert (quotas.api_calls.total, quotas.transactions.total) == (10, 3)


@pytest.mark.parametrize("url", ["", "ftp://a.example", "https://a b.example", "https://[", "x" * 5000], ids=range(5))
async def test_an_address_that_nobody_can_call_is_refused(stage: Stage, partner: NewPartner, url: str) -> None:
    async with stage.db.system() as tx:
        with pytest.raises((webhooks.InvalidUrl, OutgoingProblem)):
            await partners.set_webhook(tx, stage.terms, partner.partner.id, url)


async def test_nobody_is_changed_who_is_not_there(stage: Stage) -> None:
    async with stage.db.system() as tx:
        with pytest.raises(partners.PartnerNotFound):
            await partners.get(tx, "nobody")
        with pytest.raises(partners.PartnerNotFound):
            await partners.rotate_secret(tx, stage.keyring, "nobody")
        with pytest.raises(workspaces.WorkspaceNotFound):
            await partners.set_billed_directly(tx, "nowhere", True)


async def test_only_active_partners_pages_may_embed(stage: Stage, partner: NewPartner) -> None:
    lagoon = await stage.lagoon(partner)
    async with stage.db.system() as tx:
        await partners.set_origins(
            tx, partner.partner.id, ["https://b.example", "https://a.example", "https://B.example"]
        )
        found = await partners.find_partner_of(tx, lagoon.id)
        assert found
        assert found.origins == ("https://b.example", "https://a.example")
        assert await partners.find_partner_of(tx, 2**31 - 1) is None
        await partners.set_active(tx, partner.partner.id, False)
        assert await partners.find_partner_of(tx, lagoon.id) is None


async def test_secrets_follow_a_change_of_keys(stage: Stage) -> None:
    made = await stage.partner()
    old, new = "a key for tests, long enough", "another key for tests, as long"
    token = jwt.sign(claims(made.partner.id), made.secret)
    with pytest.raises(KeyNotHere):
        await PartnerAccess(stage.db, Keyring([new])).authenticate(made.partner.id, token)
    async with stage.db.system() as tx:
        assert await partners.count_unreadable_partners(tx, Keyring([new])) > 0
    assert await partners.reencrypt_partners(stage.db, Keyring([new, old])) > 0
    async with stage.db.system() as tx:
        assert await partners.count_unreadable_partners(tx, Keyring([new])) == 0
    assert (await PartnerAccess(stage.db, Keyring([new])).authenticate(made.partner.id, token)).id == made.partner.id
