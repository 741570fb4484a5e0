"""The events that partners are told. Made from the contract by `python -m generate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSeatsFull:
    """The last free seat has been taken.

    Sent at most once in a billing period, when occupied seats reach the purchased number. Also applies
    to a workspace that is full from the start, such as one with a single seat (inferred).

    `workspace:seats_full`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    seats_purchased: int
    seats_available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceQuotaNearFullMessaging:
    """Nine tenths or more of the period's messaging credits are used.

    `workspace:quota_near_full:messaging`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    messaging_quota_total: int
    messaging_quota_used: int
    utilization_pct: int | None = None
    """Whole percent, rounded down and capped at 100 (rounding inferred). Optional for the vendor, always
    sent here (inferred).
    """
    current_period_start: datetime
    current_period_end: datetime
    """Last second of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceQuotaFullMessaging:
    """The period's messaging credits are used up.

    From here on metered sending is refused, unless a non-recurring balance is left (that exception is
    inferred from the help pages).

    `workspace:quota_full:messaging`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    messaging_quota_total: int
    messaging_quota_used: int
    utilization_pct: int | None = None
    """Whole percent, rounded down and capped at 100 (rounding inferred). Optional for the vendor, always
    sent here (inferred).
    """
    current_period_start: datetime
    current_period_end: datetime
    """Last second of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceQuotaFullTransactions:
    """The transaction credits are used up.

    A transaction is one automated action (a workflow step, or an action by an integration). The event
    carries no totals, only the period.

    `workspace:quota_full:transactions`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    current_period_start: datetime
    current_period_end: datetime
    """Last second of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceQuotaFullApiCalls:
    """The period's Public API calls are used up.

    `workspace:quota_full:api_calls`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    current_period_start: datetime
    current_period_end: datetime
    """Last second of the period."""
    api_calls_limit: int
    api_calls_used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappAccountConnected:
    """A member's WhatsApp number has been linked.

    Sent for a link made by QR code or by pairing code. Partner billing for the number starts here.
    Nothing is sent when the account was already connected.

    `whatsapp_account:connected`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    whatsapp_account_id: int
    phone_number_e164: str
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappAccountDisconnected:
    """A member's WhatsApp number has been unlinked.

    By hand or automatically: logout on the phone, the disconnect operation, or a new QR link for the
    same user. Nothing is sent when no account was connected, nor for a pause that follows a seat
    reduction (the latter inferred).

    `whatsapp_account:disconnected`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    whatsapp_account_id: int
    phone_number_e164: str
    user_id: int
    disconnected_at: datetime | None = None
    """Optional for the vendor, always sent here (inferred)."""
    reason: str | None = None
    """Free text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenRotated:
    """A workspace's Public API token has been replaced through the Partner API.

    Carries the moment, never the token. The first minting of a token is not a rotation (inferred).

    `api_token:rotated`.
    """

    workspace_id: str
    """Slug of the workspace."""
    event_type: str
    partner_id: str
    """Owner of the workspace."""
    triggered_at: datetime
    """When the condition came true, not when this attempt was sent."""
    rotated_at: datetime


PartnerEvent: TypeAlias = (
    WorkspaceSeatsFull
    | WorkspaceQuotaNearFullMessaging
    | WorkspaceQuotaFullMessaging
    | WorkspaceQuotaFullTransactions
    | WorkspaceQuotaFullApiCalls
    | WhatsappAccountConnected
    | WhatsappAccountDisconnected
    | ApiTokenRotated
)

KINDS: Mapping[str, type[PartnerEvent]] = {
    "workspace:seats_full": WorkspaceSeatsFull,
    "workspace:quota_near_full:messaging": WorkspaceQuotaNearFullMessaging,
    "workspace:quota_full:messaging": WorkspaceQuotaFullMessaging,
    "workspace:quota_full:transactions": WorkspaceQuotaFullTransactions,
    "workspace:quota_full:api_calls": WorkspaceQuotaFullApiCalls,
    "whatsapp_account:connected": WhatsappAccountConnected,
    "whatsapp_account:disconnected": WhatsappAccountDisconnected,
    "api_token:rotated": ApiTokenRotated,
}
