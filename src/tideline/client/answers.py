"""Reads answers: the model that was asked for, or an exception that says why there is none."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from httpx2 import Response

from tideline.client.calls import Call
from tideline.client.decoding import NotAsExpected, decode
from tideline.client.errors import FieldError, Refused, UnexpectedAnswer
from tideline.client.refusals import BY_CODE
from tideline.client.retries import read_retry_after

T = TypeVar("T")

RATE_LIMIT = "rate_limit_exceeded"
LONGEST_TEXT = 200


def read(call: Call[T], response: Response) -> T:
    """The answer of a call whose response was read to its end."""
    if not response.is_success:
        raise refusal(response)
    whole = _json(response)
    try:
        if call.answer is type(None):
            return call.answer()
        return decode(call.answer, whole if call.under is None else _member(whole, call.under), call.under or "")
    except NotAsExpected as error:
        raise UnexpectedAnswer(f"{call.method} {call.path}: {error}") from None


def refusal(response: Response) -> Refused:
    """The exception for an answer other than success, in either API's shape, or from something in between."""
    body = _object(response)
    code = _code(response.status_code, body)
    kind = BY_CODE.get(code, Refused)
    return kind(
        response.status_code,
        code,
        _first_text(body, "message", "description") or response.text[:LONGEST_TEXT] or response.reason_phrase,
        errors=_field_errors(body.get("errors")),
        retry_after=retry_after(response),
        request_id=response.headers.get("X-Request-Id"),
        body=body,
    )


def retry_after(response: Response) -> timedelta | None:
    return read_retry_after(response.headers.get("Retry-After"))


def _json(response: Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        place = f"{response.request.method} {response.request.url.path}"
        raise UnexpectedAnswer(f"{place} answered {response.status_code} with something that is no JSON") from None


def _object(response: Response) -> Mapping[str, Any]:
    try:
        found = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _member(whole: Any, name: str) -> Any:
    if not isinstance(whole, dict) or name not in whole:
        raise NotAsExpected(f"the answer lacks {name!r}")
    return whole[name]


def _code(status: int, body: Mapping[str, Any]) -> str:
    if status == 429 and "error_code" not in body:
        return RATE_LIMIT
    return _first_text(body, "error_code", "error")


def _first_text(body: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := body.get(name), str) and value), "")


def _field_errors(raw: Any) -> list[FieldError]:
    entries = [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
    return [FieldError(_names(one.get("fields")), str(one.get("msg", ""))) for one in entries]


def _names(raw: Any) -> tuple[str, ...]:
    return tuple(map(str, raw)) if isinstance(raw, list) else ()
