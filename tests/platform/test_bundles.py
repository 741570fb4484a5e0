"""Bundles: what is asked for one by one is done together, and each gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from tideline.platform.bundles import Bundle


class Doubling:
    """Doubles numbers, when it is let; odd ones are refused."""

    def __init__(self) -> None:
        self.bundles: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.bundles.append(list(numbers))
        await self.open.wait()
        return [ValueError(n) if n % 2 else 2 * n for n in numbers]


async def test_what_is_asked_for_at_once_is_done_together() -> None:
    doubling = Doubling()
    bundle: Bundle[int, int] = Bundle(doubling)
    answers = await asyncio.gather(*(bundle.ask(n) for n in (2, 3, 4)), return_exceptions=True)
    assert (answers[0], str(answers[1]), answers[2]) == (4, "3", 8)
    assert doubling.bundles == [[2, 3, 4]]


async def test_what_comes_meanwhile_goes_next_and_no_more_than_allowed() -> None:
    doubling = Doubling()
    bundle: Bundle[int, int] = Bundle(doubling, most=2)
    doubling.open.clear()
    first = bundle.ask(2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [bundle.ask(n) for n in (4, 6, 8)]
    doubling.open.set()
    assert await asyncio.gather(first, *others) == [4, 8, 12, 16]
    assert doubling.bundles == [[2], [4, 6], [8]]


async def test_who_no_longer_waits_is_left_out() -> None:
    doubling = Doubling()
    bundle: Bundle[int, int] = Bundle(doubling)
    gone, here = bundle.ask(2), bundle.ask(4)
    gone.cancel()
    assert await here == 8
    assert doubling.bundles == [[4]]


async def test_a_failure_is_everybodys_and_the_next_bundle_is_done() -> None:
    calls = 0

    async def fail_once(numbers: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("broken")
        return numbers

    bundle: Bundle[int, int] = Bundle(fail_once)
    answers = await asyncio.gather(bundle.ask(1), bundle.ask(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]
    assert await bundle.ask(3) == 3


async def test_what_is_being_done_when_it_is_cancelled_is_cancelled_for_all() -> None:
    doubling = Doubling()
    doubling.open.clear()
    bundle: Bundle[int, int] = Bundle(doubling)
    asked = [bundle.ask(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.append(bundle.ask(4))
    assert bundle._task
    bundle._task.cancel()
    for one in asked:
        with pytest.raises(asyncio.CancelledError):
            await one
    doubling.open.set()
    assert await bundle.ask(6) == 12
