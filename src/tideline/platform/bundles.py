"""Things that are asked for one by one and done together: a statement for many is hardly dearer than for one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Asked(Generic[T, R]):
    thing: T
    answer: "asyncio.Future[R]"


class Bundle(Generic[T, R]):
    """`do` gets what was asked for while the last bundle was done, or within `wait` seconds when nothing was, at most
    `most` at once, and gives an answer or an exception for each, in the same order. What it raises is everybody's."""

    def __init__(
        self, do: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]], *, wait: float = 0.0, most: int = 500
    ) -> None:
        self._do = do
        self._wait = wait
        self._most = most
        self._asked: deque[_Asked[T, R]] = deque()
        self._task: asyncio.Task[None] | None = None

    def ask(self, thing: T) -> "asyncio.Future[R]":
        asked: _Asked[T, R] = _Asked(thing, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        return asked.answer

    async def _serve(self) -> None:
        try:
            await asyncio.sleep(self._wait)
            while self._asked:
                bundle = [self._asked.popleft() for _ in range(min(len(self._asked), self._most))]
                await self._answer([one for one in bundle if not one.answer.done()])
        finally:
            self._task = None
            for left in self._asked:
                left.answer.cancel()
            self._asked.clear()

    async def _answer(self, bundle: list[_Asked[T, R]]) -> None:
        if not bundle:
            return
        try:
            answers = await self._do([one.thing for one in bundle])
        except asyncio.CancelledError:
            for one in bundle:
                one.answer.cancel()
            raise
        except Exception as problem:
            answers = [problem] * len(bundle)
        for one, answer in zip(bundle, answers, strict=True):
            _give(one.answer, answer)


def _give(future: "asyncio.Future[R]", answer: R | Exception) -> None:
    with suppress(asyncio.InvalidStateError):
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
