"""What the Partner API answers with. Made from the contract by `python -m generate`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceListed:
    """WorkspaceListed of the contract."""

    workspace_id: str
    display_name: str
    seats_total: int
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceList:
    """WorkspaceList of the contract."""

    has_more_pages: bool
    workspaces: list[WorkspaceListed]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedMember:
    """SuspendedMember of the contract."""

    user_id: int
    whatsapp_account_id: int | None = None
    """Left out when the member had no account."""
    phone_numbers: list[str] | None = None
    """E.164 numbers of the member's accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Workspace of the contract."""

    workspace_id: str
    """Slug, fixed for life."""
    display_name: str
    plan_id: int
    """Numeric id of the plan taken from the partner record."""
    seats_total: int
    seats_available: int
    """Seats not occupied by an active member."""
    owner_user_id: int | None = None
    group_id: int | None = None
    """Id of the default group of members."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    suspended_members: list[SuspendedMember] | None = None
    """Members suspended by this very call; empty when there were none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Quota of the contract."""

    total: int
    used: int
    period_start: datetime | None = None
    period_end: datetime | None = None
    """Last second of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NonRecurringQuota:
    """NonRecurringQuota of the contract."""

    remaining_balance: int | None = None
    """One-off credits left; spent only after the periodic messaging quota; no expiry."""
    last_updated_at: datetime | None = None
    """Last top-up; left out when there never was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceUser:
    """WorkspaceUser of the contract."""

    user_id: int
    display_name: str
    role: str | None = None
    """owner or agent for users made here; members invited otherwise show their own role."""
    email: str
    """For users made here, {user_id}-{workspace_id}@ followed by the operator's partner mail domain."""
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappAccount:
    """WhatsappAccount of the contract."""

    user_id: int | None = None
    connected: bool
    whatsapp_account_id: int
    """Internal id; unlike the Public API, not a WhatsApp JID."""
    phone_number_e164: str
    connection_status: str
    connected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QrLink:
    """QrLink of the contract."""

    qr_link: str
    user_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceDetails:
    """WorkspaceDetails of the contract."""

    workspace_id: str
    display_name: str
    seats: Quota
    messages_quota: Quota
    api_calls_quota: Quota
    non_recurring_quota: NonRecurringQuota
    users: list[WorkspaceUser]
    whatsapp_accounts: list[WhatsappAccount] | None = None
    """Optional for the vendor; always sent here, possibly empty (inferred)."""
    qr_links: list[QrLink] | None = None
    """Usable links only. Optional for the vendor; always sent here, possibly empty (inferred)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceDeleted:
    """WorkspaceDeleted of the contract."""

    workspace_id: str
    deleted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceState:
    """WorkspaceState of the contract."""

    workspace_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    """UserList of the contract."""

    workspace_id: str
    users: list[WorkspaceUser]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersCreated:
    """UsersCreated of the contract."""

    workspace_id: str
    seats_total: int
    seats_available: int
    users: list[WorkspaceUser]
    """Exactly the users made by this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeleted:
    """UserDeleted of the contract."""

    workspace_id: str
    user_id: int
    deleted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QrLinkCreated:
    """QrLinkCreated of the contract."""

    workspace_id: str
    user_id: int
    qr_link: str
    expires_at: datetime
    whatsapp_disconnected: bool
    """An account was connected and has been disconnected by this call."""
    previous_qr_revoked: bool
    """A link that was still usable has been revoked by this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectResult:
    """DisconnectResult of the contract."""

    workspace_id: str
    user_id: int
    disconnected: bool
    disconnected_at: datetime | None = None
    """Left out of a no-op."""
    whatsapp_account_id: int | None = None
    """Left out of a no-op."""
    phone_number: str | None = None
    """E.164 number; left out of a no-op."""
    description: str | None = None
    """Free remark about the outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicApiToken:
    """PublicApiToken of the contract."""

    workspace_id: str
    token: str
    """Raw bearer token for the Public API."""
    rotated_at: datetime | None = None
    """Moment the earlier token died; sent by rotation only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSettings:
    """PartnerSettings of the contract."""

    partner_id: str
    webhook_url: str | None
    origins: list[str]
