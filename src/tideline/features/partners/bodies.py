"""Event bodies: pure functions from a fact to what a partner gets, in the order of the contract's members."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tideline.features.partners.times import iso, last_second
from tideline.features.webhooks import PartnerEvent
from tideline.features.workspaces import Period, Threshold
from tideline.platform.facts import Fact

Body = dict[str, Any]
BY_THE_PARTNER = "partner"

QUOTAS: Mapping[tuple[str, str], PartnerEvent] = {
    ("messages", Threshold.NEAR_FULL): PartnerEvent.MESSAGES_NEAR_FULL,
    ("messages", Threshold.FULL): PartnerEvent.MESSAGES_FULL,
    ("transactions", Threshold.FULL): PartnerEvent.TRANSACTIONS_FULL,
    ("api_calls", Threshold.FULL): PartnerEvent.API_CALLS_FULL,
}
KINDS = frozenset(
    {"WorkspaceSeatsFull", "WorkspaceQuotaReached", "NumberConnected", "NumberDisconnected", "TokenRotated"}
)
"""Facts of other kinds cause nothing; most facts are of other kinds."""


def event_of(fact: Fact) -> PartnerEvent | None:
    """The event that a fact causes, if it causes one."""
    if is_of_business(fact):
        return None
    match fact.kind:
        case "WorkspaceSeatsFull":
            return PartnerEvent.SEATS_FULL
        case "WorkspaceQuotaReached":
            return QUOTAS.get((fact.payload["quota"], fact.payload["threshold"]))
        case "NumberConnected":
            return PartnerEvent.ACCOUNT_CONNECTED
        case "NumberDisconnected":
            return PartnerEvent.ACCOUNT_DISCONNECTED
        case "TokenRotated" if fact.actor.kind == BY_THE_PARTNER:
            return PartnerEvent.TOKEN_ROTATED
    return None


def is_of_business(fact: Fact) -> bool:
    """Business numbers are added by the operator; what partners are told and billed by is phones that were linked."""
    return bool(fact.payload.get("number", {}).get("is_business"))


def body(event: PartnerEvent, fact: Fact, *, slug: str, partner_id: str) -> Body:
    base: Body = {
        "workspace_id": slug,
        "event_type": event.value,
        "partner_id": partner_id,
        "triggered_at": iso(fact.at),
    }
    return base | MEMBERS[event](fact)


def _seats(fact: Fact) -> Body:
    return {"seats_purchased": fact.payload["seats"], "seats_available": 0}


def _period(fact: Fact) -> Body:
    period = Period(*(datetime.fromisoformat(fact.payload[name]) for name in ("period_start", "period_end")))
    return {"current_period_start": iso(period.start), "current_period_end": last_second(period)}


def _messages(fact: Fact) -> Body:
    total, used = fact.payload["total"], fact.payload["used"]
    return {
        "messaging_quota_total": total,
        "messaging_quota_used": used,
        "utilization_pct": min(100, used * 100 // total) if total else 100,
        **_period(fact),
    }


def _api_calls(fact: Fact) -> Body:
    return {"api_calls_limit": fact.payload["total"], "api_calls_used": fact.payload["used"], **_period(fact)}


def _account(fact: Fact) -> Body:
    number = fact.payload["number"]
    return {
        "whatsapp_account_id": number["id"],
        "phone_number_e164": f"+{number['phone']}",
        "user_id": number["owner"]["id"],
    }


def _disconnected(fact: Fact) -> Body:
    reason = fact.payload["number"].get("state_reason")
    return {**_account(fact), "disconnected_at": iso(fact.at), "reason": f"({reason or 'logged out'})"}


def _rotated(fact: Fact) -> Body:
    return {"rotated_at": iso(fact.at)}


MEMBERS: Mapping[PartnerEvent, Callable[[Fact], Body]] = {
    PartnerEvent.SEATS_FULL: _seats,
    PartnerEvent.MESSAGES_NEAR_FULL: _messages,
    PartnerEvent.MESSAGES_FULL: _messages,
    PartnerEvent.TRANSACTIONS_FULL: _period,
    PartnerEvent.API_CALLS_FULL: _api_calls,
    PartnerEvent.ACCOUNT_CONNECTED: _account,
    PartnerEvent.ACCOUNT_DISCONNECTED: _disconnected,
    PartnerEvent.TOKEN_ROTATED: _rotated,
}
