"""JSON Web Tokens signed with HMAC-SHA256 (RFC 7519, RFC 7515): no other algorithm is read or made."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

LONGEST: Final = 8192
ALGORITHM: Final = "HS256"
PART: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
HEADER: Final = {"alg": ALGORITHM, "typ": "JWT"}


class NotReadable(Exception):
    """No JWT, or one that claims to be signed in another way."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. Nothing of it counts before `is_signed_with`."""

    claims: Mapping[str, Any]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def is_signed_with(self, key: str) -> bool:
        return hmac.compare_digest(_mac(key, self.signed), self.signature)


def read(text: str) -> Token:
    parts = text.split(".") if len(text) <= LONGEST else []
    if len(parts) != 3:
        raise NotReadable
    header, claims = _read_object(parts[0]), _read_object(parts[1])
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise NotReadable
    return Token(claims, f"{parts[0]}.{parts[1]}".encode(), _read_part(parts[2]))


def sign(claims: Mapping[str, Any], key: str) -> str:
    signed = f"{_part(msgspec.json.encode(HEADER))}.{_part(msgspec.json.encode(claims))}"
    return f"{signed}.{_part(_mac(key, signed.encode()))}"


def _read_object(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(_read_part(part))
    except (msgspec.DecodeError, RecursionError):
        raise NotReadable from None
    if not isinstance(found, dict):
        raise NotReadable
    return found


def _read_part(part: str) -> bytes:
    if not PART.fullmatch(part) or len(part) % 4 == 1:
        raise NotReadable
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(key: str, signed: bytes) -> bytes:
    return hmac.digest(key.encode(), signed, hashlib.sha256)
