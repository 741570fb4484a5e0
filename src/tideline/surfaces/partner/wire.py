"""From what features know to the shapes of answers."""

from datetime import datetime

from msgspec import UNSET

from tideline.features import partners
from tideline.features.numbers import Number
from tideline.features.partners import ApiToken, Details, Owned, Partner, QrLinkMade, Summary, Suspended, iso
from tideline.features.workspaces import Balance, Quota, Quotas, Status, Teammate, Workspace
from tideline.surfaces.partner import shapes

NOTHING_CONNECTED = "This user has no connected WhatsApp account."


def workspace(made: Summary, plan_id: int) -> shapes.Workspace:
    one = made.workspace
    return shapes.Workspace(
        workspace_id=one.slug,
        display_name=one.display_name,
        plan_id=plan_id,
        seats_total=one.seats,
        seats_available=made.seats_available,
        owner_user_id=made.owner_id,
        group_id=made.team_id,
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at or one.created_at),
        suspended_members=[suspended_member(member) for member in made.suspended],
    )


def suspended_member(one: Suspended) -> shapes.SuspendedMember:
    return shapes.SuspendedMember(
        user_id=one.teammate_id,
        whatsapp_account_id=one.numbers[0].id if one.numbers else UNSET,
        phone_numbers=[f"+{number.phone}" for number in one.numbers] if one.numbers else UNSET,
    )


def details(found: Details, pending_calls: int) -> shapes.WorkspaceDetails:
    quotas = found.quotas
    return shapes.WorkspaceDetails(
        workspace_id=found.workspace.slug,
        display_name=found.workspace.display_name,
        seats=seats(quotas),
        messages_quota=quota(quotas.messages),
        api_calls_quota=quota(quotas.api_calls, pending_calls),
        non_recurring_quota=balance(quotas.balance),
        users=[user(one) for one in found.members],
        whatsapp_accounts=[account(one) for one in found.numbers],
        qr_links=[shapes.QrLink(one.url, one.teammate_id, iso(one.expires_at)) for one in found.links],
    )


def quota(one: Quota, pending: int = 0) -> shapes.Quota:
    period = one.period
    return shapes.Quota(
        total=one.total,
        used=min(one.used + pending, max(one.total, one.used)),
        period_start=iso(period.start) if period else UNSET,
        period_end=partners.last_second(period) if period else UNSET,
    )


def seats(quotas: Quotas) -> shapes.Quota:
    """Seats do not renew; the period beside them is the one in which messages are counted."""
    shown, period = quota(quotas.seats), quota(quotas.messages)
    shown.period_start, shown.period_end = period.period_start, period.period_end
    return shown


def balance(one: Balance) -> shapes.NonRecurringQuota:
    return shapes.NonRecurringQuota(one.remaining, iso(one.updated_at) if one.updated_at else UNSET)


def user(one: Teammate) -> shapes.WorkspaceUser:
    return shapes.WorkspaceUser(
        user_id=one.id,
        display_name=one.display_name,
        role=one.role.value,
        email=one.email,
        status="suspended" if one.status is Status.SUSPENDED else "active",
        created_at=iso(one.created_at),
    )


def account(one: Number) -> shapes.WhatsappAccount:
    status = "connected" if one.is_connected else "suspended" if one.is_paused else "disconnected"
    return shapes.WhatsappAccount(
        user_id=one.owner_id,
        connected=one.is_connected,
        whatsapp_account_id=one.id,
        phone_number_e164=f"+{one.phone}",
        connection_status=status,
        connected_at=iso(one.connected_at),
    )


def qr_link(slug: str, made: QrLinkMade) -> shapes.QrLinkCreated:
    return shapes.QrLinkCreated(
        workspace_id=slug,
        user_id=made.link.teammate_id,
        qr_link=made.link.url,
        expires_at=iso(made.link.expires_at),
        whatsapp_disconnected=made.has_disconnected,
        previous_qr_revoked=made.has_replaced,
    )


def disconnected(slug: str, user_id: int, ended: Number | None) -> shapes.DisconnectResult:
    return shapes.DisconnectResult(
        workspace_id=slug,
        user_id=user_id,
        disconnected=ended is not None,
        disconnected_at=iso(ended.state_at) if ended else UNSET,
        whatsapp_account_id=ended.id if ended else UNSET,
        phone_number=f"+{ended.phone}" if ended else UNSET,
        description=UNSET if ended else NOTHING_CONNECTED,
    )


def api_token(slug: str, one: ApiToken) -> shapes.PublicApiToken:
    return shapes.PublicApiToken(slug, one.token, iso(one.rotated_at) if one.rotated_at else UNSET)


def listed(one: Owned) -> shapes.WorkspaceListed:
    return shapes.WorkspaceListed(
        workspace_id=one.slug,
        display_name=one.display_name,
        seats_total=one.seats,
        status=_state(one.suspended_at),
        created_at=iso(one.created_at),
    )


def state(one: Workspace) -> shapes.WorkspaceState:
    return shapes.WorkspaceState(one.slug, _state(one.suspended_at))


def settings(one: Partner) -> shapes.PartnerSettings:
    return shapes.PartnerSettings(one.id, one.webhook_url, list(one.origins))


def _state(suspended_at: datetime | None) -> str:
    return "active" if suspended_at is None else "suspended"
