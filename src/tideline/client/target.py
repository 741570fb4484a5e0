"""Where a client's requests go, and what is the same for all of them, whether they are awaited or not."""

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx2

from tideline import __version__
from tideline.client.answers import retry_after
from tideline.client.calls import Call
from tideline.client.errors import NotReached, UnexpectedAnswer
from tideline.client.retries import Retries, Trouble, trouble_of
from tideline.client.uploads import Source

USER_AGENT = f"tideline-client/{__version__} python/{platform.python_version()} httpx2/{httpx2.__version__}"
CONNECTING_SECONDS = 10.0
# nothing was written to the server yet
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)

Outcome: TypeAlias = httpx2.Response | NotReached


@dataclass(frozen=True, slots=True)
class Target:
    """One API of one Tideline, as one caller."""

    base_url: str
    """With the path that all of the API's operations begin with."""
    credentials: Callable[[], Mapping[str, str]] = field(repr=False)
    """Headers that say who calls, asked for anew for each attempt."""
    timeout: float
    retries: Retries

    def request(
        self, http: httpx2.Client | httpx2.AsyncClient, call: Call[Any], file: tuple[str, Source] | None
    ) -> httpx2.Request:
        """One attempt. The body is the same in each of them, byte for byte."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **self.credentials()}
        if call.key is not None:
            headers["Idempotency-Key"] = call.key
        return http.build_request(
            call.method,
            self.base_url + call.path,
            params={name: _in_query(value) for name, value in call.query.items()},
            timeout=self._patience(call.takes),
            **_body(call, file, headers),
        )

    def download_request(self, http: httpx2.Client | httpx2.AsyncClient, link: str) -> httpx2.Request:
        """Links are signed, and may lead to another server, which shall not see who calls here."""
        return http.build_request("GET", link, headers={"User-Agent": USER_AGENT}, timeout=self._patience())

    def pause(self, attempt: int, outcome: Outcome, *, may_repeat: bool) -> float | None:
        """Seconds to wait before the next attempt; None when this outcome is the last word."""
        trouble = _trouble(outcome)
        if trouble is None:
            return None
        wait = self.retries.wait(attempt, trouble, may_repeat=may_repeat)
        return None if wait is None else wait.total_seconds()

    def _patience(self, takes: float = 0) -> httpx2.Timeout:
        return httpx2.Timeout(self.timeout + takes, connect=min(self.timeout, CONNECTING_SECONDS))


def _body(call: Call[Any], file: tuple[str, Source] | None, headers: dict[str, str]) -> dict[str, Any]:
    if file is not None:
        return {"data": call.form or {}, "files": {"file": file}, "headers": headers}
    if call.body is None:
        return {"headers": headers}
    raw = json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return {"content": raw, "headers": {**headers, "Content-Type": "application/json"}}


def _in_query(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def outcome_of(error: httpx2.RequestError) -> NotReached:
    """What an attempt without an answer came to. An answer that leads round in circles, or whose body is garbled, is
    raised as what it is: it would be no other one the next time."""
    said = str(error) or type(error).__name__
    if not isinstance(error, httpx2.TransportError):
        raise UnexpectedAnswer(said) from error
    problem = NotReached(f"no answer from Tideline: {said}", may_be_done=not isinstance(error, NOT_SENT))
    problem.__cause__ = error
    return problem


def settled(outcome: Outcome) -> httpx2.Response:
    """The answer that an outcome is, or the reason why there is none, raised."""
    if isinstance(outcome, NotReached):
        raise outcome
    return outcome


def _trouble(outcome: Outcome) -> Trouble | None:
    if isinstance(outcome, NotReached):
        return Trouble(may_be_done=outcome.may_be_done)
    return trouble_of(outcome.status_code, retry_after(outcome))
