"""What the Business Platform refuses, in the words of our port. Codes: developers.facebook.com, "Error Codes"."""

import re
from collections.abc import Mapping
from typing import Any, Final

from tideline.features.numbers.port import (
    AccountRestricted,
    ConnectorProblem,
    FailureReason,
    MediaRejected,
    NotLinked,
    RateLimited,
    RecipientLimited,
    RecipientNotOnWhatsApp,
    TemplateRefused,
    UnknownOutcome,
    Unsupported,
    WindowClosed,
)

LONGEST: Final = 1000
NO_CODE: Final = -1
"""Where the platform gives no code; 0 is one of its own."""

_NUMBER: Final = re.compile(r"^\(#\d+\) *")

_BY_CODE: Final[dict[int, type[ConnectorProblem]]] = {
    **dict.fromkeys((0, 3, 10, 102, 190, 463, 467, 131005), NotLinked),
    **dict.fromkeys((4, 17, 32, 613, 80007, 80008, 130429, 131048, 131056, 131057, 133016), RateLimited),
    **dict.fromkeys(
        (368, 130497, 131031, 131037, 131042, 131044, 131045, 131063, 131064, 133006, 133010, 2494055),
        AccountRestricted,
    ),
    **dict.fromkeys((130403, 131021, 131026, 131030), RecipientNotOnWhatsApp),
    **dict.fromkeys((130472, 131049, 131050), RecipientLimited),
    131047: WindowClosed,
    **dict.fromkeys((131052, 131053), MediaRejected),
    131051: Unsupported,
    # The platform says itself that it does not know what went wrong; it may have gone out.
    **dict.fromkeys((1, 2, 131000, 131016, 135000), UnknownOutcome),
}


def kind_of(code: int) -> type[ConnectorProblem] | None:
    """The problem a code stands for; None for one that nobody has told us about."""
    if 200 <= code < 300:
        return NotLinked
    if 132000 <= code < 133000:
        return TemplateRefused
    return _BY_CODE.get(code)


def problem_of(failure: FailureReason, status: int) -> ConnectorProblem:
    """The answer to a call as a problem. A server that broke down while it had our message in hands knows nothing."""
    kind = kind_of(failure.code)
    if kind is None and status == 429:
        kind = RateLimited
    if kind is None or kind is UnknownOutcome:
        kind = UnknownOutcome if status >= 500 else Unsupported
    if kind is Unsupported:
        return Unsupported(_sentence(failure), failure=failure)
    return kind(failure=failure)


def code_of(failure: FailureReason) -> str:
    """The same for a message that was taken first and failed later."""
    return (kind_of(failure.code) or Unsupported).code


def reason_in(error: Any) -> FailureReason:
    """The error object of an answer or of a webhook, whatever is missing in it."""
    if not isinstance(error, Mapping):
        return FailureReason(NO_CODE, "Unknown error")
    inner = error.get("error_data")
    details = inner.get("details") if isinstance(inner, Mapping) else inner
    code = error.get("code")
    return FailureReason(
        code if isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 2**31 else NO_CODE,
        _text(error.get("title")) or _NUMBER.sub("", _text(error.get("message"))) or "Unknown error",
        _text(details) or _text(error.get("error_user_msg")),
    )


def _sentence(failure: FailureReason) -> str:
    said = failure.details or failure.title
    return f"WhatsApp did not take this: {said}"


def _text(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
