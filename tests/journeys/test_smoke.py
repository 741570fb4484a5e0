"""The smoke test for two real numbers works: here it is run with two simulated ones, as a person would run it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.conftest import Demo
from tests.journeys.test_the_whole_story import NewPhone, link_by_scan, new_phone

__all__ = ["new_phone"]

ROOT = Path(__file__).parents[2]
TEST = "tests/smoke/test_two_numbers.py"


def smoke(**named: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, with nothing of ours but what it is told."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("TIDELINE_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", TEST]
    return subprocess.run(
        command, cwd=ROOT, env={**mine, **named}, capture_output=True, text=True, timeout=180, check=False
    )


async def test_it_passes_with_two_simulated_numbers(demo: Demo, new_phone: NewPhone) -> None:
    first = await link_by_scan(demo, await new_phone("First spare"))
    second = await link_by_scan(demo, await new_phone("Second spare"))
    ended = smoke(
        TIDELINE_SMOKE_URL=demo.facts["base_url"],
        TIDELINE_SMOKE_TOKEN=demo.facts["api_token"],
        TIDELINE_SMOKE_NUMBERS=f"{first.phone},{second.phone}",
        TIDELINE_SMOKE_PATIENCE="30",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = [line.split()[1] for line in ended.stdout.splitlines() if line.startswith("ok ")]
    assert told == ["linked", "sent", "answered", "reacted", "pictured", "read"]


async def test_it_says_what_is_wrong(demo: Demo, new_phone: NewPhone) -> None:
    phone = await new_phone("Not linked")
    ended = smoke(
        TIDELINE_SMOKE_URL=demo.facts["base_url"],
        TIDELINE_SMOKE_TOKEN=demo.facts["api_token"],
        TIDELINE_SMOKE_NUMBERS=f"{phone.phone},{phone.phone}",
    )
    assert ended.returncode == 1
    assert f"{phone.phone} is not among the connected numbers" in ended.stdout


def test_without_numbers_it_is_skipped() -> None:
    ended = smoke()
    assert ended.returncode == 0
    assert "1 skipped" in ended.stdout
