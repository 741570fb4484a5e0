"""What the Business Platform calls: who may tell something, what is put down, and for whom."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support import asgi
from tests.support.graph.webhooks import dump, signed
from tests.support.office import HandClock, Office
from tests.surfaces.inbound.conftest import KEYRING, Place, add, message, path
from tideline.connectors.cloud import inbox, sweeping
from tideline.features import business, workspaces
from tideline.features.business import Opened
from tideline.platform.db import Database
from tideline.surfaces.inbound import Inbound, app

Headers = Callable[[bytes, str], dict[str, str]]


def sha1(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature": f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"}


def signature(body: bytes, secret: str) -> str:
    return signed(body, secret)["X-Hub-Signature-256"]


def again_serialised(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature-256": signature(json.dumps(json.loads(body)).encode(), secret)}


LIES: dict[str, Headers] = {
    "unsigned": lambda body, secret: {},
    "empty": lambda body, secret: {"X-Hub-Signature-256": ""},
    "another secret": lambda body, secret: signed(body, "fedcba9876543210fedcba9876543210"),
    "of another body": lambda body, secret: signed(body + b" ", secret),
    "truncated": lambda body, secret: {"X-Hub-Signature-256": signature(body, secret)[:-1]},
    "half": lambda body, secret: {"X-Hub-Signature-256": signature(body, secret)[:39]},
    "with more": lambda body, secret: {"X-Hub-Signature-256": signature(body, secret) + "0"},
    "sha1 only": sha1,
    "sha1 under the other name": lambda body, secret: {"X-Hub-Signature-256": sha1(body, secret)["X-Hub-Signature"]},
    "without its name": lambda body, secret: {"X-Hub-Signature-256": signature(body, secret)[7:]},
    "another algorithm": lambda body, secret: {"X-Hub-Signature-256": "sha512" + signature(body, secret)[6:]},
    "two": lambda body, secret: {"X-Hub-Signature-256": f"{signature(body, secret)}, {signature(body, secret)}"},
    "no ascii": lambda body, secret: {"X-Hub-Signature-256": "sha256=" + "ä" * 64},
    "over JSON that was written again": again_serialised,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_who_does_not_sign_the_bytes_rightly_tells_nothing(place: Place, shop: Opened, lie: Headers) -> None:
    body = dump(message("101", "Olá / ñ"))
    assert await place.tell(shop, body, lie(body, shop.secrets.app_secret)) == 401
    assert await place.notices() == []
    assert await place.strays() == []


async def test_what_is_signed_is_put_down_byte_for_byte(place: Place, shop: Opened) -> None:
    body = (
        b'{"entry" : [{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"101"},"new":1e2}}]}]}\n'
    )
    assert await place.tell(shop, body) == 200
    assert await place.notices() == [(shop.account.number_id, body)]


async def test_letters_of_a_signature_may_be_large(place: Place, shop: Opened) -> None:
    body = dump(message("101"))
    large = "sha256=" + signature(body, shop.secrets.app_secret)[7:].upper()
    assert await place.tell(shop, body, {"X-Hub-Signature-256": large}) == 200


async def test_the_platform_asks_who_we_are(place: Place, shop: Opened) -> None:
    token = shop.secrets.verify_token
    good = await place.ask(shop, f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    assert (good.status, good.body) == (200, b"1158201444")
    assert good.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 403),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", 403),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=%C3%A4%00", 403),
        ("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=TOKEN", 403),
        ("hub.mode=subscribe&hub.verify_token=TOKEN", 400),
        ("hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=TOKEN", 400),
    ],
    ids=["nothing", "wrong", "no ascii", "another mode", "no challenge", "markup"],
)
async def test_nobody_else_gets_an_answer(place: Place, shop: Opened, query: str, status: int) -> None:
    answer = await place.ask(shop, query.replace("TOKEN", shop.secrets.verify_token))
    assert answer.status == status
    assert b"script" not in answer.body


async def test_an_address_that_nobody_has_is_not_found(place: Place, shop: Opened) -> None:
    body = dump(message("101"))
    headers = signed(body, shop.secrets.app_secret)
    for target in ("/cloud/in_0000000000000000000000", "/cloud/", "/cloud", "/", "/cloud/%2e%2e", f"{path(shop)}/"):
        assert (await asgi.call(place.inbound, "POST", target, headers=headers, body=body)).status == 404
    assert (await asgi.call(place.inbound, "DELETE", path(shop))).status == 405
    assert await place.notices() == []


async def test_the_address_of_a_number_that_was_taken_out_is_closed(
    place: Place, office: Office, shop: Opened, db: Database
) -> None:
    await office.run(business.remove, shop.account.number_id)
    assert await place.tell(shop, message("101")) == 404


async def test_a_new_secret_counts_and_the_old_one_does_not(place: Place, office: Office, shop: Opened) -> None:
    await office.run(business.change_secrets, KEYRING, shop.account.number_id, app_secret="new" * 8)
    assert await place.tell(shop, message("101")) == 401
    assert await place.tell(shop, message("101"), secret="new" * 8) == 200


async def test_a_body_without_end_is_cut_off(place: Place, shop: Opened) -> None:
    large = b" " * (4 * 1024 * 1024 + 1)
    assert await place.tell(shop, large) == 413
    told_small = {**signed(large, shop.secrets.app_secret), "Content-Length": "10"}
    parts = [large[:1_000_000]] * 5
    assert (await asgi.call(place.inbound, "POST", path(shop), headers=told_small, body=parts)).status == 413
    assert (await asgi.call(place.inbound, "POST", path(shop), headers={"Content-Length": "9" * 30})).status == 413
    assert await place.notices() == []


async def test_a_body_that_never_ends_is_not_waited_for(
    place: Place, shop: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "PATIENCE_SECONDS", 0.05)
    assert (await asgi.call(place.inbound, "POST", path(shop), body=[b"{", b" "], ends=False)).status == 408


# Whom it is for ----------------------------------------------------------------------------------------------


async def test_another_number_of_the_same_app_is_told_at_the_same_address(
    place: Place, shop: Opened, depot: Opened
) -> None:
    assert await place.tell(shop, message("102", "For the depot")) == 200
    [(number_id, body)] = await place.notices()
    assert number_id == depot.account.number_id
    assert b"For the depot" in body


async def test_a_body_for_two_numbers_is_there_for_each(place: Place, shop: Opened, depot: Opened) -> None:
    one, other = message("101"), message("102")
    both = {"entry": one["entry"] + other["entry"]}
    assert await place.tell(shop, both) == 200
    assert [number for number, _ in await place.notices()] == [shop.account.number_id, depot.account.number_id]


async def test_news_of_the_account_are_there_for_each_of_its_numbers(place: Place, shop: Opened, depot: Opened) -> None:
    change = {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}
    assert await place.tell(depot, {"entry": [{"id": "200", "time": 1, "changes": [change]}]}) == 200
    assert [number for number, _ in await place.notices()] == [shop.account.number_id, depot.account.number_id]


async def test_a_number_of_another_app_is_not_told(place: Place, office: Office, shop: Opened) -> None:
    await add(office, 3, secret="another app's secret", waba_id="300")
    assert await place.tell(shop, message("103", "I am signed by the wrong app")) == 200
    assert await place.notices() == []
    assert await place.strays() == [(office.id, "about 103")]


async def test_another_workspace_is_never_told(place: Place, office: Office, neighbour: Office, shop: Opened) -> None:
    theirs = await add(neighbour, 9)
    assert await place.tell(shop, message("109", "Across")) == 200
    assert await place.notices() == []
    assert await place.strays() == [(office.id, "about 109")]
    assert await place.tell(theirs, message("109", "At home")) == 200
    assert [number for number, _ in await place.notices()] == [theirs.account.number_id]


NO_WEBHOOKS = {
    "nothing": (b"", "not a webhook"),
    "no json": (b"hello", "not a webhook"),
    "a list": (b"[]", "not a webhook"),
    "no object": (b"42", "not a webhook"),
    "deep": (b"[" * 20_000 + b"]" * 20_000, "not a webhook"),
    "deep inside": (
        b'{"entry":[{"changes":[{"value":{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}}]}]}",
        "not a webhook",
    ),
    "wrong types": (b'{"entry":[{"id":5,"changes":"no"}]}', "about nothing"),
    "bad utf-8": (b'{"entry":[],"x":"\xff"}', "about nothing"),
    "empty": (b"{}", "about nothing"),
    "without a number": (b'{"entry":[{"changes":[{"value":{}}]}]}', "about nothing"),
}


@pytest.mark.parametrize(("body", "reason"), NO_WEBHOOKS.values(), ids=NO_WEBHOOKS)
async def test_what_is_signed_and_makes_no_sense_is_kept_aside(
    place: Place, office: Office, shop: Opened, body: bytes, reason: str
) -> None:
    assert await place.tell(shop, body) == 200
    assert await place.notices() == []
    assert await place.strays() == [(office.id, reason)]


NEARLY_JSON = {
    "half a character": message("101", "\ud83d"),
    "a very large number": message("101") | {"x": 10**400},
    "no number": message("101") | {"x": float("inf")},
    "an entry of another form beside it": message("101")
    | {"entry": [{"id": 5, "changes": [{"value": 5}]}, *message("101")["entry"]]},
}


@pytest.mark.parametrize("body", NEARLY_JSON.values(), ids=NEARLY_JSON)
async def test_what_stands_beside_something_odd_is_not_lost(place: Place, shop: Opened, body: Any) -> None:
    raw = json.dumps(body).encode()
    assert await place.tell(shop, raw) == 200
    assert await place.notices() == [(shop.account.number_id, raw)]


async def test_strays_go_after_a_month_and_all_of_a_workspace_with_it(
    place: Place, office: Office, neighbour: Office, shop: Opened, db: Database, clock: HandClock
) -> None:
    theirs = await add(neighbour, 9)
    for opened, number in ((shop, "101"), (theirs, "109")):
        assert await place.tell(opened, message(number)) == 200
        assert await place.tell(opened, b"no webhook") == 200
    await sweeping(db).action()
    assert (len(await place.notices()), len(await place.strays())) == (2, 2)
    await office.run(workspaces.remove_workspace)
    await sweeping(db).action()
    assert [number for number, _ in await place.notices()] == [theirs.account.number_id]
    assert [workspace for workspace, _ in await place.strays()] == [neighbour.id]
    clock.advance(timedelta(days=31))
    await sweeping(db).action()
    assert (len(await place.notices()), len(await place.strays())) == (1, 0)


# Many at once ------------------------------------------------------------------------------------------------


async def test_many_at_once_are_all_there_in_one_order_without_gaps(
    place: Place, shop: Opened, depot: Opened, db: Database
) -> None:
    other = Inbound.open(db, KEYRING)  # a second process

    async def tell(n: int) -> int:
        body = dump(message("101" if n % 3 else "102", f"{n}"))
        app = other if n % 2 else place.inbound
        headers = signed(body, shop.secrets.app_secret)
        return (await asgi.call(app, "POST", path(shop), headers=headers, body=body)).status

    assert set(await asyncio.gather(*(tell(n) for n in range(300)))) == {200}
    async with db.system_read() as tx:
        rows = await tx.fetch("SELECT number_id, id FROM cloud.notice ORDER BY number_id, id")
    ids = {
        number: [row["id"] for row in rows if row["number_id"] == number] for number in {r["number_id"] for r in rows}
    }
    assert ids == {shop.account.number_id: list(range(1, 201)), depot.account.number_id: list(range(1, 101))}


async def test_more_than_fits_into_memory_is_asked_for_again(
    place: Place, shop: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what waits for the database at once there are so many bytes; nothing of what was answered with 200 is lost."""
    monkeypatch.setattr(inbox, "LARGEST_WAITING", 3_000)
    bodies = [message("101", "x" * 900, f"wamid.{n}") for n in range(20)]
    answers = await asyncio.gather(*(place.tell(shop, body) for body in bodies))
    assert set(answers) == {200, 503}
    assert len(await place.notices()) == answers.count(200)
    assert await place.tell(shop, message("101", "y" * 4_000)) == 200


async def test_a_large_body_is_read_like_a_small_one(place: Place, shop: Opened, neighbour: Office) -> None:
    body = message("101", "x" * 200_000)
    assert await place.tell(shop, body, secret="another") == 401
    assert await place.tell(shop, body) == 200
    assert len(await place.notices()) == 1


async def test_what_cannot_be_stored_is_asked_for_again(place: Place, shop: Opened, db: Database) -> None:
    assert await place.tell(shop, message("101")) == 200
    await db.close()
    assert await place.tell(shop, message("101")) == 503
