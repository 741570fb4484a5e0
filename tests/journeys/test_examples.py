"""The example projects, and the samples of docs/testing.md, tested as an integrator does: by pytest in their folder."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.statements import ROOT

EXAMPLES = sorted(one.parent for one in (ROOT / "examples").glob("*/pyproject.toml"))
SETTINGS = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
# which plugins are installed here is none of an example's business
PLUGINS = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "tideline.pytest_plugin"]


def run(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", *PLUGINS, *options]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_an_example_passes_its_tests(example: Path) -> None:
    run(example, "-p", "no:asyncio")


def test_the_samples_of_the_page_on_testing_run(tmp_path: Path) -> None:
    samples = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "testing.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    for number, sample in enumerate(samples):
        name = f"test_{number}.py" if "def test_" in sample else "conftest.py"
        (tmp_path / name).write_text(sample)
    assert "3 passed" in run(tmp_path)
