"""What the Business Platform has besides messages: templates, analytics, and the secrets that open an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from tideline.features.numbers.port.connector import Connector
from tideline.features.numbers.port.content import AccountRef

TOKEN_NOT_ACCEPTED: Final = "WhatsApp no longer accepts the access token. Give the number a new one."
"""Why a business number is restricted until its secrets are exchanged."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connector needs to speak for a business number."""

    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)


class Vault(Protocol):
    """Where a connector finds the credentials of a number when it needs them."""

    async def credentials(self, account: AccountRef) -> Credentials:
        """Raises NotLinked when there are none (any more)."""


@dataclass(frozen=True, slots=True)
class BusinessProfile:
    """A business number as WhatsApp shows it. `phone` is bare digits, `display_phone` as WhatsApp writes it."""

    phone: str
    display_phone: str
    name: str


@dataclass(frozen=True, slots=True)
class BusinessTemplate:
    """A template of a business account; from `status` on everything is in WhatsApp's own words."""

    external_id: str
    name: str
    language: str
    status: str
    category: str
    parameter_format: str
    components: Sequence[Mapping[str, Any]]
    rejected_reason: str = ""
    quality: str = ""


@dataclass(frozen=True, slots=True)
class AnalyticsQuestion:
    """Figures of an account from `start` to `end`, by the hour at the finest; `dimensions` are WhatsApp's words."""

    start: datetime
    end: datetime
    dimensions: Sequence[str] = ()


class BusinessConnector(Connector, Protocol):
    """A road to WhatsApp for business numbers. What it is asked here may raise the same problems as sending."""

    async def profile(self, account: AccountRef) -> BusinessProfile: ...

    async def templates(self, account: AccountRef) -> Sequence[BusinessTemplate]:
        """All templates of the number's business account, as they are now."""

    async def analytics(self, account: AccountRef, question: AnalyticsQuestion) -> Mapping[str, Any]:
        """`analytics` and `pricing_analytics` as WhatsApp gives them."""
