"""The crew: loops that run until somebody says stop, and end in the opposite order."""

import asyncio

from tideline.wiring.crew import Crew


class Loop:
    """Runs until it is asked to stop, and writes down when it ended."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name = name
        self._log = log
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        await self._stopping.wait()
        self._log.append(self.name)

    async def stop(self) -> None:
        self._stopping.set()


async def forever() -> None:
    await asyncio.Event().wait()


async def test_loops_end_in_the_opposite_order() -> None:
    ended: list[str] = []
    crew = Crew()
    for name in ("database", "gateway", "http"):
        loop = Loop(name, ended)
        crew.start(name, loop.run(), loop.stop)
    await asyncio.sleep(0)
    await crew.leave()
    assert ended == ["http", "gateway", "database"]
    assert crew.failed is None


async def test_a_loop_that_breaks_ends_the_program() -> None:
    async def breaks() -> None:
        raise OSError("gone")

    crew = Crew()
    crew.start("steady", forever())
    crew.start("broken", breaks())
    await crew.until_the_end()
    await crew.leave()
    assert crew.failed == "broken"


async def test_a_loop_that_just_returns_ends_the_program_too() -> None:
    async def returns() -> None: ...

    crew = Crew()
    crew.start("short", returns())
    await crew.until_the_end()
    await crew.leave()
    assert crew.failed == "short"


async def test_work_that_is_done_once_may_end() -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    crew = Crew()
    crew.begin("seed", work())
    await done.wait()
    await crew.leave()
    assert crew.failed is None


async def test_leaving_twice_is_the_same_as_once() -> None:
    crew = Crew()
    crew.start("steady", forever())
    await crew.leave()
    await crew.leave()


async def test_a_loop_that_cannot_stop_does_not_keep_the_others() -> None:
    async def refuses() -> None:
        raise RuntimeError("no")

    ended: list[str] = []
    crew = Crew()
    loop = Loop("database", ended)
    crew.start("database", loop.run(), loop.stop)
    crew.start("stubborn", forever(), refuses)
    await asyncio.sleep(0)
    await crew.leave()
    assert ended == ["database"]
