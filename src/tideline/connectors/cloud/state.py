"""The state of a business number as the platform shows it, and as it waits in a mailbox. No I/O."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tideline.features.numbers.port import AccountState, StateChanged


class _Stored(msgspec.Struct, omit_defaults=True):
    state: AccountState
    reason: str | None = None
    until: datetime | None = None


def dump(changed: StateChanged) -> bytes:
    return msgspec.json.encode(_Stored(changed.state, changed.reason, changed.until))


def load(body: bytes) -> StateChanged:
    stored = msgspec.json.decode(body, type=_Stored)
    return StateChanged(stored.state, stored.reason, stored.until)


_STATUSES = {
    "BANNED": StateChanged(AccountState.BANNED, "WhatsApp has disabled the business account."),
    "DELETED": StateChanged(AccountState.UNLINKED, "The number was deleted from the business account."),
    "DISCONNECTED": StateChanged(AccountState.OFFLINE, "The number is not registered on the Business Platform."),
}


def seen(number: Mapping[str, Any]) -> StateChanged:
    """What `GET /{phone number id}` says of the number. A number that is flagged, or may only answer, goes on; one that
    can send nothing is restricted."""
    status = number.get("status")
    if isinstance(status, str) and status.upper() in _STATUSES:
        return _STATUSES[status.upper()]
    health = number.get("health_status")
    if isinstance(health, Mapping) and health.get("can_send_message") == "BLOCKED":
        return StateChanged(AccountState.RESTRICTED, "WhatsApp lets this number send no messages.")
    return StateChanged(AccountState.ONLINE)
