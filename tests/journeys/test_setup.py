"""`scripts/setup` on machines that lack something: it says what, and how to get it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cksum", "cat", "rm", "env")

OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone of the files that matter, and a search path with nothing but what every system has."""
    for name in ("scripts", "requirements", "bin"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in (ROOT / "requirements").glob("*.txt"):
        shutil.copy(path, tmp_path / "requirements")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def setup(machine: Path, **python: str) -> "subprocess.CompletedProcess[str]":
    for name, script in python.items():
        path = machine / "bin" / name.replace("_", ".")
        path.write_text(script)
        path.chmod(0o755)
    environ = {"PATH": str(machine / "bin"), "HOME": str(machine)}
    command = [str(machine / "scripts" / "setup"), "run"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_without_python_it_says_where_to_get_it(machine: Path) -> None:
    ran = setup(machine)
    assert ran.returncode == 1
    assert "Tideline needs Python 3.11 or newer, and none was found." in ran.stderr
    assert "apt install python3 python3-venv" in ran.stderr


def test_an_old_python_is_no_python(machine: Path) -> None:
    assert "none was found" in setup(machine, python3=OLD).stderr


def test_without_venv_it_names_the_package(machine: Path) -> None:
    ran = setup(machine, python3=WITHOUT_VENV)
    assert ran.returncode == 1
    assert "apt install python3-venv" in ran.stderr
    assert not (machine / ".venv").exists()
