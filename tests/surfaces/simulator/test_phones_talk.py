"""Phones talk through the API: every call with its shape."""

import base64
from datetime import datetime

import pytest

from tests.surfaces.simulator.conftest import ANA, BO, CLEO, Api, shape_of_error
from tideline.platform.clock import ShiftedClock

MESSAGE_KEYS = {
    "id", "chat", "from", "text", "filename", "mimetype", "kind", "seconds", "status", "reactions", "edited",
    "revoked", "timestamp",
}  # fmt: skip


async def seen(api: Api, phone: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await api.ok("GET", f"/phones/{phone}/messages{query}"))["messages"]
    return found


async def write(api: Api, author: str, to: str, text: str) -> str:
    answer = await api.ok("POST", f"/phones/{author}/messages", {"to": to, "text": text})
    assert answer.keys() == {"id"}
    external_id: str = answer["id"]
    return external_id


async def test_a_phone_is_made_and_listed(api: Api) -> None:
    dora = await api.ok("POST", "/phones", {"phone": "+15550001009", "name": "Dora"})
    assert dora.keys() == {"phone", "jid", "lid", "name"}
    assert (dora["phone"], dora["jid"]) == ("+15550001009", "15550001009@s.whatsapp.net")
    assert dora["lid"].endswith("@lid")
    phones = (await api.ok("GET", "/phones"))["phones"]
    assert [phone["phone"] for phone in phones] == [ANA, BO, CLEO, "+15550001009"]
    assert phones[3].items() >= dora.items()


async def test_a_phone_made_again_is_the_same_phone_under_its_new_name(api: Api) -> None:
    before = (await api.ok("GET", "/phones"))["phones"][0]
    again = await api.ok("POST", "/phones", {"phone": "15550001001", "name": "Anna"})
    assert again == {key: before[key] for key in ("phone", "jid", "lid")} | {"name": "Anna"}
    assert len((await api.ok("GET", "/phones"))["phones"]) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"online": False},
        {"read_receipts": False},
        {"on_whatsapp": False},
        {"restricted": True},
        {"banned": True},
        {"addressing": "lid"},
        {"delay_ms": 250},
        {"fail_next": "rate_limited"},
        {"online": False, "delay_ms": 5},
    ],
    ids=str,
)
async def test_a_switch_is_turned(api: Api, change: dict[str, object]) -> None:
    before = (await api.ok("GET", "/phones"))["phones"]
    after = await api.ok("PATCH", f"/phones/{CLEO}", change)
    assert after == before[2] | change
    assert (await api.ok("GET", "/phones"))["phones"] == [before[0], before[1], after]


@pytest.mark.parametrize("nothing", [None, ""])
async def test_what_shall_fail_next_is_taken_back(api: Api, nothing: str | None) -> None:
    await api.ok("PATCH", f"/phones/{CLEO}", {"fail_next": "offline"})
    assert (await api.ok("PATCH", f"/phones/{CLEO}", {"fail_next": nothing}))["fail_next"] is None


async def test_a_message_goes_from_phone_to_phone(api: Api) -> None:
    external_id = await write(api, ANA, BO, "Lunch?")
    [mine], [theirs] = await seen(api, ANA), await seen(api, BO)
    assert mine.keys() == theirs.keys() == MESSAGE_KEYS
    assert (mine["id"], mine["chat"], mine["from"], mine["status"]) == (external_id, BO, ANA, "delivered")
    assert (theirs["id"], theirs["chat"], theirs["from"], theirs["status"]) == (external_id, ANA, ANA, "delivered")
    assert (theirs["text"], theirs["filename"], theirs["mimetype"]) == ("Lunch?", None, None)
    assert (theirs["reactions"], theirs["edited"], theirs["revoked"]) == ([], False, False)
    assert datetime.fromisoformat(str(theirs["timestamp"])).utcoffset() is not None
    assert await seen(api, CLEO) == []


async def test_reading_tells_the_author(api: Api) -> None:
    await write(api, ANA, BO, "One")
    await write(api, ANA, BO, "Two")
    assert await api.ok("POST", f"/phones/{BO}/read", {"chat": ANA}) == {"read": 2}
    assert [message["status"] for message in await seen(api, ANA)] == ["read", "read"]
    assert [message["status"] for message in await seen(api, BO)] == ["read", "read"]
    assert await api.ok("POST", f"/phones/{BO}/read", {"chat": ANA}) == {"read": 0}


async def test_a_message_is_edited_and_revoked(api: Api) -> None:
    external_id = await write(api, ANA, BO, "Lunhc?")
    await api.ok("PATCH", f"/phones/{ANA}/messages/{external_id}", {"text": "Lunch?"})
    [message] = await seen(api, BO)
    assert (message["text"], message["edited"], message["revoked"]) == ("Lunch?", True, False)
    await api.ok("DELETE", f"/phones/{ANA}/messages/{external_id}")
    [message] = await seen(api, BO)
    assert (message["text"], message["revoked"]) == (None, True)


@pytest.mark.parametrize("nothing", [None, ""])
async def test_reactions_show_and_go(api: Api, nothing: str | None) -> None:
    external_id = await write(api, ANA, BO, "We won!")
    await api.ok("POST", f"/phones/{BO}/reactions", {"message_id": external_id, "emoji": "🎉"})
    await api.ok("POST", f"/phones/{ANA}/reactions", {"message_id": external_id, "emoji": "😎"})
    [message] = await seen(api, ANA)
    assert message["reactions"] == [{"from": BO, "emoji": "🎉"}, {"from": ANA, "emoji": "😎"}]
    await api.ok("POST", f"/phones/{BO}/reactions", {"message_id": external_id, "emoji": nothing})
    [message] = await seen(api, ANA)
    assert message["reactions"] == [{"from": ANA, "emoji": "😎"}]


async def test_a_file_arrives_byte_for_byte(api: Api) -> None:
    data = bytes(range(256)) * 2_000
    upload = {"filename": "plan ä.png", "mimetype": "image/png", "base64": base64.b64encode(data).decode()}
    answer = await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "text": "The plan", "file": upload})
    [message] = await seen(api, BO)
    assert (message["text"], message["filename"], message["mimetype"]) == ("The plan", "plan ä.png", "image/png")
    response = await api.raw("GET", f"/phones/{BO}/messages/{answer['id']}/file")
    assert (response.status, response.body) == (200, data)
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert await api.refused("GET", f"/phones/{CLEO}/messages/{answer['id']}/file") == (404, "message_not_found")


async def test_a_voice_message_may_say_how_long_it_is(api: Api) -> None:
    upload = {"filename": "v.ogg", "mimetype": "audio/ogg", "base64": "T2dnUw=="}
    body = {"to": BO, "file": upload, "voice": True, "seconds": 7}
    await api.ok("POST", f"/phones/{ANA}/messages", body)
    assert [message["seconds"] for message in await seen(api, BO)] == [7]


async def test_a_voice_message_is_a_file_without_text(api: Api) -> None:
    upload = {"filename": "v.ogg", "mimetype": "audio/ogg; codecs=opus", "base64": "T2dnUw=="}
    answer = await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "file": upload, "voice": True})
    [message] = await seen(api, BO)
    assert (message["filename"], message["kind"], message["seconds"]) == ("v.ogg", "voice", None)
    assert await api.refused("PATCH", f"/phones/{ANA}/messages/{answer['id']}", {"text": "What I said"}) == (
        409,
        "message_has_no_text",
    )


async def test_a_group_is_formed_and_changed(api: Api) -> None:
    answer = await api.ok("POST", "/groups", {"subject": "Trip", "members": [ANA, BO]})
    assert answer.keys() == {"jid"}
    jid = answer["jid"]
    await write(api, ANA, jid, "Who comes?")
    changed = await api.ok("PATCH", f"/groups/{jid}", {"subject": "Long trip", "add": [CLEO], "promote": [BO]})
    assert changed == {
        "jid": jid,
        "subject": "Long trip",
        "members": [
            {"phone": ANA, "name": "Ana", "role": "owner"},
            {"phone": BO, "name": "Bo", "role": "admin"},
            {"phone": CLEO, "name": "Cleo", "role": "member"},
        ],
    }
    await write(api, CLEO, jid, "I do")
    assert [(message["from"], message["chat"]) for message in await seen(api, BO)] == [(ANA, jid), (CLEO, jid)]
    assert [message["text"] for message in await seen(api, CLEO)] == ["I do"]
    demoted = await api.ok("PATCH", f"/groups/{jid}", {"demote": [BO], "remove": [CLEO]})
    assert [member["role"] for member in demoted["members"]] == ["owner", "member"]
    assert await api.refused("POST", f"/phones/{CLEO}/messages", {"to": jid, "text": "Wait"}) == (403, "not_in_group")


async def test_whoever_leads_a_group_can_revoke_for_others(api: Api) -> None:
    jid = (await api.ok("POST", "/groups", {"subject": "Trip", "members": [ANA, BO, CLEO]}))["jid"]
    external_id = await write(api, CLEO, jid, "Spam")
    assert await api.refused("DELETE", f"/phones/{BO}/messages/{external_id}") == (403, "not_your_message")
    await api.ok("DELETE", f"/phones/{ANA}/messages/{external_id}")
    assert [message["revoked"] for message in await seen(api, BO)] == [True]


async def test_a_group_that_loses_its_leader_gets_another(api: Api) -> None:
    jid = (await api.ok("POST", "/groups", {"subject": "Trip", "members": [ANA, BO, CLEO]}))["jid"]
    left = await api.ok("PATCH", f"/groups/{jid}", {"remove": [ANA]})
    assert [(member["phone"], member["role"]) for member in left["members"]] == [(BO, "admin"), (CLEO, "member")]


async def test_a_phone_calls(api: Api) -> None:
    call = {"to": BO, "outcome": "answered", "video": True, "seconds": 12}
    assert (await api.ok("POST", f"/phones/{ANA}/calls", call)).keys() == {"id"}
    await api.ok("PATCH", f"/phones/{BO}", {"online": False})
    assert await api.refused("POST", f"/phones/{ANA}/calls", call) == (409, "phone_offline")
    await api.ok("POST", f"/phones/{ANA}/calls", {"to": BO, "outcome": "missed"})


async def test_messages_can_be_asked_for_by_conversation_and_number(api: Api) -> None:
    for n in range(3):
        await write(api, ANA, BO, f"To Bo {n}")
    await write(api, CLEO, ANA, "From Cleo")
    assert [message["text"] for message in await seen(api, ANA, f"?chat={BO.replace('+', '%2B')}")] == [
        "To Bo 0",
        "To Bo 1",
        "To Bo 2",
    ]
    assert [message["text"] for message in await seen(api, ANA, "?limit=2")] == ["To Bo 2", "From Cleo"]
    assert [message["text"] for message in await seen(api, ANA, "?chat=15550001003&limit=5")] == ["From Cleo"]


async def test_the_clock_moves_only_forward_and_only_where_it_may(api: Api, clock: ShiftedClock) -> None:
    before = clock.now()
    now = datetime.fromisoformat((await api.ok("POST", "/clock", {"advance_s": 3600}))["now"])
    assert (now - before).total_seconds() >= 3600
    assert await api.refused("POST", "/clock", {"advance_s": -1}) == (400, "invalid_request")


async def test_phones_can_be_named_with_or_without_plus_in_the_path(api: Api) -> None:
    await write(api, ANA, BO, "Hi")
    for path in ("15550001002", "+15550001002", "%2B15550001002"):
        assert len(await seen(api, path)) == 1


async def test_without_the_token_nothing_is_told(api: Api) -> None:
    for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic c2ltOg=="}):
        for method, path in (("GET", "/phones"), ("POST", "/phones"), ("GET", "/nothing"), ("PUT", "/phones")):
            response = await api.raw(method, path, headers={"Authorization": "", **headers})
            assert shape_of_error(response) == (401, "unauthorized")
