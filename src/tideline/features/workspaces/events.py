"""What has happened to workspaces, teammates, tokens and credits. Payloads never hold a secret."""

from collections.abc import Mapping, Sequence
from typing import Any

from tideline.features.workspaces.model import Purpose, Teammate, TeammateId, Workspace
from tideline.features.workspaces.periods import Taken, Threshold
from tideline.platform.facts import NewFact


def workspace_created(workspace: Workspace, owner: Teammate) -> NewFact:
    return NewFact(
        "WorkspaceCreated",
        {
            "slug": workspace.slug,
            "display_name": workspace.display_name,
            "plan": workspace.plan,
            "zone": workspace.zone,
            "owner": teammate_snapshot(owner),
        },
    )


def team_created(title: str) -> NewFact:
    return NewFact("TeamCreated", {"team": title})


def team_renamed(before: str, title: str) -> NewFact:
    return NewFact("TeamRenamed", {"team": title, "before": before})


def team_removed(title: str) -> NewFact:
    return NewFact("TeamRemoved", {"team": title})


def teammate_invited(teammate: Teammate) -> NewFact:
    return _about("TeammateInvited", teammate)


def teammate_joined(teammate: Teammate) -> NewFact:
    return _about("TeammateJoined", teammate)


def teammate_changed(before: Teammate, teammate: Teammate) -> NewFact:
    """Another role or team; the fact tells the former ones too."""
    return NewFact(
        "TeammateChanged",
        {"teammate": teammate_snapshot(teammate), "before": {"role": before.role.value, "team": before.team}},
    )


def teammate_renamed(teammate: Teammate, *, before: str) -> NewFact:
    return NewFact("TeammateRenamed", {"teammate": teammate_snapshot(teammate), "before": before})


def teammate_suspended(teammate: Teammate) -> NewFact:
    return _about("TeammateSuspended", teammate)


def teammate_restored(teammate: Teammate) -> NewFact:
    return _about("TeammateRestored", teammate)


def teammate_removed(teammate: Teammate) -> NewFact:
    return _about("TeammateRemoved", teammate)


def signed_in(teammate: Teammate, how: str) -> NewFact:
    return NewFact("TeammateSignedIn", {"teammate": teammate_snapshot(teammate), "how": how})


def signed_out(teammate: Teammate, *, everywhere: bool) -> NewFact:
    return NewFact("TeammateSignedOut", {"teammate": teammate_snapshot(teammate), "everywhere": everywhere})


def sign_in_refused(teammate: Teammate, why: str) -> NewFact:
    return NewFact("TeammateSignInRefused", {"teammate": teammate_snapshot(teammate), "why": why})


def password_changed(teammate: Teammate, how: str) -> NewFact:
    return NewFact("TeammatePasswordChanged", {"teammate": teammate_snapshot(teammate), "how": how})


def link_made(teammate: Teammate, purpose: Purpose) -> NewFact:
    """A link that opens the account: to sign in once, or to choose a new password."""
    return NewFact("TeammateLinkMade", {"teammate": teammate_snapshot(teammate), "purpose": purpose.value})


def operator_changed(teammate: Teammate, *, is_operator: bool) -> NewFact:
    return NewFact("TeammateOperatorChanged", {"teammate": teammate_snapshot(teammate), "is_operator": is_operator})


def token_created(teammate_id: TeammateId) -> NewFact:
    return NewFact("TokenCreated", {"teammate_id": teammate_id})


def token_rotated(teammate_id: TeammateId) -> NewFact:
    return NewFact("TokenRotated", {"teammate_id": teammate_id})


def quota_reached(taken: Taken, threshold: Threshold) -> NewFact:
    return NewFact(
        "WorkspaceQuotaReached",
        {
            "quota": taken.kind.value,
            "threshold": threshold.value,
            "total": taken.total,
            "used": taken.used,
            "period_start": taken.period.start.isoformat(),
            "period_end": taken.period.end.isoformat(),
        },
    )


def seats_full(seats: int) -> NewFact:
    return NewFact("WorkspaceSeatsFull", {"seats": seats})


def workspace_changed(workspace: Workspace, before: Workspace, changed: Sequence[str]) -> NewFact:
    """Another name, zone or number of seats, or suspended, or open again."""
    return NewFact(
        "WorkspaceChanged", {**_settings(workspace), "before": _settings(before), "changed": sorted(changed)}
    )


def _settings(workspace: Workspace) -> dict[str, Any]:
    return {
        "display_name": workspace.display_name,
        "zone": workspace.zone,
        "seats": workspace.seats,
        "suspended": workspace.suspended_at is not None,
    }


def quotas_changed(before: Mapping[str, int], quotas: Mapping[str, int]) -> NewFact:
    return NewFact("WorkspaceQuotasChanged", {"quotas": dict(quotas), "before": dict(before)})


def balance_topped_up(amount: int, remaining: int) -> NewFact:
    return NewFact("BalanceToppedUp", {"credits": amount, "remaining": remaining})


def teammate_snapshot(teammate: Teammate) -> dict[str, Any]:
    """A teammate as facts carry it."""
    return {
        "id": teammate.id,
        "email": teammate.email,
        "display_name": teammate.display_name,
        "role": teammate.role.value,
        "team": teammate.team,
        "status": teammate.status.value,
    }


def _about(kind: str, teammate: Teammate) -> NewFact:
    return NewFact(kind, {"teammate": teammate_snapshot(teammate)})
