"""Business numbers through the Public API: their chats, messages, templates, figures, and the accounts themselves."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support import business as support
from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tests.support.asgi import Response
from tests.support.business import business_number, have, template
from tests.support.multipart import HEADERS, file_form
from tideline.features import business, messages, numbers
from tideline.features.messages.actions import progress
from tideline.features.messages.actions.progress import Accepted
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountState, FailureReason, Peer, StateChanged, StatusChanged
from tideline.features.workspaces import Role

MIRA = "15550100234"
ORDER = {"name": "order_update", "language": "en"}


@pytest.fixture
async def service(shop: Place) -> Number:
    return await business_number(shop)


@pytest.fixture
async def chat_id(shop: Place, service: Number) -> int:
    return (await shop.hear(service, "When do you close?", name="Mira")).chat_id


def refusal(response: Response) -> tuple[int, str]:
    return response.status, response.json["error_code"]


async def test_what_meta_said_beyond_is_shown_with_a_message_of_a_business_number(
    shop: Place, service: Number, number: Number, api: ApiClient
) -> None:
    raw = {"message": {"referral": {"headline": "<b>Blue</b>"}}}
    told = await shop.hear(service, "Still there?", raw=raw)
    assert (await api.data(f"/waba/messages/{told.uid}"))["data"] == {"whatsapp_from_me": False, "raw": raw}
    [listed] = (await api.data(f"/waba/chats/{told.chat_id}/messages"))["messages"]
    assert listed["data"]["raw"] == raw
    phone = await shop.hear(number, "Hello", phone="15550100777", raw=raw)
    assert (await api.data(f"/messages/{phone.uid}"))["data"] == {"whatsapp_from_me": False}


# Chats ---------------------------------------------------------------------------------------------------------


async def test_a_chat_shows_its_account_and_its_window(
    shop: Place, service: Number, chat_id: int, api: ApiClient
) -> None:
    chat = await api.data(f"/waba/chats/{chat_id}")
    assert (chat["waba_account_id"], chat["phone"]) == (service.id, f"+{MIRA}")
    assert (chat["service_window_is_open"], chat["service_window_expires_at"]) == (True, "2026-11-24 14:01:00 +0200")
    shop.world.clock.advance(timedelta(hours=24))
    closed = await api.data(f"/waba/chats/{chat_id}")
    assert (closed["service_window_is_open"], closed["service_window_expires_at"]) == (False, None)


async def test_before_the_first_message_the_window_is_unknown(shop: Place, service: Number, api: ApiClient) -> None:
    await have(shop, service, [template()])
    sent = await api.post("/waba/messages", {"waba_account_id": service.id, "phone": f"+{MIRA}", "template": ORDER})
    chat = await api.data(f"/waba/chats/{sent.json['data']['chat_id']}")
    assert (chat["service_window_is_open"], chat["service_window_expires_at"]) == (None, None)


async def test_each_kind_of_number_has_its_own_lists(shop: Place, number: Number, chat_id: int, api: ApiClient) -> None:
    linked = (await shop.hear(number, "Hello", phone="15550100777")).chat_id
    assert [one["id"] for one in (await api.data("/waba/chats?with_msg=true"))["chats"]] == [chat_id]
    assert [one["id"] for one in (await api.data("/chats"))["chats"]] == [linked]
    assert [one["id"] for one in (await api.data("/v2/chats"))["chats"]] == [linked]
    for path in ("/whatsapp_accounts", "/v2/whatsapp_accounts"):
        assert [one["id"] for one in (await api.data(path))["whatsapp_accounts"]] == [number.jid]


async def test_unknown_members_are_refused_by_name_and_change_nothing(
    chat_id: int, service: Number, api: ApiClient
) -> None:
    refused = await api.patch(f"/waba/chats/{chat_id}", {"name": "Other", "labels": ["vip"], "x" * 500: 1})
    assert refusal(refused) == (400, "validation_error")
    assert refused.json["errors"] == [
        {"fields": ["labels"], "msg": "is not a known field"},
        {"fields": ["x" * 100], "msg": "is not a known field"},
    ]
    assert (await api.data(f"/waba/chats/{chat_id}"))["name"] == "Mira"
    asked = {"start": 1, "end": 2, "account": 1}
    refused = await api.post(f"/waba/accounts/{service.id}/analytics", asked)
    assert refused.json["errors"] == [{"fields": ["account"], "msg": "is not a known field"}]


async def test_filters(shop: Place, service: Number, chat_id: int, api: ApiClient) -> None:
    other = await business_number(shop, "15550100089")
    second = (await shop.hear(other, "Hello", phone="15550100888")).chat_id
    await api.patch(f"/waba/chats/{second}", {"closed": True, "responsible": shop.owner_email})

    async def found(query: str) -> list[int]:
        return [one["id"] for one in (await api.data(f"/waba/chats?{query}"))["chats"]]

    assert await found(f"waba_account_id={service.id}") == [chat_id]
    assert await found(f"waba_account_id={service.id},{other.id}") == [second, chat_id]
    assert await found("waba_account_id=x,99999999999") == []
    assert await found("closed=true") == [second]
    assert await found(f"responsible={shop.owner_email}") == [second]
    assert await found(f"whatsapp_phone=%2B{MIRA}") == [chat_id]


OF_A_LINKED_NUMBER: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/waba/chats/{chat}", None),
    ("PATCH", "/waba/chats/{chat}", {"closed": True, "name": "Mine", "read": True}),
    ("GET", "/waba/chats/{chat}/labels", None),
    ("PUT", "/waba/chats/{chat}/labels", {"labels": ["vip"]}),
    ("POST", "/waba/chats/{chat}/labels", {"labels": []}),
    ("GET", "/waba/chats/{chat}/messages", None),
    ("POST", "/waba/chats/{chat}/messages", {"text": "Hello"}),
    ("GET", "/waba/messages/{message}", None),
    ("GET", "/waba/messages/{message}/status_history", None),
    ("GET", "/waba/messages/{message}/reactions", None),
    ("PATCH", "/waba/messages/{message}/reactions", {"reaction": "👍"}),
)
OF_A_BUSINESS_NUMBER: tuple[tuple[str, str, Any], ...] = (
    *((method, path.removeprefix("/waba"), body) for method, path, body in OF_A_LINKED_NUMBER),
    ("POST", "/chats/{chat}/notes", {"text": "Call back"}),
    ("POST", "/v2/chats/{chat}/messages", {"text": "Hello"}),
    ("GET", "/v2/chats/{chat}/messages", None),
)


@pytest.mark.parametrize(("method", "path", "body"), OF_A_LINKED_NUMBER)
async def test_what_is_of_a_linked_number_is_not_offered_here(
    shop: Place, number: Number, api: ApiClient, method: str, path: str, body: Any
) -> None:
    heard = await shop.hear(number)
    before = await shop.rows()
    answer = await api.request(method, path.format(chat=heard.chat_id, message=heard.uid), body)
    assert refusal(answer) == (405, "not_supported")
    assert await shop.rows() == before


@pytest.mark.parametrize(("method", "path", "body"), OF_A_BUSINESS_NUMBER)
async def test_what_is_of_a_business_number_is_offered_here_only(
    shop: Place, service: Number, api: ApiClient, method: str, path: str, body: Any
) -> None:
    heard = await shop.hear(service)
    before = await shop.rows()
    answer = await api.request(method, path.format(chat=heard.chat_id, message=heard.uid), body)
    assert refusal(answer) == (405, "not_supported")
    assert await shop.rows() == before


async def test_a_change_names_known_members_only(shop: Place, chat_id: int, api: ApiClient) -> None:
    before = await shop.rows()
    answer = await api.patch(f"/waba/chats/{chat_id}", {"closed": True, "labels": ["vip"]})
    assert refusal(answer) == (400, "validation_error")
    assert await shop.rows() == before
    changed = (await api.patch(f"/waba/chats/{chat_id}", {"closed": True, "read": True, "name": "Mira"})).json["data"]
    assert (changed["closed"], changed["read"], changed["name"]) == (True, True, "Mira")


# Sending -------------------------------------------------------------------------------------------------------


async def test_a_text_is_answered_with_the_message(shop: Place, chat_id: int, api: ApiClient) -> None:
    sent = (await api.post(f"/waba/chats/{chat_id}/messages", {"text": "At six.", "phone": "ignored"})).json["data"]
    assert (sent["text"], sent["status"], sent["chat_id"], sent["from_me"]) == ("At six.", "Pending", chat_id, True)
    assert await api.data(f"/waba/messages/{sent['uid']}") == sent
    [newest, _] = (await api.data(f"/waba/chats/{chat_id}/messages?size=2"))["messages"]
    assert newest == sent


async def test_a_text_by_phone_while_the_window_is_open(service: Number, chat_id: int, api: ApiClient) -> None:
    body = {"waba_account_id": service.id, "phone": f"+{MIRA}", "text": "At six."}
    assert (await api.post("/waba/messages", body)).json["data"]["chat_id"] == chat_id


async def test_a_file_in_a_form_with_its_caption(shop: Place, service: Number, chat_id: int, api: ApiClient) -> None:
    form = {"text": "Our prices", "filename": "prices 2026.pdf"}
    sent = await api.request(
        "POST", f"/waba/chats/{chat_id}/messages", body=file_form(b"%PDF-1.7 prices", form), headers=HEADERS
    )
    message = sent.json["data"]
    assert (message["text"], message["attachment_filename"], message["has_attachment"]) == (
        "Our prices", "prices 2026.pdf", True,
    )  # fmt: skip
    form = {"waba_account_id": str(service.id), "phone": MIRA}
    again = await api.request("POST", "/waba/messages", body=file_form(b"%PDF-1.7 prices", form), headers=HEADERS)
    assert again.json["data"]["chat_id"] == chat_id
    assert (await api.data("/workspace"))["messaging_quota"]["used"] == 3


@pytest.mark.parametrize("form", [{}, {"phone": MIRA}, {"waba_account_id": "x", "phone": MIRA}], ids=str)
async def test_a_form_by_phone_says_from_whom_and_to_whom(
    shop: Place, chat_id: int, api: ApiClient, form: dict[str, str]
) -> None:
    before = await shop.rows()
    answer = await api.request("POST", "/waba/messages", body=file_form(b"%PDF-1.7", form), headers=HEADERS)
    assert refusal(answer) == (400, "validation_error")
    assert await shop.rows() == before


async def test_outside_the_window_only_a_template_passes(
    shop: Place, service: Number, chat_id: int, api: ApiClient
) -> None:
    await have(shop, service, [template()])
    shop.world.clock.advance(timedelta(hours=25))
    before = await shop.rows()
    closed = await api.post(f"/waba/chats/{chat_id}/messages", {"text": "Still there?"})
    assert refusal(closed) == (409, "service_window_closed")
    form = await api.request("POST", f"/waba/chats/{chat_id}/messages", body=file_form(b"%PDF-1.7"), headers=HEADERS)
    assert refusal(form) == (409, "service_window_closed")
    assert await shop.rows() == before
    sent = await api.post(f"/waba/chats/{chat_id}/messages", {"template": ORDER})
    assert sent.json["data"]["text"] == "Your order is on its way."
    assert sent.json["data"]["data"]["template"]["name"] == "order_update"


VARIABLES = {
    "in their order": ({"body": ["Mira", "A-1"]}, 200),
    "by name": ({"body": {"who": "Mira", "what": "A-1"}}, 200),
    "too few": ({"body": ["Mira"]}, 422),
    "none": (None, 422),
    "of another kind": ({"body": ["Mira", {"x": 1}]}, 422),
    "a header that is none": ({"header": ["x"], "body": ["Mira", "A-1"]}, 422),
}


@pytest.mark.parametrize(("variables", "status"), VARIABLES.values(), ids=VARIABLES)
async def test_variables_have_to_fit(
    shop: Place, service: Number, chat_id: int, api: ApiClient, variables: Any, status: int
) -> None:
    body = [{"type": "BODY", "text": "{{who}}, {{what}} is ready"}]
    await have(shop, service, [template(components=body, parameter_format="NAMED")])
    wanted = {**ORDER, **({} if variables is None else {"variables": variables})}
    answer = await api.post(f"/waba/chats/{chat_id}/messages", {"template": wanted})
    assert answer.status == status, answer.body
    if status == 422:
        assert answer.json["error_code"] == "template_variables_mismatch"
    else:
        assert answer.json["data"]["text"] == "Mira, A-1 is ready"


async def test_templates_that_cannot_be_sent(shop: Place, service: Number, chat_id: int, api: ApiClient) -> None:
    other = await business_number(shop, "15550100089", waba_id="210000000000002")
    await have(shop, service, [template("offer", status="REJECTED")])
    await have(shop, other, [template("theirs")])

    async def send(name: str, language: str = "en") -> tuple[int, str]:
        body = {"template": {"name": name, "language": language}}
        return refusal(await api.post(f"/waba/chats/{chat_id}/messages", body))

    before = await shop.rows()
    assert await send("offer") == (409, "template_not_approved")
    assert await send("theirs") == (409, "template_wrong_waba")
    assert await send("nothing") == (404, "not_found")
    assert await send("theirs", "de") == (404, "not_found")
    assert await shop.rows() == before


NOT_ONE: tuple[dict[str, Any], ...] = (
    {},
    {"text": ""},
    {"text": "x" * 4097},
    {"text": "Hello", "template": ORDER},
    {"file_uid": "c41d2f6a-7f0b-4a53-8f7e-1d90b6a3e5d8", "template": ORDER},
    {"template": {"name": "order_update"}},
    {"template": None},
)


@pytest.mark.parametrize("body", NOT_ONE, ids=lambda body: str(body)[:40])
async def test_a_message_is_a_text_a_file_or_a_template(
    shop: Place, chat_id: int, api: ApiClient, body: dict[str, Any]
) -> None:
    before = await shop.rows()
    assert refusal(await api.post(f"/waba/chats/{chat_id}/messages", body)) == (400, "validation_error")
    assert await shop.rows() == before


async def test_a_number_that_is_out_of_order_sends_nothing(
    shop: Place, service: Number, chat_id: int, api: ApiClient
) -> None:
    await shop.run(numbers.report, service.id, [StateChanged(AccountState.RESTRICTED)])
    answer = await api.post(f"/waba/chats/{chat_id}/messages", {"text": "Hello"})
    assert refusal(answer) == (409, "account_inactive")
    assert (await api.data(f"/waba/accounts/{service.id}"))["status"] == "disabled"


@pytest.mark.parametrize("account", [0, -1, 2**31, 999_999])
async def test_a_number_that_nobody_has(shop: Place, chat_id: int, api: ApiClient, account: int) -> None:
    body = {"waba_account_id": account, "phone": MIRA, "text": "Hello"}
    assert refusal(await api.post("/waba/messages", body)) == (404, "not_found")


async def test_a_linked_number_is_no_account(shop: Place, number: Number, service: Number, api: ApiClient) -> None:
    body = {"waba_account_id": number.id, "phone": MIRA, "text": "Hello"}
    assert refusal(await api.post("/waba/messages", body)) == (405, "not_supported")
    assert (await api.get(f"/waba/accounts/{number.id}")).status == 404
    own = {"phone": MIRA, "text": "Hello", "whatsapp_account_phone": f"+{service.phone}"}
    assert refusal(await api.post("/messages", own)) == (405, "not_supported")


async def test_a_failure_is_shown_with_its_reason(shop: Place, service: Number, chat_id: int, api: ApiClient) -> None:
    sent = (await api.post(f"/waba/chats/{chat_id}/messages", {"text": "At six."})).json["data"]
    uid = messages.parse_uid(sent["uid"])
    await shop.run(progress.accept, service, {uid: Accepted("wamid.1", shop.world.clock.advance())})
    reason = FailureReason(131026, "Message undeliverable", "The receiver is out of reach.")
    failed = StatusChanged(Peer(phone=MIRA), ["wamid.1"], "failed", shop.world.clock.advance(), failure=reason)
    await shop.receive(service, failed)
    expected = {"code": 131026, "title": "Message undeliverable", "details": "The receiver is out of reach."}
    assert (await api.data(f"/waba/messages/{sent['uid']}"))["failure_reason"] == expected
    history = await api.data(f"/waba/messages/{sent['uid']}/status_history")
    assert [(one["status"], one.get("failure_reason")) for one in history] == [("Sent", None), ("Failed", expected)]


async def test_a_reaction(shop: Place, service: Number, api: ApiClient) -> None:
    heard = await shop.hear(service)
    answer = await api.patch(f"/waba/messages/{heard.uid}/reactions", {"reaction": "👍"})
    assert answer.json["data"] == {"message_uid": str(heard.uid)}
    [reaction] = (await api.data(f"/waba/messages/{heard.uid}/reactions"))["users"]
    assert (reaction["reaction"], reaction["current"]) == ("👍", True)


# Templates and figures -----------------------------------------------------------------------------------------


async def test_templates_are_shown_as_whatsapp_has_them(shop: Place, service: Number, api: ApiClient) -> None:
    second = await business_number(shop, "15550100089")
    await have(shop, service, [template("offer", number=2, status="PENDING")])
    [listed] = (await api.data("/waba/templates"))["templates"]
    assert (listed["name"], listed["status"], listed["meta_template_id"]) == ("offer", "PENDING", "136000000000002")
    whole = await api.data(f"/waba/templates/{listed['id']}")
    assert whole["accounts"] == [service.id, second.id]
    assert whole["components"] == [{"type": "BODY", "text": "Your order is on its way."}]


async def test_templates_come_fifty_at_a_time(shop: Place, service: Number, api: ApiClient) -> None:
    await have(shop, service, [template(f"offer_{n}", number=n) for n in range(60)])
    first, second = await api.data("/waba/templates"), await api.data("/waba/templates?page=2")
    assert [len(page["templates"]) for page in (first, second)] == [50, 10]
    assert (first["has_more_pages"], second["has_more_pages"]) == (True, False)


async def test_figures_are_asked_for_and_polled(shop: Place, service: Number, api: ApiClient) -> None:
    path, body = f"/waba/accounts/{service.id}/analytics", {"start": support.START, "end": support.END}
    first = await api.post(path, body)
    assert (first.status, first.json["data"]["state"]) == (202, "pending")
    handle = first.json["data"]["handle"]
    assert (await api.post(path, body)).json["data"]["handle"] == handle
    asked = await shop.run(business.ask_analytics, service.id, business.Asked(support.START, support.END, ()))
    result: dict[str, Any] = {"analytics": {"data_points": []}, "pricing_analytics": {"data_points": []}}
    await shop.run(business.answer_analytics, asked.handle, result)
    polled = await api.data(f"/waba/accounts/0/analytics/{handle}")
    assert polled == {"handle": handle, "state": "ready", "result": result}


@pytest.mark.parametrize(
    "body",
    [{"start": 5, "end": 5}, {"start": 2**60, "end": 2**61}, {"start": 1, "end": 2, "dimensions": "COST"},
     {"start": 1, "end": 2, "more": 1}, {"start": 1}],
    ids=str,
)  # fmt: skip
async def test_questions_that_cannot_be_asked(shop: Place, service: Number, api: ApiClient, body: Any) -> None:
    answer = await api.post(f"/waba/accounts/{service.id}/analytics", body)
    assert refusal(answer) == (400, "validation_error")


# Accounts ------------------------------------------------------------------------------------------------------

NEW = {
    "phone": "+1 555 010-0077",
    "meta_phone_id": "109000000000077",
    "meta_waba_id": "210000000000077",
    "access_token": "EAAtoken",
    "app_secret": "a1b2c3",
    "name": "Harbour Support",
    "display_phone_number": "+1 555 010 0077",
}


async def test_an_account_is_added_changed_and_removed(shop: Place, api: ApiClient) -> None:
    added = (await api.post("/waba/accounts", NEW)).json["data"]
    assert (added["status"], added["meta_phone_id"]) == ("active", "109000000000077")
    assert added["webhook_url"].startswith("https://inbox.example.com/inbound/cloud/in_")
    assert added["webhook_verify_token"].startswith("verify_")
    assert "EAAtoken" not in str(added)
    path = f"/waba/accounts/{added['id']}"
    assert (await api.data(path))["waba_profile"]["account_ids"] == [added["id"]]
    changed = (await api.patch(path, {"access_token": "EAAother"})).json["data"]
    assert changed == added
    opened = await shop.run(business.open_account, shop.world.keyring, added["id"])
    assert (opened.secrets.token, opened.secrets.app_secret) == ("EAAother", "a1b2c3")
    assert refusal(await api.post("/waba/accounts", NEW)) == (409, "conflict")
    assert (await api.request("DELETE", path)).status == 200
    assert (await api.data(path))["status"] == "disconnected"
    assert refusal(await api.patch(path, {"app_secret": "x"})) == (404, "not_found")
    again = (await api.post("/waba/accounts", NEW)).json["data"]
    assert (again["id"], again["status"]) == (added["id"], "active")
    assert again["webhook_url"] != added["webhook_url"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("phone", "abc"), ("meta_phone_id", "12ab"), ("meta_waba_id", ""), ("access_token", ""), ("app_secret", " \n ")],
)
async def test_what_describes_no_account(shop: Place, api: ApiClient, name: str, value: str) -> None:
    before = await shop.rows()
    assert refusal(await api.post("/waba/accounts", {**NEW, name: value})) == (400, "validation_error")
    assert await shop.rows() == before


async def test_a_phone_that_is_linked_is_not_added(shop: Place, api: ApiClient) -> None:
    await shop.link("15550100077")
    assert refusal(await api.post("/waba/accounts", NEW)) == (409, "conflict")


@pytest.mark.parametrize("role", [Role.TEAMMATE, Role.AGENT])
async def test_accounts_are_for_owners_and_admins(shop: Place, service: Number, role: Role) -> None:
    other = (await shop.member(role)).api
    assert refusal(await other.post("/waba/accounts", NEW)) == (403, "permission_denied")
    assert refusal(await other.request("DELETE", f"/waba/accounts/{service.id}")) == (403, "permission_denied")
    assert [one["id"] for one in (await other.data("/waba/accounts"))["waba_accounts"]] == [service.id]
