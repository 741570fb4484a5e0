"""What must not stand in a tracked file, and what every file must have."""

import ast
import re
import subprocess
from pathlib import PurePath

import pytest

from tests.architecture.statements import ROOT, SOURCE

# An index host would bind everybody to one machine's mirror; the files with hashes name none.
INDEX = re.compile(
    r"--(extra-)?index-url|--find-links|--trusted-host|//[\w.@:-]*\bpypi\b[\w.:-]*/simple", re.IGNORECASE
)
UNFINISHED = re.compile(r"NotImplementedError|\bTO" + r"DO\b|\bFIX" + r"ME\b|pragma: no cover|type: ignore($|[^\[])")
HOME = re.compile(r"(?<![\w.-])/(home|Users)/\w+")


def tracked(*patterns: str) -> list[str]:
    """Files that git knows; outside a clone (an unpacked archive) every file that looks like one of ours."""
    # a clone may belong to another account than the one that runs the tests
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--", *patterns]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return [name for name in _untracked() if not patterns or any(PurePath(name).match(one) for one in patterns)]


def _untracked() -> list[str]:
    folders = ("src", "tests", "docs", "requirements", "scripts", "examples", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.glob("*") if path.is_file()]
    return [str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts]


def text_of(name: str) -> str:
    path = ROOT / name
    return path.read_text(errors="replace") if path.is_file() else ""


@pytest.mark.parametrize(
    "name", tracked("*.toml", "*.txt", "*.in", "*.md", "*.yaml", "*.yml", "Makefile", ".ci", "scripts")
)
def test_no_tracked_file_names_a_package_index(name: str) -> None:
    assert not INDEX.search(text_of(name))


def test_no_tracked_file_names_a_folder_of_this_machine() -> None:
    here = str(ROOT)
    named = [name for name in tracked() if here in text_of(name) or HOME.search(text_of(name))]
    assert not named


def test_nothing_is_left_unfinished_or_silenced() -> None:
    assert not [name for name in tracked("src/*.py") if UNFINISHED.search(text_of(name))]


def test_every_module_opens_with_a_sentence_about_its_job() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCE.rglob("*.py")
        if (text := path.read_text()).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent
