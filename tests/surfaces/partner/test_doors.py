"""Who gets in: the header and a token that only this partner can have signed, and nothing in their place."""

import base64
import json
import time
from typing import Any

import pytest

from tests.support.partner_client import PartnerClient, claims, headers_of
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.features import partners
from tideline.platform import jwt


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def forged(header: Any, body: Any, secret: str) -> str:
    signed = f"{part(header)}.{part(body)}"
    signature = jwt.sign(body, secret).rpartition(".")[2] if isinstance(body, dict) else "AAAA"
    return f"{signed}.{signature}"


def with_token(partner: PartnerClient, token: str) -> dict[str, str]:
    return {**partner.headers, "Authorization": f"Bearer {token}"}


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


async def refused(partner: PartnerClient, headers: dict[str, str]) -> tuple[int, str]:
    response = await partner.get("/workspaces", headers=headers)
    return response.status, response.json["error"]


async def test_both_headers_are_needed(partner: PartnerClient) -> None:
    for name in ("Authorization", "X-TL-Partner-Id"):
        assert await refused(partner, without(partner.headers, name)) == (401, "missing_header")
    basic = {**partner.headers, "Authorization": "Basic dXNlcjpwYXNz"}
    assert await refused(partner, basic) == (401, "missing_header")


@pytest.mark.parametrize(
    "partner_id", ["nobody", "NOBODY", "a" * 5000, "' OR 1=1", "\xff", "harbor telecom"], ids=range(6)
)
async def test_an_unknown_partner_is_not_found(partner: PartnerClient, partner_id: str) -> None:
    assert await refused(partner, {**partner.headers, "X-TL-Partner-Id": partner_id}) == (401, "partner_not_found")


UNREADABLE: dict[str, Any] = {
    "alg none": {"alg": "none"},
    "alg None in letters of another case": {"alg": "nOnE"},
    "RS256": {"alg": "RS256", "typ": "JWT"},
    "HS512": {"alg": "HS512"},
    "HS256 in lower case": {"alg": "hs256"},
    "no alg": {"typ": "JWT"},
    "a critical header": {"alg": "HS256", "crit": ["b64"], "b64": False},
    "a list": ["HS256"],
    "no JSON": b"\xff\xfe",
    "twenty thousand levels": b"[" * 3000,
}


@pytest.mark.parametrize("header", UNREADABLE.values(), ids=UNREADABLE)
async def test_another_algorithm_is_never_read(partner: PartnerClient, header: Any) -> None:
    token = forged(header, claims(partner.partner_id), partner.secret)
    assert await refused(partner, with_token(partner, token)) == (401, "token_decode_error")


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c.d", "..", "a..c", "ä.ö.ü", "A" * 9000, "eyJhbGciOiJIUzI1NiJ9.e30.+/=="], ids=range(8)
)
async def test_what_is_no_token_is_said_so(partner: PartnerClient, token: str) -> None:
    assert await refused(partner, with_token(partner, token)) == (401, "token_decode_error")


async def test_an_unsigned_token_of_ours_is_refused(partner: PartnerClient) -> None:
    token = jwt.sign(claims(partner.partner_id), partner.secret).rpartition(".")[0]
    for signature, error in (("", "token_decode_error"), ("AAAA", "invalid_signature")):
        assert await refused(partner, with_token(partner, f"{token}.{signature}")) == (401, error)


async def test_another_partners_secret_or_id_opens_nothing(partner: PartnerClient, stranger: PartnerClient) -> None:
    for headers in (
        headers_of(partner.partner_id, stranger.secret),
        {**stranger.headers, "X-TL-Partner-Id": partner.partner_id},
        with_token(partner, jwt.sign(claims(stranger.partner_id), partner.secret)),
    ):
        assert await refused(partner, headers) == (401, "invalid_signature")


MISSING: dict[str, dict[str, Any]] = {
    "no partner": {"partner_id": None},
    "a number as partner": {"partner_id": 5},
    "no nbf": {"nbf": None},
    "no exp": {"exp": None},
    "nbf as a text": {"nbf": "1790000000"},
    "exp as a list": {"exp": [1]},
    "exp as true": {"exp": True},
}


@pytest.mark.parametrize("claim", MISSING.values(), ids=MISSING)
async def test_a_missing_claim_is_named(partner: PartnerClient, claim: dict[str, Any]) -> None:
    headers = headers_of(partner.partner_id, partner.secret, **claim)
    response = await partner.get("/workspaces", headers=headers)
    assert (response.status, response.json["error"]) == (401, "missing_claim")
    assert next(iter(claim)) in response.json["description"]


TIMES: dict[str, tuple[float, float, str | None]] = {
    "as recommended": (-180, 180, None),
    "a clock that is a little ahead": (25, 200, None),
    "a clock that is far ahead": (45, 200, "token_not_active"),
    "over for a moment": (-300, -25, None),
    "over": (-300, -35, "timestamp_out_of_range"),
    "good for an hour": (-1800, 1800, None),
    "good for too long": (-1800, 1900, "timestamp_out_of_range"),
    "good for ever": (0, 10**15, "timestamp_out_of_range"),
    "before it began": (10, 5, None),
    "with fractions": (-180.5, 180.5, None),
    "a number beyond all clocks": (-180, 10**300, "timestamp_out_of_range"),
}


@pytest.mark.parametrize(("nbf", "exp", "error"), TIMES.values(), ids=TIMES)
async def test_a_token_is_good_for_a_while(partner: PartnerClient, nbf: float, exp: float, error: str | None) -> None:
    now = int(time.time())
    headers = headers_of(partner.partner_id, partner.secret, nbf=now + nbf, exp=now + exp)
    response = await partner.get("/workspaces", headers=headers)
    assert response.json.get("error") == error
    assert response.status == (401 if error else 200)


async def test_a_partner_that_is_off_is_refused(world: PartnerWorld, partner: PartnerClient) -> None:
    async with world.db.system() as tx:
        await partners.set_active(tx, partner.partner_id, False)
    assert await refused(partner, partner.headers) == (403, "partner_not_active")
    assert await refused(partner, headers_of(partner.partner_id, "wrong")) == (401, "invalid_signature")


async def test_a_former_secret_is_dead_at_once(world: PartnerWorld, partner: PartnerClient) -> None:
    async with world.db.system() as tx:
        made = await partners.rotate_secret(tx, world.inner.keyring, partner.partner_id)
    assert await refused(partner, partner.headers) == (401, "invalid_signature")
    assert (await partner.get("/workspaces", headers=headers_of(partner.partner_id, made.secret))).status == 200


async def test_a_token_of_the_public_api_opens_nothing(partner: PartnerClient, shop: Any) -> None:
    token = (await partner.done("GET", f"/workspaces/{shop['workspace_id']}/api-token"))["token"]
    assert await refused(partner, with_token(partner, token)) == (401, "token_decode_error")
