"""Signatures: the token that a partner calls with, and the proof that a webhook request comes from Tideline."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tideline.client.errors import NotGenuine

PARTNER_HEADER = "X-TL-Partner-Id"
PREFIX = "whsec_"
WINDOW_SECONDS = 180


def partner_headers(partner_id: str, secret: str) -> dict[str, str]:
    """Good for three minutes before and after now, so that clocks may differ."""
    now = int(time.time())
    claims = {"partner_id": partner_id, "nbf": now - WINDOW_SECONDS, "exp": now + WINDOW_SECONDS}
    signed = f"{_json_part({'alg': 'HS256', 'typ': 'JWT'})}.{_json_part(claims)}"
    mac = hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)
    return {"Authorization": f"Bearer {signed}.{_part(mac)}", PARTNER_HEADER: partner_id}


def key_of(secret: str) -> bytes:
    """The bytes that a `whsec_...` stands for."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("a webhook's secret is whsec_ and base64")
    return key


@dataclass(frozen=True, slots=True)
class Proof:
    """What the headers of a webhook request say of it."""

    id: str
    timestamp: str
    sent_at: datetime
    signatures: tuple[bytes, ...]


def check(
    body: bytes, headers: Mapping[str, str], keys: Sequence[bytes], *, tolerance: timedelta, now: datetime | None = None
) -> Proof:
    """Raise NotGenuine unless one of these keys signed this body, within `tolerance` of now."""
    proof = _read(headers)
    if abs((now or datetime.now(UTC)) - proof.sent_at) > tolerance:
        raise NotGenuine(f"the request was signed at {proof.sent_at}, which is too long ago or to come")
    signed = b"%s.%s.%s" % (proof.id.encode("utf-8", "replace"), proof.timestamp.encode(), body)
    wanted = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    if not any(hmac.compare_digest(one, sent) for one in wanted for sent in proof.signatures):
        raise NotGenuine("the signature belongs to another body or another secret")
    return proof


def header(headers: Mapping[str, str], name: str) -> str:
    """A header in whatever case the framework keeps it."""
    found = headers.get(name) or next((value for key, value in headers.items() if key.lower() == name.lower()), None)
    if not found:
        raise NotGenuine(f"the request has no {name} header")
    return found


def _read(headers: Mapping[str, str]) -> Proof:
    seconds = header(headers, "webhook-timestamp")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise NotGenuine("webhook-timestamp is no number of seconds")
    told = [one.partition(",") for one in header(headers, "webhook-signature").split()]
    signatures = tuple(_bytes(text) for version, _, text in told if version == "v1")
    sent_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(int(seconds), 10**11))
    return Proof(header(headers, "webhook-id"), seconds, sent_at, signatures)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _json_part(value: Mapping[str, object]) -> str:
    return _part(json.dumps(value, separators=(",", ":")).encode())


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
