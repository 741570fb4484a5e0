"""The life of one attempt to link a phone, as rules: requested, waiting, then linked or one of three other ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tideline.features.numbers.errors import PairingClosed
from tideline.features.numbers.model import Number, Pairing, PairingState

# A gateway that still works on a pairing shows a new code before the old one ends.
SILENCE = timedelta(seconds=30)
TIMED_OUT = "Nobody scanned the code in time."
WORN_OUT = "Tideline could not show a code, however often it tried."
# What connectors say as a reason, in words for the person who tried.
REASONS = {
    "expired": TIMED_OUT,
    "timeout": TIMED_OUT,
    "cancelled": "The attempt was cancelled.",
    "unsupported": "This kind of number cannot be linked like that.",
}

# Whoever takes an attempt begins a process for it; one at which gateways die is not begun again and again.
MOST_TRIES = 3

Step = Callable[[Pairing], Pairing]


@dataclass(frozen=True, slots=True)
class LinkingLimits:
    """How often a workspace may begin to link a phone. Simulated phones are not counted."""

    per_hour: int = 20


def is_overdue(pairing: Pairing, at: datetime) -> bool:
    return pairing.is_open and pairing.expires_at <= at


def is_free(pairing: Pairing, at: datetime) -> bool:
    """May a gateway begin (or, when the one before fell silent, begin again) to work on it?"""
    if pairing.state is PairingState.REQUESTED:
        return not is_overdue(pairing, at)
    return pairing.is_open and not is_overdue(pairing, at) and _last_sign(pairing) + SILENCE < at


def _last_sign(pairing: Pairing) -> datetime:
    return max(pairing.updated_at, pairing.code_until or pairing.updated_at)


def taken(by: UUID, at: datetime) -> Step:
    """Raises PairingClosed for one that has ended; one that was begun too often has, too."""

    def take(pairing: Pairing) -> Pairing:
        if pairing.tries >= MOST_TRIES:
            return failed(WORN_OUT, at)(pairing)
        return _open(pairing, state=PairingState.WAITING, node=by, updated_at=at, tries=pairing.tries + 1)

    return take


def showing_qr(qr: str, until: datetime, at: datetime) -> Step:
    return lambda pairing: _open(pairing, qr=qr, code_until=until, updated_at=at)


def showing_code(code: str, until: datetime, at: datetime) -> Step:
    return lambda pairing: _open(pairing, code=code, code_until=until, updated_at=at)


def handed_back(at: datetime) -> Step:
    """The gateway stops. Another one begins again, with a code of its own."""
    return lambda pairing: _open(
        pairing, state=PairingState.REQUESTED, node=None, qr=None, code=None, code_until=None, updated_at=at
    )


def failed(reason: str, at: datetime) -> Step:
    """The connector gave up. Reasons it has no better words for are shown as they are."""
    state = PairingState.EXPIRED if REASONS.get(reason) is TIMED_OUT else PairingState.FAILED
    return lambda pairing: _ended(pairing, state, at, error=REASONS.get(reason, reason))


def expired(at: datetime) -> Step:
    return lambda pairing: _ended(pairing, PairingState.EXPIRED, at, error=TIMED_OUT)


def cancelled(at: datetime) -> Step:
    return lambda pairing: _ended(pairing, PairingState.CANCELLED, at, error=None)


def linked(number: Number, at: datetime) -> Step:
    return lambda pairing: replace(
        _ended(pairing, PairingState.LINKED, at, error=None), number_id=number.id, phone=number.phone
    )


def _ended(pairing: Pairing, state: PairingState, at: datetime, *, error: str | None) -> Pairing:
    """A code that was shown is worth nothing afterwards and is not kept."""
    return _open(pairing, state=state, updated_at=at, error=error, qr=None, code=None, code_until=None)


def _open(pairing: Pairing, **changes: Any) -> Pairing:
    if not pairing.is_open:
        raise PairingClosed
    return replace(pairing, **changes)
