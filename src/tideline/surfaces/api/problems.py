"""How errors look on this surface: status, error code, message, and the list of bad fields where there is one."""

from collections.abc import Mapping, Sequence

import msgspec

from tideline.platform.contract.faults import BadFields, BadText, Fault, FieldError, TooLarge
from tideline.platform.errors import Problem

ECHO = 100
"""An answer repeats no more than this much of what the caller sent."""
LONGEST = 400


class Refusal(Exception):
    """An answer other than success, ready for the wire."""

    def __init__(
        self,
        status: int,
        error_code: str,
        message: str,
        *,
        errors: Sequence[FieldError] = (),
        error: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message
        self.errors = errors
        self.error = error
        self.headers = headers or {}

    def body(self) -> bytes:
        answer: dict[str, object] = {"status": "error", "message": self.message, "error_code": self.error_code}
        if self.error:
            answer["error"] = self.error
        if self.errors:
            answer["errors"] = self.errors
        return msgspec.json.encode(answer)


def invalid(errors: Sequence[FieldError]) -> Refusal:
    """Fields that break the contract's schema, all of them."""
    return Refusal(400, "validation_error", "Validation error", errors=errors)


def invalid_field(name: str, msg: str) -> Refusal:
    return invalid([FieldError((name,), msg)])


def refused(message: str) -> Refusal:
    """Well-formed, but against a rule."""
    return Refusal(400, "validation_error", message)


def too_large(message: str = "Request body is too large") -> Refusal:
    # the rest of the body is not waited for, so the connection cannot be used again
    return Refusal(413, "validation_error", message, headers={"connection": "close"})


def too_slow() -> Refusal:
    return Refusal(400, "validation_error", "Request body took too long to arrive", headers={"connection": "close"})


def missing(sentence: str, named: object) -> Refusal:
    return Refusal(404, "not_found", f"{sentence.replace('#', _quoted(named))} not found")


def chat_missing(chat_id: object) -> Refusal:
    return missing("Whatsapp chat_id #", chat_id)


def message_missing(uid: object) -> Refusal:
    return missing("Message uid #", uid)


def file_missing(uid: object) -> Refusal:
    return missing("File uid #", uid)


def wrong_phone(phone: object) -> Refusal:
    return refused(f"Wrong phone number {_quoted(phone)}")


def unknown_path() -> Refusal:
    return Refusal(404, "not_found", "Not found")


def wrong_method(allowed: Sequence[str]) -> Refusal:
    return Refusal(405, "not_supported", "Method not allowed", headers={"allow": ", ".join(allowed)})


def not_built() -> Refusal:
    return Refusal(405, "not_supported", "This server does not offer this operation yet")


def no_token() -> Refusal:
    return Refusal(401, "missing_credentials", "No API token provided.", headers={"www-authenticate": "Bearer"})


def too_many_requests() -> Refusal:
    return Refusal(
        429,
        "rate_limit_exceeded",
        "Rate limit exceeded, retry later",
        error="Too Many Requests",
        headers={"retry-after": "1"},
    )


def internal(request_id: str) -> Refusal:
    return Refusal(500, "internal_error", "Internal server error", headers={"x-request-id": request_id})


def of_fault(fault: Fault) -> Refusal:
    """The wire form of a request that cannot be read."""
    match fault:
        case BadFields():
            return invalid(fault.errors)
        case BadText():
            return refused(str(fault))
        case TooLarge():
            return too_large()
    return too_slow()


def refusal_of(problem: Problem) -> Refusal:
    """The wire form of a situation that a feature names; a rule that was broken, unless the table says otherwise."""
    status, error_code = STATUSES.get(problem.code, (400, "validation_error"))
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if status == 507:
        # it may have come in the middle of a body whose rest is not waited for
        headers["connection"] = "close"
    if status == 429 and "retry_after" in problem.details:
        headers["retry-after"] = str(problem.details["retry_after"])
    return Refusal(status, error_code, _shortened(problem.message), headers=headers)


STATUSES = {
    "media_busy": (429, "rate_limit_exceeded"),
    "too_many_downloads": (429, "rate_limit_exceeded"),
    "invalid_token": (401, "invalid_token"),
    "workspace_not_found": (401, "invalid_token"),
    "member_not_found": (403, "member_not_found"),
    "workspace_suspended": (403, "permission_denied"),
    "insufficient_scope": (403, "insufficient_scope"),
    "template_not_yours": (403, "permission_denied"),
    "permission_denied": (403, "permission_denied"),
    "owner_stays": (403, "permission_denied"),
    "no_seat_left": (403, "quota_exceeded"),
    "sending_quota_exceeded": (403, "quota_exceeded"),
    "too_many_webhooks": (403, "quota_exceeded"),
    "chat_not_found": (404, "not_found"),
    "message_not_found": (404, "not_found"),
    "file_not_found": (404, "not_found"),
    "template_not_found": (404, "not_found"),
    "webhook_not_found": (404, "not_found"),
    "delivery_not_found": (404, "not_found"),
    "business_account_not_found": (404, "not_found"),
    "business_template_not_found": (404, "not_found"),
    "analytics_not_found": (404, "not_found"),
    "business_account_exists": (409, "conflict"),
    "phone_already_linked": (409, "conflict"),
    "business_number_inactive": (409, "account_inactive"),
    "template_not_approved": (409, "template_not_approved"),
    "template_wrong_waba": (409, "template_wrong_waba"),
    "window_is_closed": (409, "service_window_closed"),
    "template_variables_mismatch": (422, "template_variables_mismatch"),
    "other_kind_of_number": (405, "not_supported"),
    "delivery_under_way": (409, "conflict"),
    "cursor_expired": (410, "cursor_expired"),
    "assignee_not_found": (404, "not_found"),
    "teammate_not_found": (404, "not_found"),
    "team_not_found": (404, "not_found"),
    "invitation_accepted": (409, "conflict"),
    "team_exists": (409, "conflict"),
    "team_in_use": (409, "conflict"),
    "default_team_stays": (409, "conflict"),
    "not_active": (409, "conflict"),
    "idempotency_conflict": (409, "idempotency_conflict"),
    "api_calls_used_up": (429, "quota_exceeded"),
    "file_too_large": (413, "validation_error"),
    "remote_too_large": (413, "validation_error"),
    "file_store_away": (500, "internal_error"),
    "workspace_full": (507, "storage_full"),
    "disk_full": (507, "storage_full"),
    "send_queue_closed": (500, "internal_error"),
}


def _quoted(value: object) -> str:
    return f'"{str(value)[:ECHO]}"'


def _shortened(message: str) -> str:
    """Problems repeat what was typed, and that may have been a whole book."""
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
