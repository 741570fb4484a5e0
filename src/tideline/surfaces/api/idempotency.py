"""Reads `Idempotency-Key`: what a client calls a request, so that it can send it again without doing it again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from tideline.surfaces.api import problems

HEADER = "Idempotency-Key"
NAME = HEADER.lower().encode()
PRINTABLE = re.compile(r"[ -~]{1,255}")


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key of a request, and what tells the request from others."""

    text: str
    digest: bytes


def key_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key a request came with, if it came with one."""
    given = [value for name, value in headers if name == NAME]
    if not given:
        return None
    key = given[0].decode("latin-1").strip(" \t")
    if len(given) > 1 or not PRINTABLE.fullmatch(key):
        raise problems.invalid_field(HEADER, "must be one key of 1 to 255 printable ASCII characters")
    return key


def digest_of(method: str, path: str, body: bytes) -> bytes:
    """The same for the same request only. Of a form `body` is the form's digest."""
    line = f"{method} {path}\n".encode("utf-8", "surrogatepass")
    return sha256(line + sha256(body).digest()).digest()
