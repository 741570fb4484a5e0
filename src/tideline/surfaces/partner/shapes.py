"""The shapes of the Partner API's answers: keys in the contract's order."""

from collections.abc import Sequence

import msgspec
from msgspec import UnsetType

Absent = UnsetType


class SuspendedMember(msgspec.Struct):
    user_id: int
    whatsapp_account_id: int | Absent
    phone_numbers: Sequence[str] | Absent


class Workspace(msgspec.Struct):
    workspace_id: str
    display_name: str
    plan_id: int
    seats_total: int
    seats_available: int
    owner_user_id: int
    group_id: int
    created_at: str
    updated_at: str
    suspended_members: Sequence[SuspendedMember]


class Quota(msgspec.Struct):
    total: int
    used: int
    period_start: str | Absent
    period_end: str | Absent


class NonRecurringQuota(msgspec.Struct):
    remaining_balance: int
    last_updated_at: str | Absent


class WorkspaceUser(msgspec.Struct):
    user_id: int
    display_name: str
    role: str
    email: str
    status: str
    created_at: str


class WhatsappAccount(msgspec.Struct):
    user_id: int
    connected: bool
    whatsapp_account_id: int
    phone_number_e164: str
    connection_status: str
    connected_at: str


class QrLink(msgspec.Struct):
    qr_link: str
    user_id: int
    expires_at: str


class WorkspaceDetails(msgspec.Struct):
    workspace_id: str
    display_name: str
    seats: Quota
    messages_quota: Quota
    api_calls_quota: Quota
    non_recurring_quota: NonRecurringQuota
    users: Sequence[WorkspaceUser]
    whatsapp_accounts: Sequence[WhatsappAccount]
    qr_links: Sequence[QrLink]


class UsersCreated(msgspec.Struct):
    workspace_id: str
    seats_total: int
    seats_available: int
    users: Sequence[WorkspaceUser]


class QrLinkCreated(msgspec.Struct):
    workspace_id: str
    user_id: int
    qr_link: str
    expires_at: str
    whatsapp_disconnected: bool
    previous_qr_revoked: bool


class DisconnectResult(msgspec.Struct):
    workspace_id: str
    user_id: int
    disconnected: bool
    disconnected_at: str | Absent
    whatsapp_account_id: int | Absent
    phone_number: str | Absent
    description: str | Absent


class PublicApiToken(msgspec.Struct):
    workspace_id: str
    token: str
    rotated_at: str | Absent


class WorkspaceListed(msgspec.Struct):
    workspace_id: str
    display_name: str
    seats_total: int
    status: str
    created_at: str


class WorkspaceList(msgspec.Struct):
    has_more_pages: bool
    workspaces: Sequence[WorkspaceListed]


class WorkspaceState(msgspec.Struct):
    workspace_id: str
    status: str


class WorkspaceDeleted(msgspec.Struct):
    workspace_id: str
    deleted_at: str


class UserList(msgspec.Struct):
    workspace_id: str
    users: Sequence[WorkspaceUser]


class UserDeleted(msgspec.Struct):
    workspace_id: str
    user_id: int
    deleted_at: str


class PartnerSettings(msgspec.Struct):
    partner_id: str
    webhook_url: str | None
    origins: Sequence[str]
