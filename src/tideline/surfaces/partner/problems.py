"""How errors look on this surface: `{error, status, description}`, and one other shape for those who ask too often."""

from collections.abc import Mapping, Sequence

import msgspec

from tideline.platform.contract.faults import BadFields, BadText, Fault, FieldError, TooLarge
from tideline.platform.errors import Problem

LONGEST = 400


class Refusal(Exception):
    """An answer other than success, ready for the wire."""

    def __init__(self, status: int, error: str, description: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.headers = headers or {}

    def body(self) -> bytes:
        return msgspec.json.encode({"error": self.error, "status": self.status, "description": self.description})


class TooManyRequests(Refusal):
    """The contract's rate limiter stands in front of all APIs and has a shape of its own."""

    def __init__(self) -> None:
        super().__init__(429, "Too Many Requests", "", headers={"retry-after": "1"})

    def body(self) -> bytes:
        message = "Too many requests from this address; try again shortly."
        return msgspec.json.encode({"error": self.error, "message": message})


def invalid(description: str, *, headers: Mapping[str, str] | None = None) -> Refusal:
    return Refusal(400, "invalid_request", description, headers=headers)


def invalid_field(name: str, msg: str) -> Refusal:
    return invalid(_sentence([FieldError((name,), msg)]))


def unknown_path() -> Refusal:
    return Refusal(404, "invalid_request", "There is nothing at this address.")


def wrong_method(allowed: Sequence[str]) -> Refusal:
    return Refusal(
        405, "method_not_allowed", f"Use {' or '.join(allowed)} here.", headers={"allow": ", ".join(allowed)}
    )


def internal(request_id: str) -> Refusal:
    sentence = "Something went wrong on our side."
    return Refusal(500, "internal_error", sentence, headers={"x-request-id": request_id})


def of_fault(fault: Fault) -> Refusal:
    match fault:
        case BadFields():
            return invalid(_sentence(fault.errors))
        case BadText():
            return invalid(f"{fault}.")
        case TooLarge():
            return invalid("The body is too large.", headers={"connection": "close"})
    return invalid("The body took too long to arrive.", headers={"connection": "close"})


def refusal_of(problem: Problem) -> Refusal:
    """The wire form of a situation that a feature names; a rule that was broken, unless the table says otherwise."""
    status, error = STATUSES.get(problem.code, (400, "invalid_request"))
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    message = problem.message
    return Refusal(status, error, message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…", headers=headers)


STATUSES = {
    "missing_header": (401, "missing_header"),
    "partner_not_found": (401, "partner_not_found"),
    "token_not_readable": (401, "token_decode_error"),
    "invalid_signature": (401, "invalid_signature"),
    "missing_claim": (401, "missing_claim"),
    "token_not_active": (401, "token_not_active"),
    "timestamp_out_of_range": (401, "timestamp_out_of_range"),
    "partner_not_active": (403, "partner_not_active"),
    "workspace_billed_directly": (403, "workspace_billing_managed"),
    "workspace_not_found": (404, "workspace_not_found"),
    "workspace_not_owned": (404, "workspace_not_owned_by_partner"),
    "user_not_found": (404, "user_not_found"),
    "user_not_in_workspace": (404, "user_not_in_workspace"),
    "user_not_active": (409, "user_not_active"),
    "not_active": (409, "user_not_active"),
    "permission_denied": (409, "user_not_active"),
    "no_seat_left": (409, "seats_full"),
    "slug_taken": (409, "workspace_creation_failed"),
    "key_not_here": (500, "internal_error"),
    "not_decrypted": (500, "internal_error"),
}


def _sentence(errors: Sequence[FieldError]) -> str:
    """Which fields are wrong and why, in a row."""
    said = "; ".join(f"{'.'.join(one.fields) or 'The body'} {one.msg}" for one in errors)
    return f"{said[:LONGEST]}."
