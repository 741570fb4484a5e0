"""Webhook requests are taken from Tideline only, whole and in time, and their events are typed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.client import (
    NotAnEvent,
    NotGenuine,
    PartnerWebhookVerifier,
    UnknownEvent,
    WebhookVerifier,
    events,
    parse_event,
    parse_partner_event,
    partner_events,
)
from tideline.features.webhooks import signing
from tideline.platform.contract.document import Contract
from tideline.surfaces.api.contract import webhooks
from tideline.surfaces.partner.contract import partner_webhooks

NOW = datetime(2026, 9, 14, 14, 20, 31, tzinfo=UTC)
SECRET, FORMER, OTHER = "whsec_c2VjcmV0LW9uZQ==", "whsec_c2VjcmV0LXR3bw==", "whsec_b3RoZXI="
BODY = b'{"event_type": "moon:full"}'


def headers(body: bytes = BODY, *secrets: str, at: datetime = NOW, uid: UUID | None = None) -> dict[str, str]:
    keys = [signing.key_of(secret) for secret in secrets or (SECRET,)]
    return signing.headers(uid or uuid4(), int(at.timestamp()), body, keys)


def test_a_request_of_tideline_is_taken() -> None:
    uid = uuid4()
    delivered = WebhookVerifier(SECRET).verify(BODY, headers(uid=uid), now=NOW)
    assert (delivered.id, delivered.sent_at) == (str(uid), NOW)
    assert delivered.event == UnknownEvent("moon:full", {"event_type": "moon:full"})


def test_the_case_of_headers_does_not_matter() -> None:
    shouted = {name.upper(): value for name, value in headers().items()}
    assert WebhookVerifier(SECRET).verify(BODY, shouted, now=NOW).sent_at == NOW


@pytest.mark.parametrize("known", [(SECRET,), (FORMER,), (FORMER, SECRET), (OTHER, FORMER)])
def test_while_a_secret_is_exchanged_either_is_enough(known: tuple[str, ...]) -> None:
    assert WebhookVerifier(*known).verify(BODY, headers(BODY, SECRET, FORMER), now=NOW).sent_at == NOW


SHIFTS = {"late": timedelta(seconds=301), "early": timedelta(seconds=-301)}


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
def test_an_old_request_is_not_taken_again(shift: timedelta) -> None:
    verifier = WebhookVerifier(SECRET)
    assert verifier.verify(BODY, headers(), now=NOW + shift * 0.99).sent_at == NOW
    with pytest.raises(NotGenuine):
        verifier.verify(BODY, headers(), now=NOW + shift)
    patient = WebhookVerifier(SECRET, tolerance=timedelta(hours=1))
    assert patient.verify(BODY, headers(), now=NOW + shift).sent_at == NOW


@given(st.binary(max_size=200), st.data())
def test_no_byte_of_a_body_can_be_changed(rest: bytes, data: st.DataObject) -> None:
    body = b"{" + rest
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))
    with pytest.raises(NotGenuine):
        WebhookVerifier(SECRET).verify(body[:place] + bytes([other]) + body[place + 1 :], headers(body), now=NOW)


TEXT = st.text(max_size=80) | st.sampled_from(
    ["v1,", "v1", "v2,AAAA", "v1,AAAA v1,BBBB", "0", "99999999999999999999", "١٢", "\ud800"]
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("webhook-id", "webhook-timestamp", "webhook-signature"), TEXT))
)
def test_headers_of_strangers_are_refused_and_nothing_else(strange: dict[str, str]) -> None:
    own = {} if len(strange) == 3 else {name: value for name, value in headers().items() if name not in strange}
    wrong = {**own, **strange} if strange else {}
    with pytest.raises(NotGenuine):
        WebhookVerifier(SECRET).verify(BODY, wrong, now=NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_what_is_signed_beside_the_body_cannot_be_changed(name: str) -> None:
    changed = headers() | {name: str(int(NOW.timestamp()) + 1) if name.endswith("stamp") else str(uuid4())}
    with pytest.raises(NotGenuine):
        WebhookVerifier(SECRET).verify(BODY, changed, now=NOW)


def test_another_secret_is_no_proof() -> None:
    with pytest.raises(NotGenuine):
        WebhookVerifier(OTHER).verify(BODY, headers(), now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "secret"])
def test_what_is_no_secret_is_noticed_at_once(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        WebhookVerifier(secret)
    with pytest.raises(ValueError, match="secret"):
        WebhookVerifier()
    with pytest.raises(ValueError, match="secret"):
        PartnerWebhookVerifier("harbor", "")


def test_a_partner_takes_what_is_for_this_partner() -> None:
    signed = signing.headers(uuid4(), int(NOW.timestamp()), BODY, [b"partner secret"])
    verifier = PartnerWebhookVerifier("harbor", "partner secret")
    assert verifier.verify(BODY, {**signed, "x-tl-partner-id": "harbor"}, now=NOW).sent_at == NOW
    for wrong in ({**signed, "X-TL-Partner-Id": "other"}, signed, {**headers(), "X-TL-Partner-Id": "harbor"}):
        with pytest.raises(NotGenuine):
            verifier.verify(BODY, wrong, now=NOW)


# Events -------------------------------------------------------------------------------------------------------


def samples(contract: Contract) -> dict[str, Any]:
    """The bodies that the contract shows, by event and example."""
    found = {}
    for name, item in contract.document["webhooks"].items():
        content = item["post"]["requestBody"]["content"]["application/json"]
        for title, example in content.get("examples", {"example": {"value": content.get("example")}}).items():
            found[f"{name} {title}"] = (name, contract.resolve(example)["value"])
    return found


PUBLIC, PARTNER = samples(webhooks()), samples(partner_webhooks())


@pytest.mark.parametrize(("name", "body"), PUBLIC.values(), ids=PUBLIC)
def test_every_event_of_the_contract_has_its_type(name: str, body: dict[str, Any]) -> None:
    event = parse_event(json.dumps(body))
    assert type(event) is events.KINDS[name]
    assert parse_event(json.dumps({**body, "moon": {}}).encode()) == event


@pytest.mark.parametrize(("name", "body"), PARTNER.values(), ids=PARTNER)
def test_every_event_of_partners_has_its_type(name: str, body: dict[str, Any]) -> None:
    assert type(parse_partner_event(body)) is partner_events.KINDS[name]


def test_every_event_of_the_contracts_was_tried() -> None:
    assert {name for name, _ in PUBLIC.values()} == set(events.KINDS)
    assert {name for name, _ in PARTNER.values()} == set(partner_events.KINDS)


def test_times_are_aware() -> None:
    _, body = PUBLIC["message:received:new text"]
    event = parse_event(body)
    assert isinstance(event, events.MessageReceived)
    assert event.message.timestamp == datetime(2026, 9, 14, 14, 20, 30, tzinfo=UTC)
    assert event.message.timestamp.utcoffset() == timedelta(hours=2)


NONSENSE = [b"", b"\xff", b"[]", b"{}", b'{"event_type": 1}', b'{"event_type": "message:new"}', b"[" * 100_000]


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_what_is_no_event_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotAnEvent):
        parse_event(body)
