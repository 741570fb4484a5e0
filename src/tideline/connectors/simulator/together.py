"""Joins calls that come at the same time into one: the first runs at once, those that arrive meanwhile go next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Calls `run` with everything that waits, and gives each caller its own answer."""

    def __init__(self, run: Callable[[Sequence[T]], Awaitable[Sequence[R]]], most: int = 200) -> None:
        self._run = run
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run_all())
        return await answer

    async def _run_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._run_batch(batch)
        finally:
            self._running = None

    async def _run_batch(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        answers = [answer for _, answer in batch]
        try:
            results = await self._run([item for item, _ in batch])
        except BaseException as error:
            for answer in answers:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for answer, result in zip(answers, results, strict=True):
            if not answer.done():
                answer.set_result(result)
