"""What can go wrong with numbers, in the user's words."""

from datetime import timedelta
from math import ceil

from tideline.platform.errors import Problem


class NumberNotFound(Problem):
    code = "number_not_found"
    message = "This WhatsApp number is not in the workspace."


class NumberOffline(Problem):
    code = "number_offline"
    message = "This WhatsApp number is not connected right now."


class NoConnectedNumber(Problem):
    code = "no_connected_number"
    message = "No WhatsApp number of this workspace is connected right now."


class NumberGone(Problem):
    code = "number_gone"
    message = "The link to this WhatsApp number has ended. Link the phone again first."


class PhoneAlreadyLinked(Problem):
    code = "phone_already_linked"
    message = "This phone is already linked to this workspace."

    def __init__(self, is_paused: bool = False) -> None:
        super().__init__("This phone is already linked here, but paused. Resume it instead." if is_paused else None)


class PairingNotFound(Problem):
    code = "pairing_not_found"
    message = "This attempt to link a phone does not exist any more."


class PairingClosed(Problem):
    code = "pairing_closed"
    message = "This attempt to link a phone has already ended."


class TooManyLinkingAttempts(Problem):
    """Says in `retry_after` after how many seconds the next attempt may be begun."""

    code = "too_many_linking_attempts"
    message = "Phones were linked, or tried to, too often in this workspace in the last hour. Try again later."


class PhoneNeeded(Problem):
    code = "phone_needed"
    message = "Linking by code needs the number of the phone."


class QrLinkOver(Problem):
    code = "qr_link_over"
    message = "This link does not work any more. Ask whoever sent it for a new one."


class TooManyCodes(Problem):
    """Carries `details["retry_after"]`, in whole seconds."""

    code = "too_many_codes"
    message = "Too many codes were asked for through this link. Try again later."

    def __init__(self, wait: timedelta = timedelta()) -> None:
        super().__init__(retry_after=max(1, ceil(wait.total_seconds())))


class LeaseLost(Problem):
    """Another gateway owns the number now; what the old one had in hand must not be stored."""

    code = "lease_lost"
    message = "Another gateway has taken over this number."
