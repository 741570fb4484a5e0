"""Webhooks that a test listens to: each event verified by its signature and held against the contract."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier

from tests.support.clients import eventually
from tests.support.customer import Customer
from tests.support.event_check import check_event
from tests.support.remote import Remote
from tideline.features.webhooks import EventType


class Heard:
    """What the receiver got, verified and held against the contract."""

    def __init__(self, receiver: Remote, secrets: dict[str, str]) -> None:
        self._receiver = receiver
        self._secrets = secrets

    def events(self, event_type: str) -> list[dict[str, Any]]:
        found = []
        for asked in self._receiver.asked:
            if asked.target == f"/in?{event_type}":
                Verifier(self._secrets[event_type]).verify(asked.body, asked.headers)
                event = json.loads(asked.body)
                check_event(event)
                assert event["event_type"] == event_type
                found.append(event)
        return found

    async def until(self, event_type: str, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            return next((event for event in self.events(event_type) if fits(event)), None)

        return await eventually(look, f"the event {event_type}")


async def subscribe(customer: Customer, receiver: Remote, types: Sequence[EventType]) -> Heard:
    """One webhook for each type, at `/in` of the receiver."""
    secrets = {}
    for event in types:
        url = receiver.url(f"/in?{event.value}")
        made = await customer.create_webhook(event_type=event.value, url=url)
        secrets[event.value] = str((await customer.get_webhook_secret(made.id)).secret)
    return Heard(receiver, secrets)
