"""What can go wrong when Tideline is called. The contract's codes, each with a class of its own, are in `refusals`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar


class TidelineError(Exception):
    """Whatever this package raises on purpose."""


class NotReached(TidelineError):
    """No answer came: no connection, a connection that broke, or too long a wait."""

    def __init__(self, message: str, *, may_be_done: bool) -> None:
        super().__init__(message)
        self.may_be_done = may_be_done
        """Whether the request may have been carried out all the same."""


class UnexpectedAnswer(TidelineError):
    """An answer that is not what the contract says; something else than Tideline may listen there."""


class NotAnEvent(TidelineError):
    """A body that is no event of Tideline."""


class NotGenuine(TidelineError):
    """A webhook request that does not come from Tideline, was changed on its way, or is too old."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field of the request."""

    fields: tuple[str, ...]
    msg: str


class Refused(TidelineError):
    """An answer other than success. Each code of the contracts has a class of its own to catch."""

    known_as: ClassVar[str] = ""
    """The contract's code, in the classes that belong to one."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: timedelta | None = None,
        request_id: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}" if code else f"{status}: {message}")
        self.status = status
        self.code = code
        """`error_code` of the Public API, `error` of the Partner API; empty where the answer has none."""
        self.message = message
        self.errors = tuple(errors)
        """The fields that were wrong, all of them."""
        self.retry_after = retry_after
        self.request_id = request_id
        """What to look for in the server's log."""
        self.body = body or {}
        """The whole answer."""
