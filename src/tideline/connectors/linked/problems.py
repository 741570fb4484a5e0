"""What the client library says when something fails, as problems of the port. It says so in sentences only."""

import re
from typing import Final

from tideline.features.numbers.port import (
    AccountRestricted,
    ColdContactBlocked,
    ConnectorProblem,
    MediaRejected,
    Offline,
    RateLimited,
    RecipientNotOnWhatsApp,
    UnknownOutcome,
    Unsupported,
)

_REFUSED: Final[dict[int, type[ConnectorProblem]]] = {
    401: AccountRestricted,
    403: RecipientNotOnWhatsApp,
    404: RecipientNotOnWhatsApp,
    406: RecipientNotOnWhatsApp,
    413: MediaRejected,
    429: RateLimited,
    463: ColdContactBlocked,
    503: Offline,
}
"""Errors that the server acknowledges a message with: it did not take it."""

_SAID: Final[tuple[tuple[str, type[ConnectorProblem]], ...]] = (
    # Before anything was sent.
    (r"no LID found|not on whatsapp|is not a valid", RecipientNotOnWhatsApp),
    (r"failed to get group (members|info)|item-not-found|not-authorized|not a participant", RecipientNotOnWhatsApp),
    (r"rate-overlimit", RateLimited),
    (r"not logged in|websocket not connected|client is nil|store doesn't contain|no such host|dial", Offline),
    (r"failed to (get|fetch|refresh|query|prefetch) .*(device|prekey|usync|media|lid)|usync", Offline),
    (r"failed to (upload|encrypt)", Offline),
)

_SHOWS_NONE: Final = re.compile(
    r"does not have a profile picture|hidden their profile picture|item-not-found|not-authorized"
)


def shows_none(said: str) -> bool:
    """Is there no picture, or none that this number may see?"""
    return bool(_SHOWS_NONE.search(said))


def problem_of(said: str) -> ConnectorProblem:
    """Whatever cannot be told apart from a message that may have arrived is an unknown outcome."""
    refused = re.search(r"server returned error (\d+)", said)
    if refused:
        code = int(refused[1])
        found = _REFUSED.get(code)
        return found() if found else Unsupported(f"WhatsApp refused the message (error {code}).")
    for pattern, found in _SAID:
        if re.search(pattern, said, re.IGNORECASE):
            return found()
    return UnknownOutcome()
