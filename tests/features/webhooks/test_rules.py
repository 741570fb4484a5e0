"""Pure rules of deliveries: how they go on after an attempt, what counts as a failure, how they are signed."""

import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.support.event_check import check_event
from tests.support.world import START
from tideline.features.webhooks import EventType, Webhook, WebhookId
from tideline.features.webhooks.actions.settling import Settled, tally
from tideline.features.webhooks.bodies import View, body, event_types
from tideline.features.webhooks.delivery import (
    Answer,
    Attempt,
    Delivery,
    Outcome,
    Request,
    Step,
    next_step,
)
from tideline.features.webhooks.samples import sample
from tideline.features.webhooks.secrets import new_secret, seal
from tideline.features.webhooks.signing import Keys, headers, key_of
from tideline.features.webhooks.store.reading import Count
from tideline.platform.crypto import Keyring
from tideline.platform.lanes import Held, Item, Lane

WAITS = (timedelta(seconds=5), timedelta(seconds=30))
KEYRING = Keyring(["a key for tests, long enough"])
UID = UUID("01a21a88-4a22-76d5-9a0d-11cb13d0aff7")


def answered(status: int | None = None, error: str | None = None) -> Answer:
    return Answer(START, timedelta(seconds=0.2), status, error=error)


STEPS: dict[str, tuple[Answer, int, Step]] = {
    "accepted": (answered(200), 1, Step(Outcome.DELIVERED)),
    "accepted without content": (answered(204), 1, Step(Outcome.DELIVERED)),
    "accepted in the end": (answered(299), 3, Step(Outcome.DELIVERED)),
    "refused once": (answered(500), 1, Step(Outcome.RETRYING, START + timedelta(seconds=5))),
    "refused twice": (answered(404), 2, Step(Outcome.RETRYING, START + timedelta(seconds=30))),
    "refused for the last time": (answered(500), 3, Step(Outcome.FAILED)),
    "tried too often by a mistake of ours": (answered(500), 9, Step(Outcome.FAILED)),
    "not modified": (answered(304), 1, Step(Outcome.RETRYING, START + timedelta(seconds=5))),
    "continue": (answered(199), 1, Step(Outcome.RETRYING, START + timedelta(seconds=5))),
    "no answer": (answered(error="remote_too_slow"), 1, Step(Outcome.RETRYING, START + timedelta(seconds=5))),
}


@pytest.mark.parametrize(("answer", "attempt", "step"), STEPS.values(), ids=STEPS)
def test_next_step(answer: Answer, attempt: int, step: Step) -> None:
    assert next_step(answer, attempt, WAITS, START) == step


def test_without_waits_there_is_one_attempt() -> None:
    assert next_step(answered(500), 1, (), START) == Step(Outcome.FAILED)


def test_a_delivery_survives_its_way_over_the_lane() -> None:
    for delivery in (
        Delivery(UID, EventType.CHAT_NEW, START, 7, 40917, 3),
        Delivery(UID, EventType.ACCOUNT_RESUMED, START, 7),
        Delivery.test(EventType.REACTION, START),
    ):
        assert Delivery.read(delivery.payload()) == delivery


# Counting ----------------------------------------------------------------------------------------------------

WEBHOOK = Webhook(1, WebhookId(5), EventType.CHAT_NEW, "https://crm.example.com/in", enabled=True)
OTHER = replace(WEBHOOK, id=WebhookId(6))


def ended(outcome: Outcome | None, webhook: Webhook = WEBHOOK, *, test: bool = False) -> Settled:
    item = Item(1, 1, {}, START, START)
    held = Held(Lane("webhook", webhook.id), 1, 1, 1, (item,))
    if outcome is None:
        return Settled(held, item)
    delivery = Delivery.test(webhook.event_type, START) if test else Delivery(UID, webhook.event_type, START, 1)
    request = Request(webhook.url, {}, b"")
    attempt = Attempt(1, webhook.id, delivery, 1, request, answered(200), Step(outcome))
    return Settled(held, item, attempt, webhook)


FAILING = replace(WEBHOOK, errors_counter=2)
D, R, F = Outcome.DELIVERED, Outcome.RETRYING, Outcome.FAILED
TALLIES: dict[str, tuple[list[Settled], list[Count]]] = {
    "all is well": ([ended(D), ended(D)], []),
    "tried again": ([ended(R)], []),
    "given up": ([ended(F), ended(R), ended(F)], [Count(1, 5, False, 2)]),
    "well again": ([ended(D, FAILING)], [Count(1, 5, True, 0)]),
    "failed, then well": ([ended(F, FAILING), ended(D, FAILING)], [Count(1, 5, True, 0)]),
    "well, then failed": ([ended(D), ended(F)], [Count(1, 5, True, 1)]),
    "each by itself": ([ended(F), ended(D, OTHER)], [Count(1, 5, False, 1)]),
    "tests do not count": ([ended(F, test=True), ended(D, FAILING, test=True)], []),
    "deleted meanwhile": ([ended(None)], []),
}


@pytest.mark.parametrize(("some", "counts"), TALLIES.values(), ids=TALLIES)
def test_what_counts_as_failed_in_a_row(some: list[Settled], counts: list[Count]) -> None:
    assert tally(some) == counts


# Signing -----------------------------------------------------------------------------------------------------


def signed(content: bytes, *secrets: str, timestamp: int | None = None) -> dict[str, str]:
    return headers(UID, int(time.time()) if timestamp is None else timestamp, content, [key_of(one) for one in secrets])


def test_the_public_library_accepts_a_signature_and_notices_every_change() -> None:
    secret, content = new_secret(), '{"text":"Grüße 🚲"}'.encode()
    told = signed(content, secret)
    assert Verifier(secret).verify(content, told) == {"text": "Grüße 🚲"}
    for body_, changed in (
        (content + b" ", told),
        (content, {**told, "webhook-id": str(UID) + "x"}),
        (content, {**told, "webhook-timestamp": str(int(told["webhook-timestamp"]) + 1)}),
        (content, signed(content, new_secret())),
        (content, signed(content, secret, timestamp=1)),
    ):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body_, changed)


def test_two_secrets_make_two_signatures_and_none_makes_none() -> None:
    one, two, content = new_secret(), new_secret(), b'{"x":1}'
    told = signed(content, one, two)
    assert len(told["webhook-signature"].split(" ")) == 2
    assert Verifier(one).verify(content, told) == Verifier(two).verify(content, told)
    assert "webhook-signature" not in signed(content)
    assert signed(content)["webhook-id"] == str(UID)


def test_a_former_secret_signs_until_its_time_is_over() -> None:
    def sealed(secret: str) -> bytes:
        return seal(KEYRING, secret, 1, 5)

    now, former = new_secret(), new_secret()
    webhook = replace(WEBHOOK, secret=sealed(now), former_secret=sealed(former), former_until=START)
    keys = Keys(KEYRING)
    assert keys.of(webhook, START - timedelta(seconds=1)) == [key_of(now), key_of(former)]
    assert keys.of(webhook, START) == [key_of(now)]
    assert keys.of(replace(webhook, secret=None, former_secret=None, former_until=None), START) == []


# Samples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_type", EventType)
def test_there_is_a_sample_of_every_event(event_type: EventType, view: View) -> None:
    fact = sample(event_type, 1, START)
    assert event_type in event_types(fact)
    check_event(body(event_type, fact, view))
