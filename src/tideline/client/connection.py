"""Sends calls and fetches files, in programs that wait for each answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from tideline.client import answers, uploads
from tideline.client.calls import Call
from tideline.client.downloads import Download
from tideline.client.target import Outcome, Target, outcome_of, settled

T = TypeVar("T")


class Connection:
    """What the clients that wait are made of."""

    def __init__(self, target: Target, http: httpx2.Client | None) -> None:
        self._target = target
        self._http = http or httpx2.Client()
        self._is_own = http is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; those of an HTTP client that was handed in stay open."""
        if self._is_own:
            self._http.close()

    def send(self, call: Call[T]) -> T:
        """Carry out a call of one's own making."""
        return answers.read(call, self._until_settled(lambda: self._attempt(call), may_repeat=call.may_repeat))

    @contextmanager
    def download(self, link: str) -> Iterator[Download]:
        """The file behind a link in an answer or event, piece by piece."""
        response = self._until_settled(lambda: self._open(link), may_repeat=True)
        try:
            if not response.is_success:
                response.read()
                raise answers.refusal(response)
            yield Download(response)
        finally:
            response.close()

    def save(self, link: str, path: "str | PathLike[str]") -> int:
        """Write the file behind a link to the disk; the number of its bytes."""
        with self.download(link) as download:
            return download.save(path)

    def _attempt(self, call: Call[Any]) -> httpx2.Response:
        with uploads.opened(call.file) as file:
            return self._http.send(self._target.request(self._http, call, file))

    def _open(self, link: str) -> httpx2.Response:
        request = self._target.download_request(self._http, link)
        return self._http.send(request, stream=True, follow_redirects=True)

    def _until_settled(self, attempt: Callable[[], httpx2.Response], *, may_repeat: bool) -> httpx2.Response:
        for number in count(1):
            outcome = _outcome(attempt)
            pause = self._target.pause(number, outcome, may_repeat=may_repeat)
            if pause is None:
                break
            if isinstance(outcome, httpx2.Response):
                outcome.close()
            time.sleep(pause)
        return settled(outcome)


def _outcome(attempt: Callable[[], httpx2.Response]) -> Outcome:
    try:
        return attempt()
    except httpx2.RequestError as error:
        return outcome_of(error)
