"""What the pages say and what the catalogues have: `python -m tests.support.catalogues` names what is missing.

A sentence is said where code or a template calls `_`, `ngettext`, `N_` or the words of a language with it.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from tideline.surfaces.dashboard import po, rendering, words

CALLS = ("_", "N_", "words", "ngettext")
SPOKEN = [lang for lang in words.LANGUAGES if lang != words.DEFAULT]

Said = dict[str, str | None]
"""Sentences with their plural, where they have one."""


def said() -> Said:
    found: Said = {}
    for path in sorted(rendering.HERE.rglob("*.py")):
        found |= in_code(path.read_text())
    for path in sorted((rendering.HERE / "templates").rglob("*.html")):
        found |= in_template(path.read_text())
    return found


def in_code(source: str) -> Said:
    found: Said = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            _keep(found, node.func.id, [_texts(arg) for arg in node.args])
    return found


def in_template(source: str) -> Said:
    found: Said = {}
    for node in rendering.environment().parse(source).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name in CALLS and node.args:
            _keep(found, node.node.name, [list(_constants(arg)) for arg in node.args])
    return found


def missing(lang: str) -> list[str]:
    """What this language cannot say yet."""
    known = words.catalogue(lang)
    return [one for one, plural in said().items() if not _has(known.get(one), plural)]


def left_over(lang: str) -> list[str]:
    """What nobody says any more."""
    return sorted(words.catalogue(lang).keys() - said().keys())


def _has(entry: po.Entry | None, plural: str | None) -> bool:
    return entry is not None and entry.is_complete and entry.plural == plural


def _keep(found: Said, name: str, args: list[list[str]]) -> None:
    if name == "ngettext":
        found[args[0][0]] = args[1][0]
    else:
        found.update(dict.fromkeys(args[0]))


def _texts(node: ast.AST) -> list[str]:
    """A constant, or those of a choice between two."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        yield from _constants(node.expr2 or nodes.Const(None))
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value


def main(folder: Path = words.LOCALE) -> int:
    gaps = {lang: missing(lang) for lang in SPOKEN}
    for lang, sentences in gaps.items():
        for sentence in sentences:
            sys.stdout.write(f"{folder.name}/{lang}: {sentence}\n")
    return 1 if any(gaps.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
