"""What can go wrong when a connector is asked for something."""

from typing import Any, ClassVar

from tideline.features.numbers.port.events import FailureReason
from tideline.platform.errors import Problem


class ConnectorProblem(Problem):
    """The base of what a connector may raise. `is_final` says whether trying again is in vain, `failure` what the
    Business Platform said."""

    is_final: ClassVar[bool] = True

    def __init__(self, message: str | None = None, *, failure: FailureReason | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.failure = failure


class NotLinked(ConnectorProblem):
    code = "not_linked"
    message = "This number is no longer linked to Tideline."


class Offline(ConnectorProblem):
    code = "offline"
    message = "The number has no connection to WhatsApp right now."
    is_final = False


class RecipientNotOnWhatsApp(ConnectorProblem):
    code = "recipient_not_on_whatsapp"
    message = "The recipient is not on WhatsApp."


class ColdContactBlocked(ConnectorProblem):
    """May carry `until` among its details, where WhatsApp says it."""

    code = "cold_contact_blocked"
    message = "WhatsApp does not let this number write to people it has not talked with for a while."


class RateLimited(ConnectorProblem):
    code = "rate_limited"
    message = "WhatsApp asks this number to slow down."
    is_final = False


class AccountRestricted(ConnectorProblem):
    code = "account_restricted"
    message = "WhatsApp has restricted this number."


class MediaRejected(ConnectorProblem):
    code = "media_rejected"
    message = "WhatsApp did not take the file."


class WindowClosed(ConnectorProblem):
    code = "service_window_closed"
    message = "The customer wrote more than a day ago. Until they write again only a template may be sent."


class TemplateRefused(ConnectorProblem):
    code = "template_refused"
    message = "WhatsApp did not take the template as it was sent."


class RecipientLimited(ConnectorProblem):
    code = "recipient_limited"
    message = "WhatsApp keeps this person from getting more messages of this kind for now."


class Unsupported(ConnectorProblem):
    code = "unsupported"
    message = "This kind of number cannot do that."


class UnknownOutcome(ConnectorProblem):
    code = "unknown_outcome"
    message = "Nobody can say whether WhatsApp took the message."


SEND_PROBLEMS: dict[str, type[ConnectorProblem]] = {
    problem.code: problem
    for problem in (
        NotLinked, Offline, RecipientNotOnWhatsApp, ColdContactBlocked, RateLimited,
        AccountRestricted, MediaRejected, WindowClosed, TemplateRefused, RecipientLimited, Unsupported, UnknownOutcome,
    )
}  # fmt: skip
