"""How partners are told: the address of the partner, the contract's signature, and that of Standard Webhooks, which
covers the body. Lanes, attempts and the log are those of every webhook."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tideline.features.partners import secrets
from tideline.features.partners.bodies import body
from tideline.features.partners.samples import sample
from tideline.features.partners.store import owned
from tideline.features.partners.store import partners as store
from tideline.features.partners.store.owned import Told
from tideline.features.webhooks import (
    Count,
    Delivery,
    Key,
    PartnerEvent,
    Posting,
    Receiver,
    Request,
    Schedule,
    Settled,
    signed_headers,
)
from tideline.platform import jwt
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, SystemTx
from tideline.platform.facts import Fact
from tideline.platform.outgoing import Outgoing

WINDOW: Final = 180
"""Seconds before and after now in which a signature is good."""
CONTENT_TYPE: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Address:
    """A partner's address as the lanes of one workspace see it."""

    workspace_id: int
    id: int
    url: str
    errors_counter: int
    enabled: bool = True
    is_strict: bool = False
    schedule: Schedule = Schedule.STANDARD


@dataclass(frozen=True, slots=True)
class ToldPartner:
    told: Told
    webhook: Receiver


class Partners:
    """The receivers of partner events."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def find(self, tx: SystemTx, keys: Sequence[Key]) -> Mapping[Key, ToldPartner]:
        """Those that have an address and are active; of others what waits goes away."""
        found = await owned.partners_of(tx, {workspace_id for workspace_id, _ in keys})
        return {
            (told.workspace_id, told.partner.webhook_id): ToldPartner(
                told,
                Address(
                    told.workspace_id, told.partner.webhook_id, told.partner.webhook_url, told.partner.errors_counter
                ),
            )
            for told in found.values()
            if told.partner.is_active and told.partner.webhook_url is not None
        }

    def sample(self, delivery: Delivery, workspace_id: int) -> Fact | None:
        return sample(_event(delivery), workspace_id, delivery.fact_at)

    def request(self, reached: ToldPartner, delivery: Delivery, fact: Fact, now: datetime) -> Request:  # noqa: ARG002
        """The receiver compares the times of the signatures with its own clock, so they are of the real one."""
        partner = reached.told.partner
        secret = secrets.unseal(self._keyring, partner)
        content = msgspec.json.encode(body(_event(delivery), fact, slug=reached.told.slug, partner_id=partner.id))
        unix = int(time.time())
        claims: dict[str, Any] = {"partner_id": partner.id, "nbf": unix - WINDOW, "exp": unix + WINDOW}
        if partner.signs_bodies:
            claims |= {"jti": str(delivery.uid), "body_sha256": hashlib.sha256(content).hexdigest()}
        headers = {
            **signed_headers(delivery.uid, unix, content, [secret.encode()]),
            "Content-Type": CONTENT_TYPE,
            "X-TL-Partner-Id": partner.id,
            "X-TL-Signature": jwt.sign(claims, secret),
        }
        return Request(reached.webhook.url, headers, content)

    async def count(self, tx: SystemTx, counts: Sequence[Count], some: Sequence[Settled]) -> None:  # noqa: ARG002
        """The operator sees the count of events that failed in a row with `tideline partner list`."""
        by_webhook: dict[int, tuple[bool, int]] = {}
        for count in counts:
            from_nothing, failed = by_webhook.get(count.webhook_id, (False, 0))
            by_webhook[count.webhook_id] = (from_nothing or count.from_nothing, failed + count.failed)
        await store.count_failures(tx, [(webhook_id, *change) for webhook_id, change in sorted(by_webhook.items())])


class TellingPartners(Posting[ToldPartner]):
    """The act of the lanes of partners."""

    def __init__(self, db: Database, outgoing: Outgoing, keyring: Keyring, waits: Sequence[timedelta]) -> None:
        super().__init__(db, outgoing, Partners(keyring), waits)


def _event(delivery: Delivery) -> PartnerEvent:
    assert isinstance(delivery.event_type, PartnerEvent)
    return delivery.event_type
