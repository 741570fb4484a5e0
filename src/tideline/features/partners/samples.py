"""Facts that never happened, for deliveries with which an operator tries a partner's receiver. No I/O."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tideline.features.webhooks import PartnerEvent
from tideline.platform.facts import Actor, Fact

NUMBER: Final = {"id": 0, "phone": "12025550143", "state_reason": None, "owner": {"id": 0}}
PERIOD: Final = {"period_start": "2026-03-02T00:00:00+00:00", "period_end": "2026-04-02T00:00:00+00:00"}


def _quota(quota: str, threshold: str, total: int, used: int) -> tuple[str, dict[str, Any]]:
    told = {"quota": quota, "threshold": threshold, "total": total, "used": used, **PERIOD}
    return "WorkspaceQuotaReached", told


SAMPLES: Final[Mapping[PartnerEvent, tuple[str, dict[str, Any]]]] = {
    PartnerEvent.SEATS_FULL: ("WorkspaceSeatsFull", {"seats": 3}),
    PartnerEvent.MESSAGES_NEAR_FULL: _quota("messages", "near_full", 1500, 1350),
    PartnerEvent.MESSAGES_FULL: _quota("messages", "full", 1500, 1500),
    PartnerEvent.TRANSACTIONS_FULL: _quota("transactions", "full", 1000, 1000),
    PartnerEvent.API_CALLS_FULL: _quota("api_calls", "full", 100_000, 100_000),
    PartnerEvent.ACCOUNT_CONNECTED: ("NumberConnected", {"number": NUMBER}),
    PartnerEvent.ACCOUNT_DISCONNECTED: ("NumberDisconnected", {"number": NUMBER}),
    PartnerEvent.TOKEN_ROTATED: ("TokenRotated", {"teammate_id": 0}),
}


def sample(event: PartnerEvent, workspace_id: int, at: datetime) -> Fact:
    kind, payload = SAMPLES[event]
    return Fact(workspace_id, 0, 0, kind, 1, at, Actor("partner"), None, payload)
