"""One word per idea: what the glossary turns down, and what says nothing, is the name of nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.reference import DOCS
from tests.architecture.statements import ROOT, SOURCE

ROW = re.compile(r"^\| ([\w -]+) \| (.+) \|(.*)\|$", re.MULTILINE)
EMPTY = {"manager", "helper", "helpers", "util", "utils", "service", "services"}
# codes of the contract, which others chose
FOREIGN = {"ServiceWindowClosed"}
# turned down for one idea, good for another one
ELSEWHERE = {
    "account", "admin", "attachment", "callback", "channel", "client", "customer", "database", "device",
    "dialog", "document", "driver", "error", "event", "exception", "hook", "instance", "interface", "limit",
    "line", "lock", "login", "member", "mock", "module", "month", "operator", "permission", "provider", "queue",
    "repository", "server", "source", "state", "thread", "timeout", "user",
}  # fmt: skip


def glossary() -> list[tuple[str, str, str]]:
    rows = [
        (word.strip(), meaning, no.strip()) for word, meaning, no in ROW.findall((DOCS / "glossary.md").read_text())
    ]
    return [row for row in rows if row[0] not in {"word", "---"}]


def turned_down() -> set[str]:
    words = {word.strip().lower() for _, _, no in glossary() for word in re.sub(r"\(.*?\)", "", no).split(",")}
    return {word for word in words if word.isalpha()} - ELSEWHERE


def names() -> Iterator[tuple[str, Path]]:
    """Modules, classes and functions."""
    for path in SOURCE.rglob("*.py"):
        yield path.stem, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, path


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_nothing_is_named_with_a_word_that_was_turned_down() -> None:
    wrong = turned_down() | EMPTY
    found = [(name, path) for name, path in names() if words_of(name) & wrong and name not in FOREIGN]
    assert not [f"{path.relative_to(ROOT)}: {name}" for name, path in found]


def test_the_glossary_explains_each_word_once() -> None:
    words = [word for word, _, _ in glossary()]
    assert len(words) == len(set(words)) > 40
    assert all(meaning.strip() for _, meaning, _ in glossary())
