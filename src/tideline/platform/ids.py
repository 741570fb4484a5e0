"""Ids made in Python: UUIDv7 for what is named on the wire by a uid, and opaque secrets."""

import os
import secrets
import threading
import time
from uuid import UUID


class _Growing:
    """Hands out values of 122 bits that grow strictly, by time as long as the clock goes forward."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            fresh = (time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF) << 74 | _random(73)
            self._last = fresh if fresh > self._last else self._last + 1 + _random(32)
            return self._last


_growing = _Growing()


def uuid7(at_ms: int | None = None) -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, then randomness.

    Those of one process grow strictly, also within a millisecond: WhatsApp's times are whole seconds, and the
    uid is what keeps messages of the same second in their order. With `at_ms` it is just a UUID of that time.
    """
    if at_ms is not None:
        return _uuid((at_ms & 0xFFFF_FFFF_FFFF) << 74 | _random(74))
    return _uuid(_growing.next())


def _random(bits: int) -> int:
    return int.from_bytes(os.urandom(10), "big") >> 80 - bits


def _uuid(value: int) -> UUID:
    """Put the 122 bits around the version and the variant."""
    head, middle, tail = value >> 74, value >> 62 & 0xFFF, value & (1 << 62) - 1
    return UUID(int=head << 80 | 0x7 << 76 | middle << 64 | 0x2 << 62 | tail)


def secret_token(prefix: str = "") -> str:
    """An unguessable, URL-safe token of 256 bits behind an optional prefix."""
    return prefix + secrets.token_urlsafe(32)


def key_of(token_hash: bytes) -> str:
    """What a session or a token is called where it must not be told: it leads back to neither."""
    return token_hash.hex()[:8]
