"""What has happened to numbers, as it is kept in the log of facts."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tideline.features.numbers.model import Change, Number
from tideline.platform.facts import NewFact


def snapshot(number: Number) -> dict[str, Any]:
    """A number as facts carry it. Whoever tells others about it renders their words from this."""
    told: dict[str, Any] = {
        "id": number.id,
        "kind": number.kind.value,
        "is_business": number.is_business,
        "phone": number.phone,
        "jid": number.jid,
        "account_name": number.account_name,
        "state": number.state.value,
        "state_reason": number.state_reason,
        "state_until": number.state_until.isoformat() if number.state_until else None,
        "no_new_chats_until": number.no_new_chats_until.isoformat() if number.no_new_chats_until else None,
        "state_at": number.state_at.isoformat(),
        "connected_at": number.connected_at.isoformat(),
        "owner": {"id": number.owner.id, "name": number.owner.name, "email": number.owner.email},
    }
    if number.platform is not None:
        told["platform"] = asdict(number.platform)
    return told


def tell_with(recorded: Iterable[NewFact], number: Number) -> None:
    """What the same transaction has recorded about this number is told with what is known of it by now."""
    for one in recorded:
        if one.payload.get("number", {}).get("id") == number.id:
            one.payload["number"] = snapshot(number)


def fact(change: Change) -> NewFact:
    return NewFact(change.fact.value, {"number": snapshot(change.number), "state_before": change.before.value})
