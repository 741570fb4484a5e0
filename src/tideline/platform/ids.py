"""Ids made in Python: UUIDv7 for what is named on the wire by a uid, and opaque secrets."""

import os
import secrets
import time
from uuid import UUID


def uuid7(at_ms: int | None = None) -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, then randomness."""
    ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def secret_token(prefix: str = "") -> str:
    """An unguessable, URL-safe token of 256 bits behind an optional prefix."""
    return prefix + secrets.token_urlsafe(32)
