"""Webhooks: what a subscription is, and what holds for all of them. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from msgspec import UNSET, UnsetType

from tideline.features.webhooks.event_types import EventType
from tideline.platform.crypto import Keyring
from tideline.platform.outgoing import read_url

WebhookId = NewType("WebhookId", int)

PER_WORKSPACE = 10
WAITS = (timedelta(seconds=5), timedelta(seconds=30))


class Schedule(StrEnum):
    """How long an event that failed is tried again: as the contract says, or for more than three days."""

    STANDARD = "standard"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every webhook of this installation. `check_address` raises a problem for what is never called."""

    keyring: Keyring
    check_address: Callable[[str], object] = read_url
    per_workspace: int = PER_WORKSPACE
    waits: tuple[timedelta, ...] = WAITS


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription to one kind of event at one address.

    `secret` and `former_secret` are encrypted; without a secret, deliveries are not signed. `is_strict` means that
    one event at a time goes out, and that one which fails holds up those behind it.
    """

    workspace_id: int
    id: WebhookId
    event_type: EventType
    url: str
    enabled: bool
    errors_counter: int = 0
    is_strict: bool = False
    schedule: Schedule = Schedule.STANDARD
    secret: bytes | None = field(default=None, repr=False)
    former_secret: bytes | None = field(default=None, repr=False)
    former_until: datetime | None = None
    created_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change about a webhook; what is left out stays."""

    event_type: EventType | UnsetType = UNSET
    url: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    is_strict: bool | UnsetType = UNSET
    schedule: Schedule | UnsetType = UNSET

    def given(self) -> dict[str, object]:
        named = ("event_type", "url", "enabled", "is_strict", "schedule")
        return {name: value for name in named if (value := getattr(self, name)) is not UNSET}
