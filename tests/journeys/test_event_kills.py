"""`kill -9` of a serving Tideline while it delivers events; the long version is `make faults`."""

from collections.abc import Callable
from pathlib import Path

from bench.event_faults import Run


async def test_every_event_arrives_and_is_accounted_for_when_the_server_is_killed(
    make_data_dir: Callable[[], Path],
) -> None:
    folder = make_data_dir()
    folder.chmod(0o755)

    verdict = await Run(folder, events=300, kills=2, seed=5).play()

    assert verdict.faults == []
    assert verdict.attempts >= 300 * (1 + 1 + 3 + 3)
