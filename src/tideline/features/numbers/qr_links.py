"""A link with which somebody outside links a phone for a teammate: when it works, and how often. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tideline.features.numbers.model import Pairing, PairingMethod

LIFETIME = timedelta(hours=24)
TOLD_FOR = timedelta(days=90)  # how long the page behind a link that is over can say so
ATTEMPTS = 5
WINDOW = timedelta(hours=1)


class LinkState(StrEnum):
    """`CLOSED` is a usable one whose workspace is suspended: it may work again."""

    USABLE = "usable"
    CLOSED = "closed"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class QrLink:
    workspace_id: int
    uid: UUID
    teammate_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def state(self, at: datetime) -> LinkState:
        if self.used_at:
            return LinkState.USED
        if self.revoked_at:
            return LinkState.REVOKED
        return LinkState.EXPIRED if self.expires_at <= at else LinkState.USABLE


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made. `has_replaced` says whether an earlier one of the teammate worked until now."""

    token: str = field(repr=False)
    expires_at: datetime
    has_replaced: bool


@dataclass(frozen=True, slots=True)
class UsableLink:
    """A link that works, with the token that leads to its page."""

    token: str = field(repr=False)
    teammate_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SeenThrough:
    """What whoever has the link may see: whether it works, and how the newest attempt goes."""

    state: LinkState
    pairing: Pairing | None


def is_same_attempt(pairing: Pairing, method: PairingMethod, phone: str | None, at: datetime) -> bool:
    """Would a new attempt only do again what this one is still doing?"""
    return pairing.is_open and pairing.expires_at > at and (pairing.method, pairing.phone) == (method, phone)


def wait_for_attempt(begun: Sequence[datetime], at: datetime) -> timedelta | None:
    """How long until one more may begin, after these within the window, newest first."""
    return begun[ATTEMPTS - 1] + WINDOW - at if len(begun) >= ATTEMPTS else None
