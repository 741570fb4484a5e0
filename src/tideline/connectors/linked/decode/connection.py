"""What the events about the connection say of the number."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tideline.connectors.linked.decode import kinds
from tideline.connectors.linked.protobufs import neonize
from tideline.features.numbers.port import AccountState, StateChanged

_LOCKED_OUT: Final = {
    1: "it was sent to too many people who do not have this number in their contacts",
    2: "too many people blocked it",
    3: "it made too many groups with people who do not have it in their contacts",
    4: "it sent the same message too often",
    5: "it sent too many messages to a broadcast list",
}
_ENDED: Final = {
    2: "The link was ended on the phone.",
    4: "The account is gone from the phone: WhatsApp was deleted there, banned, or moved to another phone.",
    5: "WhatsApp ended the link.",
}


def state_of(kind: int, raw: bytes) -> StateChanged | None:
    """What an event about the connection says about the number; None when that is for others to decide."""
    match kind:
        case kinds.LOGGED_OUT:
            reason = neonize.LoggedOut.FromString(raw).Reason
            return StateChanged(AccountState.UNLINKED, _ENDED.get(reason, _ENDED[5]))
        case kinds.REPLACED:
            return StateChanged(AccountState.REPLACED, "Another program took over the connection of this link.")
        case kinds.BANNED:
            ban = neonize.TemporaryBan.FromString(raw)
            why = _LOCKED_OUT.get(ban.Code)
            sentence = f"WhatsApp locked this number out for a while, because {why}." if why else None
            until = datetime.now(UTC) + timedelta(seconds=_seconds(ban.Expire))
            return StateChanged(AccountState.BANNED, sentence or "WhatsApp locked this number out for a while.", until)
        case kinds.OUTDATED:
            return StateChanged(AccountState.OUTDATED, "WhatsApp does not accept this version of its client any more.")
    return None


def _seconds(expire: int) -> float:
    """How long a ban lasts. Go counts in nanoseconds; more than a year is not believed."""
    seconds = expire / 1e9 if expire > 1e9 else float(expire)
    return min(max(seconds, 0.0), 366 * 86_400.0)
