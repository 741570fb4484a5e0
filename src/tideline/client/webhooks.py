"""Receives webhooks: proves that a request comes from Tideline and reads its event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from tideline.client import events, partner_events, signing
from tideline.client.errors import NotGenuine
from tideline.client.events import Event
from tideline.client.parsing import UnknownEvent, parse
from tideline.client.partner_events import PartnerEvent

E = TypeVar("E")

TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivered(Generic[E]):
    """An event that was delivered, and is genuine."""

    id: str
    """The same in each attempt: an event whose id was seen before is the same one again."""
    sent_at: datetime
    event: E


def parse_event(body: bytes | str | Mapping[str, Any]) -> Event | UnknownEvent:
    """The event of a body, which is believed: `WebhookVerifier` finds out whether it may be."""
    return parse(body, events.KINDS)


def parse_partner_event(body: bytes | str | Mapping[str, Any]) -> PartnerEvent | UnknownEvent:
    """The same for what is sent to partners."""
    return parse(body, partner_events.KINDS)


class WebhookVerifier:
    """Knows the requests of one webhook, or of several: it takes their secrets. While a secret is being changed, give
    both; Tideline signs with both for a day."""

    def __init__(self, *secrets: str, tolerance: timedelta = TOLERANCE) -> None:
        if not secrets:
            raise ValueError("a verifier needs a secret")
        self._keys = [signing.key_of(secret) for secret in secrets]
        self._tolerance = tolerance

    def verify(
        self, body: bytes, headers: Mapping[str, str], *, now: datetime | None = None
    ) -> Delivered[Event | UnknownEvent]:
        """Raise NotGenuine for a request that is not Tideline's. The body is the bytes as they came."""
        proof = signing.check(body, headers, self._keys, tolerance=self._tolerance, now=now)
        return Delivered(proof.id, proof.sent_at, parse_event(body))


class PartnerWebhookVerifier:
    """Knows the requests that a partner gets; they are signed with the partner's secret."""

    def __init__(self, partner_id: str, *secrets: str, tolerance: timedelta = TOLERANCE) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a verifier needs a secret")
        self._partner_id = partner_id
        self._keys = [secret.encode() for secret in secrets]
        self._tolerance = tolerance

    def verify(
        self, body: bytes, headers: Mapping[str, str], *, now: datetime | None = None
    ) -> Delivered[PartnerEvent | UnknownEvent]:
        """Raise NotGenuine for a request that is not Tideline's. The body is the bytes as they came."""
        if signing.header(headers, signing.PARTNER_HEADER) != self._partner_id:
            raise NotGenuine("the request is for another partner")
        proof = signing.check(body, headers, self._keys, tolerance=self._tolerance, now=now)
        return Delivered(proof.id, proof.sent_at, parse_partner_event(body))
