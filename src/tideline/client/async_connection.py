"""Sends calls and fetches files, in programs that await each answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from tideline.client import answers, uploads
from tideline.client.calls import Call
from tideline.client.downloads import AsyncDownload
from tideline.client.target import Outcome, Target, outcome_of, settled

T = TypeVar("T")


class AsyncConnection:
    """What the clients that await are made of."""

    def __init__(self, target: Target, http: httpx2.AsyncClient | None) -> None:
        self._target = target
        self._http = http or httpx2.AsyncClient()
        self._is_own = http is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; those of an HTTP client that was handed in stay open."""
        if self._is_own:
            await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """Carry out a call of one's own making."""
        return answers.read(call, await self._until_settled(lambda: self._attempt(call), may_repeat=call.may_repeat))

    @asynccontextmanager
    async def download(self, link: str) -> AsyncIterator[AsyncDownload]:
        """The file behind a link in an answer or event, piece by piece."""
        response = await self._until_settled(lambda: self._open(link), may_repeat=True)
        try:
            if not response.is_success:
                await response.aread()
                raise answers.refusal(response)
            yield AsyncDownload(response)
        finally:
            await response.aclose()

    async def save(self, link: str, path: "str | PathLike[str]") -> int:
        """Write the file behind a link to the disk; the number of its bytes."""
        async with self.download(link) as download:
            return await download.save(path)

    async def _attempt(self, call: Call[Any]) -> httpx2.Response:
        with uploads.opened(call.file) as file:
            return await self._http.send(self._target.request(self._http, call, file))

    async def _open(self, link: str) -> httpx2.Response:
        request = self._target.download_request(self._http, link)
        return await self._http.send(request, stream=True, follow_redirects=True)

    async def _until_settled(
        self, attempt: Callable[[], Awaitable[httpx2.Response]], *, may_repeat: bool
    ) -> httpx2.Response:
        for number in count(1):
            outcome = await _outcome(attempt)
            pause = self._target.pause(number, outcome, may_repeat=may_repeat)
            if pause is None:
                break
            if isinstance(outcome, httpx2.Response):
                await outcome.aclose()
            await asyncio.sleep(pause)
        return settled(outcome)


async def _outcome(attempt: Callable[[], Awaitable[httpx2.Response]]) -> Outcome:
    try:
        return await attempt()
    except httpx2.RequestError as error:
        return outcome_of(error)
