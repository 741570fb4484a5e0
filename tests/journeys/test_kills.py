"""`kill -9` of a serving Tideline in the middle of sending and receiving; the long version is `make faults`."""

from collections.abc import Callable
from pathlib import Path

from bench.faults import Run


async def test_nothing_is_lost_or_sent_twice_when_the_server_is_killed(make_data_dir: Callable[[], Path]) -> None:
    folder = make_data_dir()
    folder.chmod(0o755)
    run = Run(folder, kills=4, sends=60, writes=40, seed=11)

    verdict = await run.play()

    assert verdict.faults == []
    assert verdict.accepted > 40
    assert verdict.received > 20
