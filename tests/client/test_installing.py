"""The client alone: installed with what it says it needs and nothing else."""

import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.statements import ROOT


def needed(extra: str) -> set[str]:
    """The distributions behind an extra, and what those need in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted, found = [*project["dependencies"], *project["optional-dependencies"][extra]], set()
    while wanted:
        requirement = Requirement(wanted.pop())
        if requirement.name in found or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(requirement.name)
        wanted += distribution(requirement.name).requires or []
    return found


def copy(one: Distribution, folder: Path) -> None:
    for file in one.files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(str(one.locate_file(file))), folder / file)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that has Tideline as `pip install 'tideline[client]'` lays it out."""
    home = tmp_path_factory.mktemp("alone")
    venv.create(home, with_pip=False)
    [site] = home.glob("lib/python*/site-packages")
    for name in needed("client"):
        copy(distribution(name), site)
    shutil.copytree(
        ROOT / "src" / "tideline", site / "tideline", ignore=shutil.ignore_patterns("__pycache__", "vendor")
    )
    return home / "bin" / "python"


def run(python: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([python, "-I", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_the_client_needs_little() -> None:
    assert needed("client") <= {"httpx2", "httpcore2", "h11", "anyio", "idna", "truststore", "typing_extensions"} | {
        "typing-extensions"
    }


def test_it_works_without_the_server(python: Path) -> None:
    ran = run(
        python,
        "-c",
        "import sys, tideline.client as c\n"
        "with c.Tideline('http://127.0.0.1:9', 'a-token', retries=c.Retries(most=0)) as client:\n"
        "    try:\n        client.get_workspace()\n"
        "    except c.NotReached as problem:\n        print(problem.may_be_done)\n"
        "print(sorted({name.split('.')[1] for name in sys.modules if name.startswith('tideline.')}))\n",
    )
    assert ran.stdout.splitlines() == ["False", "['client']"], ran.stderr


def test_the_command_says_how_to_get_the_server(python: Path) -> None:
    ran = run(python, "-m", "tideline", "serve")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "pip install 'tideline[server]'" in ran.stderr


def test_without_its_one_library_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "httpx2.py").write_text("raise ModuleNotFoundError('no', name='httpx2')")
    program = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT / 'src')!r}]; import tideline.client"
    ran = run(Path(sys.executable), "-c", program)
    assert "pip install 'tideline[client]'" in ran.stderr
