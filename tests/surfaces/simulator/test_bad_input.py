"""Whatever is wrong with a call, the answer is a 4xx with a code, and nothing in the world has changed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.surfaces.simulator.conftest import ANA, BO, CLEO, Api, shape_of_error
from tideline.platform.db import Database
from tideline.surfaces.simulator import SimulatorDeps
from tideline.surfaces.simulator.body import LARGEST

MESSAGES = f"/phones/{ANA}/messages"
PICTURE = {"filename": "a.png", "mimetype": "image/png", "base64": "aGVsbG8="}
GROUP = "120363000000000001@g.us"

# method, path, body, status, code
BAD: dict[str, tuple[str, str, Any, int, str]] = {
    "phone without a name": ("POST", "/phones", {"phone": "+15550001010"}, 400, "invalid_request"),
    "workspace with a blank name": ("POST", "/workspaces", {"name": " "}, 400, "invalid_request"),
    "workspace nowhere": ("POST", "/workspaces", {"timezone": "Mars/Crater"}, 400, "invalid_zone"),
    "phone with a blank name": ("POST", "/phones", {"phone": "+15550001010", "name": " "}, 400, "invalid_request"),
    "name too long": ("POST", "/phones", {"phone": "+15550001010", "name": "x" * 101}, 400, "invalid_request"),
    "phone with letters": ("POST", "/phones", {"phone": "+1555CALLME", "name": "X"}, 400, "invalid_request"),
    "phone with six digits": ("POST", "/phones", {"phone": "+155500", "name": "X"}, 400, "invalid_request"),
    "phone with odd digits": ("POST", "/phones", {"phone": "+١٥٥٥٠٠٠١٠٠١", "name": "X"}, 400, "invalid_request"),
    "phone as a number": ("POST", "/phones", {"phone": 15550001010, "name": "X"}, 400, "invalid_request"),
    "NUL in a name": ("POST", "/phones", {"phone": "+15550001010", "name": "A\x00"}, 400, "invalid_request"),
    "a list for a phone": ("POST", "/phones", ["+15550001010"], 400, "invalid_request"),
    "unknown phone changed": ("PATCH", "/phones/+15559999999", {"online": False}, 404, "phone_not_found"),
    "no phone in the path": ("PATCH", "/phones/ana", {"online": False}, 404, "phone_not_found"),
    "NUL in the path": ("PATCH", "/phones/%00", {"online": False}, 404, "phone_not_found"),
    "no change": ("PATCH", f"/phones/{CLEO}", {}, 400, "invalid_request"),
    "a switch that is not there": ("PATCH", f"/phones/{CLEO}", {"onlin": False}, 400, "invalid_request"),
    "a switch as text": ("PATCH", f"/phones/{CLEO}", {"online": "false"}, 400, "invalid_request"),
    "a switch as null": ("PATCH", f"/phones/{CLEO}", {"online": None}, 400, "invalid_request"),
    "one right switch and one wrong": (
        "PATCH", f"/phones/{CLEO}", {"online": False, "banned": 1}, 400, "invalid_request",
    ),
    "unknown addressing": ("PATCH", f"/phones/{CLEO}", {"addressing": "jid"}, 400, "invalid_request"),
    "negative delay": ("PATCH", f"/phones/{CLEO}", {"delay_ms": -1}, 400, "invalid_request"),
    "delay of half a millisecond": ("PATCH", f"/phones/{CLEO}", {"delay_ms": 0.5}, 400, "invalid_request"),
    "endless delay": ("PATCH", f"/phones/{CLEO}", {"delay_ms": 2**63}, 400, "invalid_request"),
    "unknown failure": ("PATCH", f"/phones/{CLEO}", {"fail_next": "explode"}, 400, "invalid_request"),
    "no content": ("POST", MESSAGES, {"to": BO}, 400, "invalid_request"),
    "blank text": ("POST", MESSAGES, {"to": BO, "text": " \n"}, 400, "invalid_request"),
    "text too long": ("POST", MESSAGES, {"to": BO, "text": "x" * 65_537}, 400, "invalid_request"),
    "text as a number": ("POST", MESSAGES, {"to": BO, "text": 1}, 400, "invalid_request"),
    "NUL in a text": ("POST", MESSAGES, {"to": BO, "text": "a\x00b"}, 400, "invalid_request"),
    "NUL in an ignored member": ("POST", MESSAGES, {"to": BO, "text": "a", "x": ["\x00"]}, 400, "invalid_request"),
    "to nobody": ("POST", MESSAGES, {"text": "Hi"}, 400, "invalid_request"),
    "to an unknown phone": ("POST", MESSAGES, {"to": "+15559999999", "text": "Hi"}, 404, "phone_not_found"),
    "to no phone": ("POST", MESSAGES, {"to": "Bo", "text": "Hi"}, 400, "invalid_request"),
    "to itself": ("POST", MESSAGES, {"to": ANA, "text": "Hi"}, 400, "to_itself"),
    "to an unknown group": ("POST", MESSAGES, {"to": GROUP, "text": "Hi"}, 403, "not_in_group"),
    "to half a group": ("POST", MESSAGES, {"to": "x@g.us", "text": "Hi"}, 400, "invalid_request"),
    "from an unknown phone": (
        "POST", "/phones/+15559999999/messages", {"to": BO, "text": "Hi"}, 404, "phone_not_found",
    ),
    "a file from an unknown phone": (
        "POST", "/phones/+15559999999/messages", {"to": BO, "file": PICTURE}, 404, "phone_not_found",
    ),
    "a file to an unknown phone": ("POST", MESSAGES, {"to": "+15559999999", "file": PICTURE}, 404, "phone_not_found"),
    "answer to nothing": ("POST", MESSAGES, {"to": BO, "text": "Yes", "reply_to": "3EB0"}, 404, "message_not_found"),
    "answer to nonsense": ("POST", MESSAGES, {"to": BO, "text": "Yes", "reply_to": "'; --"}, 404, "message_not_found"),
    "bad base64": ("POST", MESSAGES, {"to": BO, "file": PICTURE | {"base64": "%%%"}}, 400, "invalid_request"),
    "base64 with umlauts": ("POST", MESSAGES, {"to": BO, "file": PICTURE | {"base64": "äöü="}}, 400, "invalid_request"),
    "torn base64": ("POST", MESSAGES, {"to": BO, "file": PICTURE | {"base64": "aGVsbG8"}}, 400, "invalid_request"),
    "empty file": ("POST", MESSAGES, {"to": BO, "file": PICTURE | {"base64": ""}}, 400, "invalid_request"),
    "file without a name": ("POST", MESSAGES, {"to": BO, "file": PICTURE | {"filename": ""}}, 400, "invalid_request"),
    "file with an odd type": (
        "POST", MESSAGES, {"to": BO, "file": PICTURE | {"mimetype": "image/png\r\nX: y"}}, 400, "invalid_request",
    ),
    "file as text": ("POST", MESSAGES, {"to": BO, "file": "a.png"}, 400, "invalid_request"),
    "file over the limit": (
        "POST", MESSAGES, {"to": BO, "file": PICTURE | {"base64": "AAAA" * (16 * 1024 * 1024 // 3 + 1)}},
        413, "file_too_large",
    ),
    "voice without a file": ("POST", MESSAGES, {"to": BO, "text": "Hi", "voice": True}, 400, "invalid_request"),
    "voice that is a picture": ("POST", MESSAGES, {"to": BO, "file": PICTURE, "voice": True}, 400, "invalid_request"),
    "seconds without voice": ("POST", MESSAGES, {"to": BO, "text": "Hi", "seconds": 7}, 400, "invalid_request"),
    "voice of no time": (
        "POST", MESSAGES, {"to": BO, "voice": True, "seconds": 0, "file": PICTURE | {"mimetype": "audio/ogg"}},
        400, "invalid_request",
    ),
    "voice of a year": (
        "POST", MESSAGES, {"to": BO, "voice": True, "seconds": 2**31, "file": PICTURE | {"mimetype": "audio/ogg"}},
        400, "invalid_request",
    ),
    "voice with text": (
        "POST", MESSAGES, {"to": BO, "text": "Hi", "voice": True, "file": PICTURE | {"mimetype": "audio/ogg"}},
        400, "invalid_request",
    ),
    "messages of an unknown phone": ("GET", "/phones/+15559999999/messages", None, 404, "phone_not_found"),
    "messages of a conversation with nobody": ("GET", f"{MESSAGES}?chat=Bo", None, 400, "invalid_request"),
    "no messages at all": ("GET", f"{MESSAGES}?limit=0", None, 400, "invalid_request"),
    "an odd number of messages": ("GET", f"{MESSAGES}?limit=9999999999999999999", None, 400, "invalid_request"),
    "edit of nothing": ("PATCH", f"{MESSAGES}/3EB0ABC", {"text": "x"}, 404, "message_not_found"),
    "edit of NUL": ("PATCH", f"{MESSAGES}/%00", {"text": "x"}, 404, "message_not_found"),
    "edit without a text": ("PATCH", f"{MESSAGES}/3EB0ABC", {}, 400, "invalid_request"),
    "revoke of nothing": ("DELETE", f"{MESSAGES}/3EB0ABC", None, 404, "message_not_found"),
    "reading an unknown phone": ("POST", f"/phones/{ANA}/read", {"chat": "+15559999999"}, 404, "phone_not_found"),
    "reading an unknown group": ("POST", f"/phones/{ANA}/read", {"chat": GROUP}, 404, "group_not_found"),
    "reading nothing": ("POST", f"/phones/{ANA}/read", {}, 400, "invalid_request"),
    "reaction to nothing": (
        "POST", f"/phones/{ANA}/reactions", {"message_id": "3EB0", "emoji": "👍"}, 404, "message_not_found",
    ),
    "reaction of fifty-one characters": (
        "POST", f"/phones/{ANA}/reactions", {"message_id": "3EB0", "emoji": "👍" * 51}, 400, "invalid_request",
    ),
    "call to itself": ("POST", f"/phones/{ANA}/calls", {"to": ANA, "outcome": "missed"}, 400, "to_itself"),
    "call to an unknown phone": (
        "POST", f"/phones/{ANA}/calls", {"to": "+15559999999", "outcome": "missed"}, 404, "phone_not_found",
    ),
    "call to a group": ("POST", f"/phones/{ANA}/calls", {"to": GROUP, "outcome": "missed"}, 400, "invalid_request"),
    "call with an odd end": ("POST", f"/phones/{ANA}/calls", {"to": BO, "outcome": "busy"}, 400, "invalid_request"),
    "call of negative length": (
        "POST", f"/phones/{ANA}/calls", {"to": BO, "outcome": "answered", "seconds": -1}, 400, "invalid_request",
    ),
    "group of nobody": ("POST", "/groups", {"subject": "Trip", "members": []}, 400, "invalid_request"),
    "group with a stranger": (
        "POST", "/groups", {"subject": "Trip", "members": [ANA, "+15559999999"]}, 404, "phone_not_found",
    ),
    "group of numbers": ("POST", "/groups", {"subject": "Trip", "members": [1]}, 400, "invalid_request"),
    "group without a subject": ("POST", "/groups", {"members": [ANA]}, 400, "invalid_request"),
    "unknown group changed": ("PATCH", f"/groups/{GROUP}", {"subject": "Trip"}, 404, "group_not_found"),
    "no group changed": ("PATCH", "/groups/trip", {"subject": "Trip"}, 404, "group_not_found"),
    "scanning nothing": ("POST", f"/phones/{ANA}/scan", {}, 400, "invalid_request"),
    "scanning twice at once": ("POST", f"/phones/{ANA}/scan", {"qr": "a", "qr_link": "b"}, 400, "invalid_request"),
    "scanning a picture of a cat": ("POST", f"/phones/{ANA}/scan", {"qr": "cat"}, 404, "qr_not_valid"),
    "scanning a page of somebody else": (
        "POST", f"/phones/{ANA}/scan", {"qr_link": "https://example.com/qr/abc"}, 404, "qr_not_valid",
    ),
    "scanning an odd link": ("POST", f"/phones/{ANA}/scan", {"qr_link": "http://[::1/qr"}, 400, "invalid_request"),
    "scanning with an unknown phone": ("POST", "/phones/+15559999999/scan", {"qr": "a"}, 404, "phone_not_found"),
    "a code that is not shown": ("POST", f"/phones/{ANA}/link_code", {"code": "12345678"}, 404, "code_not_valid"),
    "a blank code": ("POST", f"/phones/{ANA}/link_code", {"code": ""}, 400, "invalid_request"),
    "unlinking what is not linked": ("POST", f"/phones/{ANA}/unlink", None, 409, "not_linked"),
    "linking for an unknown workspace": (
        "POST", "/links", {"workspace_id": "nowhere", "user_id": 1}, 404, "workspace_not_found",
    ),
    "linking for a workspace that is a path": (
        "POST", "/links", {"workspace_id": "../../etc", "user_id": 1}, 404, "workspace_not_found",
    ),
    "linking for nobody": ("POST", "/links", {"workspace_id": "nowhere"}, 400, "invalid_request"),
    "linking for 2^63": ("POST", "/links", {"workspace_id": "x", "user_id": 2**63}, 404, "teammate_not_found"),
    "the clock backwards": ("POST", "/clock", {"advance_s": -0.1}, 400, "invalid_request"),
    "the clock to the end of days": ("POST", "/clock", {"advance_s": 1e300}, 400, "invalid_request"),
    "the clock by a word": ("POST", "/clock", {"advance_s": "3600"}, 400, "invalid_request"),
    "a path that is not there": ("GET", "/phones/+15550001001/diary", None, 404, "not_found"),
    "a slash too many": ("GET", "/phones/", None, 404, "not_found"),
    "a method that is not there": ("DELETE", "/phones", None, 405, "method_not_allowed"),
}  # fmt: skip

RAW: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "torn": (b'{"to": "+15550001002"', 400, "invalid_json"),
    "broken UTF-8": (b'{"to": "+15550001002", "text": "\xff"}', 400, "invalid_json"),
    "broken UTF-8 in an ignored member": (b'{"to": "+15550001002", "text": "a", "x": "\xff"}', 400, "invalid_json"),
    "lone surrogate": (b'{"to": "+15550001002", "text": "\\ud800"}', 400, "invalid_json"),
    "lone surrogate in an ignored member": (
        b'{"to": "+15550001002", "text": "a", "x": "\\ud800"}', 400, "invalid_json",
    ),
    "twenty thousand levels": (b'{"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400, "invalid_json"),
    "not an object": (b'"hello"', 400, "invalid_request"),
    "null": (b"null", 400, "invalid_request"),
    "too large": (b" " * (LARGEST + 1), 413, "body_too_large"),
}  # fmt: skip


async def everything(db: Database) -> dict[str, list[str]]:
    """The whole world, as rows."""
    async with db.system_read() as conn:
        names = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'simulator' ORDER BY 1")
        found = {row["tablename"]: await conn.fetch(f"SELECT * FROM simulator.{row['tablename']}") for row in names}
    return {name: sorted(repr(tuple(row)) for row in rows) for name, rows in found.items()}


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), BAD.values(), ids=BAD)
async def test_a_bad_call_is_refused_and_changes_nothing(
    method: str, path: str, body: Any, status: int, code: str, api: Api, db: Database
) -> None:
    before = await everything(db)
    assert await api.refused(method, path, body) == (status, code)
    assert await everything(db) == before


@pytest.mark.parametrize(("body", "status", "code"), RAW.values(), ids=RAW)
async def test_a_body_that_is_not_json_is_refused_and_changes_nothing(
    body: bytes, status: int, code: str, api: Api, db: Database
) -> None:
    before = await everything(db)
    response = await api.raw("POST", MESSAGES, body)
    assert shape_of_error(response) == (status, code)
    assert await everything(db) == before


async def test_a_body_may_say_that_it_is_too_large(api: Api) -> None:
    response = await api.raw("POST", MESSAGES, b"{}", {"Content-Length": str(10**12)})
    assert shape_of_error(response) == (413, "body_too_large")


async def test_a_backslash_before_a_u_is_no_nul(api: Api) -> None:
    await api.ok("POST", MESSAGES, {"to": BO, "text": "C:\\u0000\\ud800"})
    assert (await api.ok("GET", MESSAGES))["messages"][0]["text"] == "C:\\u0000\\ud800"


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ({"online": False}, "phone_offline"),
        ({"banned": True}, "phone_banned"),
        ({"on_whatsapp": False}, "not_on_whatsapp"),
    ],
    ids=str,
)
async def test_a_phone_that_cannot_act_does_nothing(switch: dict[str, bool], code: str, api: Api, db: Database) -> None:
    external_id = (await api.ok("POST", MESSAGES, {"to": BO, "text": "Before"}))["id"]
    await api.ok("PATCH", f"/phones/{ANA}", switch)
    before = await everything(db)
    for method, path, body in (
        ("POST", MESSAGES, {"to": BO, "text": "Hi"}),
        ("POST", MESSAGES, {"to": BO, "file": PICTURE}),
        ("PATCH", f"{MESSAGES}/{external_id}", {"text": "x"}),
        ("DELETE", f"{MESSAGES}/{external_id}", None),
        ("POST", f"/phones/{ANA}/read", {"chat": BO}),
        ("POST", f"/phones/{ANA}/reactions", {"message_id": external_id, "emoji": "👍"}),
        ("POST", f"/phones/{ANA}/calls", {"to": BO, "outcome": "missed"}),
        ("POST", f"/phones/{ANA}/scan", {"qr": "tideline-sim:x"}),
        ("POST", f"/phones/{ANA}/link_code", {"code": "ABCDEFGH"}),
    ):
        assert await api.refused(method, path, body) == (409, code)
    assert await everything(db) == before


async def test_what_others_wrote_cannot_be_changed(api: Api, db: Database) -> None:
    external_id = (await api.ok("POST", MESSAGES, {"to": BO, "text": "Mine"}))["id"]
    before = await everything(db)
    for phone, answer in ((BO, (403, "not_your_message")), (CLEO, (404, "message_not_found"))):
        assert await api.refused("PATCH", f"/phones/{phone}/messages/{external_id}", {"text": "Yours"}) == answer
        assert await api.refused("DELETE", f"/phones/{phone}/messages/{external_id}") == answer
    assert await api.refused("POST", f"/phones/{CLEO}/reactions", {"message_id": external_id, "emoji": "👍"}) == (
        404,
        "message_not_found",
    )
    assert await everything(db) == before


async def test_what_was_revoked_stays_revoked(api: Api) -> None:
    external_id = (await api.ok("POST", MESSAGES, {"to": BO, "text": "Gone"}))["id"]
    await api.ok("DELETE", f"{MESSAGES}/{external_id}")
    assert await api.refused("DELETE", f"{MESSAGES}/{external_id}") == (409, "message_is_revoked")
    assert await api.refused("PATCH", f"{MESSAGES}/{external_id}", {"text": "x"}) == (409, "message_is_revoked")


GROUP_CHANGES: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing": ({}, 400, "invalid_request"),
    "blank subject": ({"subject": " "}, 400, "invalid_request"),
    "subject as null": ({"subject": None}, 400, "invalid_request"),
    "somebody who is in": ({"add": [BO]}, 409, "already_in_group"),
    "somebody twice": ({"add": [CLEO, CLEO]}, 409, "already_in_group"),
    "a stranger": ({"add": ["+15559999999"]}, 404, "phone_not_found"),
    "out who is not in": ({"remove": [CLEO]}, 403, "not_in_group"),
    "everybody out": ({"remove": [ANA, BO]}, 409, "group_needs_member"),
    "up who is not in": ({"promote": [CLEO]}, 403, "not_in_group"),
    "the owner down": ({"demote": [ANA]}, 409, "group_needs_owner"),
    "a good change and a bad one": ({"subject": "New", "add": [CLEO], "demote": [ANA]}, 409, "group_needs_owner"),
    "too many": ({"add": [f"+1555{n:07}" for n in range(1025)]}, 400, "invalid_request"),
}


@pytest.mark.parametrize(("change", "status", "code"), GROUP_CHANGES.values(), ids=GROUP_CHANGES)
async def test_a_bad_change_of_a_group_changes_nothing(
    change: dict[str, Any], status: int, code: str, api: Api, db: Database
) -> None:
    jid = (await api.ok("POST", "/groups", {"subject": "Trip", "members": [ANA, BO]}))["jid"]
    before = await everything(db)
    assert await api.refused("PATCH", f"/groups/{jid}", change) == (status, code)
    assert await everything(db) == before


async def test_the_clock_stands_still_without_the_switch(deps: SimulatorDeps) -> None:
    api = Api(replace(deps, test_clock=None))
    assert await api.refused("POST", "/clock", {"advance_s": 10}) == (403, "clock_not_driven")


async def test_what_breaks_inside_is_told_in_the_same_shape(api: Api, db: Database) -> None:
    await db.close()
    assert await api.refused("GET", "/phones") == (500, "internal_error")
