"""Writes the reference pages that are made from the code: `make docs`. A test keeps them equal to it."""

import argparse
import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import tideline
from tests.architecture.statements import ROOT, SOURCE
from tideline.platform.errors import Problem
from tideline.settings import describe
from tideline.surfaces.cli.arguments import parser

DOCS = ROOT / "docs"
FACT = re.compile(
    r"(Balance|Message|Note|Reaction|Call|Chat|Chats|File|Group|Number|Team|Teammate|Template|Token|Webhook|Workspace)"
    r"[A-Z][A-Za-z]+"
)


def settings() -> str:
    rows = "".join(f"| `{one.variable}` | {one.default} | {one.about} |\n" for one in describe())
    return f"""# Settings

Every setting is an environment variable. `tideline settings` prints this list and marks what is set; an empty variable
counts as not set. `--data-dir`, `--host`, `--port`, `--demo`, `--demo-anyway`, `--simulator` and `--test-clock` can be
given on the command line as well, where they win.

| variable | default | what it does |
| --- | --- | --- |
{rows}"""


def problems() -> str:
    rows = "".join(f"| `{code}` | {sentence} | {where} |\n" for code, sentence, where in sorted(set(_problems())))
    return f"""# Problems

A problem is a situation that the caller can understand and often mend. It has a code, which programs may rely on, and a
sentence for people. Each way in shows it in its own shape: the Public API maps it to the contract's status and
`error_code`, pages show the sentence, the command line prints it and exits with 1.

| code | sentence | comes from |
| --- | --- | --- |
{rows}"""


def _problems() -> Iterator[tuple[str, str, str]]:
    for module in _modules():
        for kind in vars(module).values():
            if (
                inspect.isclass(kind)
                and issubclass(kind, Problem)
                and kind.__module__ == module.__name__
                and "code" in vars(kind)
            ):
                yield kind.code, str(kind.message), ".".join(module.__name__.split(".")[1:3])


# Parts that run in processes of their own, with libraries that an extra brings.
OF_AN_EXTRA = "tideline.connectors.linked."


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(tideline.__path__, "tideline."):
        if not found.name.endswith("__main__"):
            try:
                module = importlib.import_module(found.name)
            except ImportError:
                if not found.name.startswith(OF_AN_EXTRA):
                    raise
                continue
            yield module


def command_line() -> str:
    rows = "".join(f"| `tideline {name}` | {about} |\n" for name, about in _commands(parser(), ""))
    return f"""# Command line

`tideline COMMAND --help` says more about each. Commands work beside a running `tideline serve` on the same data folder,
and start its database for the moment when nothing runs. Exit codes: 0 done, 1 it could not be done (one sentence on
standard error says why), 2 wrong usage, 130 interrupted.

| command | what it does |
| --- | --- |
{rows}"""


def _commands(of: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, str]]:
    groups = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join([name.strip(), *_arguments(of)]), of.description or ""
    for group in groups:
        for sub, command in group.choices.items():
            yield from _commands(command, f"{name}{sub} ")


def _arguments(of: argparse.ArgumentParser) -> Iterator[str]:
    for action in of._actions:
        if action.dest in {"help", "data_dir"}:
            continue
        value = "" if action.nargs == 0 else action.metavar or action.dest.upper()
        shown = " ".join([*action.option_strings[-1:], str(value)]).strip()
        yield shown if action.required else f"[{shown}]"


def fact_kinds() -> set[str]:
    """The names of facts, wherever the features write them."""
    return {name for path in SOURCE.glob("features/**/*.py") for name in _texts(ast.parse(path.read_text()))}


def _texts(tree: ast.AST) -> Iterator[str]:
    """Constants that look like a fact; not those of `__all__`, of annotations and of `NewType`."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Call(func=ast.Name(id="NewType" | "TypeVar")):
                continue
            case ast.Constant(value=str(text)) if FACT.fullmatch(text):
                yield text
            case ast.arg():
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.returns = None
                yield from _texts(node)
            case ast.AnnAssign():
                yield from _texts(node.value) if node.value else ()
            case _:
                yield from _texts(node)


PAGES = {"settings.md": settings, "problems.md": problems, "command-line.md": command_line}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page())
