"""Recorded webhooks of the Business Platform, and what we make of them. Whatever comes, reading it never fails."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.connectors.cloud import bodies
from tideline.connectors.cloud.decode import Listener, events_in
from tideline.connectors.cloud.routing import addressed
from tideline.features.numbers.port import (
    AccountEvent,
    AccountState,
    CallEnded,
    FailureReason,
    HistoryChunk,
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
    TemplateChanged,
    Via,
)

PAYLOADS = Path(__file__).parent / "payloads" / "cloud"
US = Listener("106540352242922", "102290129340398")
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
AT = datetime(2025, 2, 12, 1, 37, 4, tzinfo=UTC)  # 1739324224
ANA = Peer(phone="16505551234")
WAMID = "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="


def load(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def said(**what: Any) -> MessageReceived:
    return MessageReceived(ANA, WAMID, AT, from_me=False, via=Via.CONTACT, push_name="Ana Ruiz", **what)


def picture(kind: MediaKind, name: str, mimetype: str, ref: str) -> MediaRef:
    return MediaRef(kind, name, mimetype, 0, ref)


def left(**members: Any) -> dict[str, Any]:
    """What of a message is not understood."""
    return {"message": members}


RECORDED: dict[str, Sequence[AccountEvent]] = {
    "text": [said(text="Do you open today?\n🙂")],
    "text_with_quote": [said(text="Yes", reply_to="wamid.QUOTED")],
    "text_from_nobody_with_a_phone": [
        MessageReceived(
            Peer(lid="US.13491208655302741918"), WAMID, AT, from_me=False, via=Via.CONTACT, text="It is me",
            push_name="@ana", raw={"contact": {"profile": {"username": "@ana"}}},
        )
    ],
    "text_from_an_advertisement": [
        said(
            text="Is this still available?",
            raw=left(
                context={"forwarded": True, "frequently_forwarded": True},
                referral={
                    "source_url": "https://fb.me/3cr4Wqqkv", "source_type": "ad", "source_id": "120226305854810726",
                    "headline": "The blue one", "body": "Only this week", "media_type": "image",
                    "image_url": "https://scontent.xx.fbcdn.net/v/t45.1", "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
                    "welcome_message": {"text": "Hi there!"},
                },
            ),
        )
    ],
    "text_without_contacts": [MessageReceived(ANA, WAMID, AT, from_me=False, via=Via.CONTACT, text="Hello")],
    "image": [
        said(text="Look", media=picture(MediaKind.IMAGE, "image-20250212-013704.jpg", "image/jpeg", "1013859600285441"))
    ],
    "voice": [
        said(media=picture(MediaKind.VOICE, "voice-20250212-013704.ogg", "audio/ogg; codecs=opus", "1908647269898587"))
    ],
    "audio": [said(media=picture(MediaKind.AUDIO, "audio-20250212-013704.mp3", "audio/mpeg", "1908647269898588"))],
    "document": [said(text="Signed", media=picture(MediaKind.DOCUMENT, "Lease.pdf", "application/pdf", "4042424242"))],
    "sticker": [
        said(
            media=picture(MediaKind.STICKER, "sticker-20250212-013704.webp", "image/webp", "55"),
            raw=left(sticker={"animated": False}),
        )
    ],
    "location": [
        said(
            text="Philz Coffee\n101 Forest Ave\nhttps://maps.google.com/?q=37.44,-122.16",
            raw=left(location={"url": "https://www.philzcoffee.com/"}),
        )
    ],
    "contacts": [
        said(
            text="Barbara Johnson +1 650 555 9999",
            raw=left(
                contacts=[
                    {
                        "name": {"first_name": "Barbara", "last_name": "Johnson", "formatted_name": "Barbara Johnson"},
                        "phones": [{"phone": "+1 650 555 9999", "type": "MOBILE", "wa_id": "16505559999"}],
                    }
                ]
            ),
        )
    ],
    "button": [said(text="Unsubscribe", reply_to="wamid.TEMPLATE", raw=left(button={"payload": "Unsubscribe"}))],
    "list_reply": [
        said(
            text="Priority Mail Express",
            raw=left(
                interactive={
                    "type": "list_reply", "list_reply": {"id": "priority_express", "description": "Next day"},
                }
            ),
        )
    ],
    "flow": [
        said(
            text="Sent",
            raw=left(
                interactive={"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": '{"a":1}'}}
            ),
        )
    ],
    "order": [
        said(
            text="2 please\n2 × di9ozbzfi4",
            raw=left(
                order={
                    "catalog_id": "194836987003835",
                    "product_items": [
                        {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "USD"}
                    ],
                }
            ),
        )
    ],
    "unsupported": [
        said(
            unsupported="poll",
            raw=left(
                unsupported={"type": "poll"},
                errors=[
                    {
                        "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
                        "error_data": {"details": "Message type is currently not supported."},
                    }
                ],
            ),
        )
    ],
    "kind_of_tomorrow": [said(unsupported="hologram", raw=left(hologram={"depth": 3}))],
    "image_without_its_id": [said(unsupported="image", raw=left(image={"mime_type": "image/jpeg"}))],
    "system": [],
    "reaction": [ReactionChanged(ANA, "wamid.REACTED", "👍", AT, by=ANA, push_name="Ana Ruiz")],
    "reaction_taken_away": [ReactionChanged(ANA, "wamid.REACTED", None, AT, by=ANA, push_name="Ana Ruiz")],
    "edit": [MessageEdited(ANA, "wamid.EDITED", "At 9", AT, by=ANA)],
    "revoke": [MessageRevoked(ANA, "wamid.REVOKED", AT, by=ANA)],
    "status_sent": [
        MessageReceived(
            ANA, WAMID, AT, from_me=True, via=Via.ECHO, client_ref="0193a5b0-7c1e-7000-8000-000000000001"
        ),
        StatusChanged(
            ANA, [WAMID], "sent", AT,
            pricing={"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular", "new": 1},
        ),
    ],
    "status_read": [StatusChanged(ANA, [WAMID], "read", AT)],
    "status_played": [StatusChanged(ANA, [WAMID], "read", AT)],
    "status_failed": [
        StatusChanged(
            ANA, [WAMID], "failed", AT, error="service_window_closed",
            failure=FailureReason(131047, "Re-engagement message", "Message failed to send because more than 24 hours"),
        )
    ],
    "status_of_tomorrow": [],
    "two_customers": [
        said(text="One"),
        MessageReceived(
            Peer(phone="4915150002"), "wamid.SECOND", AT, from_me=False, via=Via.CONTACT, text="Two", push_name="Bo"
        ),
    ],
    "for_another_number": [],
    "typed_on_the_phone": [MessageReceived(ANA, WAMID, AT, from_me=True, via=Via.PHONE, text="Here's the info")],
    "history": [
        HistoryChunk(
            [
                MessageReceived(
                    ANA, "wamid.OLD1", AT, from_me=False, via=Via.HISTORY, text="Hi there"
                ),
                MessageReceived(
                    ANA, "wamid.OLD2", AT.replace(second=5), from_me=True, via=Via.HISTORY, text="Hello!"
                ),
            ]
        )
    ],
    "call_answered": [CallEnded(ANA, "wacid.1", "incoming", "answered", False, 42, AT)],
    "call_missed": [CallEnded(ANA, "wacid.2", "incoming", "missed", False, 0, AT)],
    "call_rejected_by_them": [CallEnded(ANA, "wacid.3", "outgoing", "rejected", False, 0, AT)],
    "call_begins": [],
    "template_approved": [
        TemplateChanged("1689556908129832", "order_confirmation", "en-US", "APPROVED", AT)
    ],
    "template_rejected": [
        TemplateChanged("1689556908129835", "abandoned_cart", "en", "REJECTED", AT, "INVALID_FORMAT")
    ],
    "account_deleted": [StateChanged(AccountState.UNLINKED, "The WhatsApp Business account was deleted.")],
    "account_disabled": [StateChanged(AccountState.BANNED, "WhatsApp has disabled the business account.")],
    "account_reinstated": [StateChanged(AccountState.ONLINE)],
    "account_restricted": [
        StateChanged(
            AccountState.RESTRICTED,
            "WhatsApp has restricted the business account (restricted biz initiated messaging, restricted customer "
            "initiated messaging).",
            datetime(2026, 12, 1, tzinfo=UTC),
        )
    ],
    "account_restricted_to_answers": [
        StateChanged(
            AccountState.ONLINE, "WhatsApp has restricted the business account (restricted biz initiated messaging)."
        )
    ],
    "quality": [],
    "field_of_tomorrow": [],
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_webhook(name: str) -> None:
    assert events_in(load(name), US, NOW) == list(RECORDED[name])


def test_every_recording_is_read_here() -> None:
    assert sorted(path.stem for path in PAYLOADS.glob("*.json")) == sorted(RECORDED)


def test_who_does_not_speak_for_the_account_tells_no_news_of_templates() -> None:
    silent = Listener(US.phone_number_id, US.waba_id, speaks_for_account=False)
    assert events_in(load("template_approved"), silent, NOW) == []
    assert events_in(load("account_deleted"), silent, NOW) == events_in(load("account_deleted"), US, NOW)


@pytest.mark.parametrize("name", RECORDED)
def test_members_that_nobody_knows_change_nothing(name: str) -> None:
    def more(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: more(inner) for key, inner in value.items()} | {"zz_new": {"a": [1]}}
        return [more(inner) for inner in value] if isinstance(value, list) else value

    body = load(name)
    known = events_in(body, US, NOW)
    told = events_in(more(body), US, NOW)
    assert [_as_understood(event) for event in told] == [_as_understood(event) for event in known]
    for message in told:
        if isinstance(message, MessageReceived) and message.via is not Via.ECHO:
            assert message.raw
            assert message.raw["message"]["zz_new"] == {"a": [1]}


def _as_understood(event: AccountEvent) -> AccountEvent:
    """Without what is kept in WhatsApp's own words."""
    match event:
        case StatusChanged():
            return replace(event, pricing=None)
        case MessageReceived():
            return replace(event, raw=None)
        case HistoryChunk():
            return HistoryChunk([replace(one, raw=None) for one in event.messages], event.names)
        case _:
            return event


# Anything at all ---------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A recorded webhook in which some values were exchanged for anything, or taken away."""
    body = load(draw(st.sampled_from(sorted(RECORDED))))

    def change(value: Any) -> Any:
        if draw(st.integers(0, 11)) == 0:
            return draw(JSON)
        if isinstance(value, dict):
            return {key: change(inner) for key, inner in value.items() if draw(st.integers(0, 11))}
        return [change(inner) for inner in value] if isinstance(value, list) else value

    return change(body)


@given(JSON | broken())
def test_reading_never_fails(body: Any) -> None:
    for event in events_in(body, US, NOW):
        assert not (isinstance(event, MessageReceived) and event.from_me and event.via is Via.CONTACT)


@given(st.binary(max_size=200) | broken().map(lambda body: json.dumps(body).encode("utf-8", "surrogatepass")))
def test_finding_out_whom_it_is_for_never_fails(body: bytes) -> None:
    addressed(body)


def test_a_customer_who_claims_to_be_us_is_still_a_customer() -> None:
    body = load("text")
    message = body["entry"][0]["changes"][0]["value"]["messages"][0]
    message |= {"from_me": True, "via": "history", "client_ref": "0193a5b0-7c1e-7000-8000-000000000001"}
    [event] = events_in(body, US, NOW)
    assert isinstance(event, MessageReceived)
    assert (event.from_me, event.via, event.client_ref) == (False, Via.CONTACT, None)


def test_many_people_in_one_body_are_looked_at_once_each() -> None:
    looks = 0

    class Contact(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    phones = [f"4915155{n:05}" for n in range(500)]
    body = load("text")
    value = body["entry"][0]["changes"][0]["value"]
    [message] = value["messages"]
    value["contacts"] = [Contact(wa_id=phone, profile={"name": f"Ana {phone}"}) for phone in phones]
    value["messages"] = [message | {"from": phone, "id": f"wamid.{phone}"} for phone in phones]
    events = events_in(body, US, NOW)
    assert [event.push_name for event in events if isinstance(event, MessageReceived)] == [f"Ana {p}" for p in phones]
    assert looks < 10 * len(phones)


def test_half_a_character_is_shown_as_one_that_is_missing() -> None:
    body = load("text")
    body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = "Hi \ud83d \U0001f600"
    [event] = events_in(bodies.read(json.dumps(body).encode()), US, NOW)
    assert isinstance(event, MessageReceived)
    assert event.text == "Hi \ufffd \U0001f600"


def test_of_a_price_only_what_can_be_kept_is_kept() -> None:
    body = load("status_sent")
    status = body["entry"][0]["changes"][0]["value"]["statuses"][0]
    odd = {"x\x00": 1, "nul": "a\x00b", "half": "\ud83d", "deep": {"a": []}, "huge": 10**30, "long": "x" * 5_000}
    status["pricing"] = {"category": "utility", "billable": True, **odd}
    [priced] = [event for event in events_in(body, US, NOW) if isinstance(event, StatusChanged)]
    assert priced.pricing == {"category": "utility", "billable": True}
