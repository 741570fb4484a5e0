"""Finds the SQL of the stores and of the migrations, for the tests that hold it to the rules."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import sqlglot
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tideline"
MIGRATIONS = SOURCE / "migrations"
CALLS = {"fetch", "row", "value", "execute"}


@dataclass(frozen=True)
class Statement:
    """One statement as PostgreSQL gets it, where it stands, and whether it works across workspaces."""

    where: str
    sql: str
    is_system: bool

    @property
    def tree(self) -> exp.Expr:
        return sqlglot.parse_one(self.sql, read="postgres")


def in_stores() -> list[Statement]:
    """Every statement of every store, and of the platform, which has stores without that name."""
    paths = [*SOURCE.glob("features/*/store.py"), *SOURCE.glob("features/*/store/**/*.py")]
    paths += SOURCE.glob("platform/**/*.py")
    return [statement for path in sorted(paths) for statement in _of_file(path)]


def in_migrations() -> list[Statement]:
    found = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        trees = sqlglot.parse(path.read_text(), read="postgres")
        found += [Statement(path.name, tree.sql("postgres"), True) for tree in trees if tree]
    return found


# A direction that is chosen at run time stands behind a column: `ORDER BY m.at TRUE`.
DIRECTION = re.compile(r"(\w\.\w+) TRUE\b")


def _of_file(path: Path) -> Iterator[Statement]:
    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    module = importlib.import_module(name)
    tree = ast.parse(path.read_text())
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_function(function, module, path)


def _of_function(
    function: ast.FunctionDef | ast.AsyncFunctionDef, module: ModuleType, path: Path
) -> Iterator[Statement]:
    local = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    is_system = not _takes_workspace(function)
    for call in ast.walk(function):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in CALLS
            and call.args
        ):
            sql = _text(call.args[0], module, local)
            if sql and sql.split(None, 1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE"}:
                where = f"{path.relative_to(ROOT)}:{call.lineno} {function.name}"
                yield Statement(where, DIRECTION.sub(r"\1 ASC", sql), is_system)


def _takes_workspace(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A store function that is handed a `Tx` works in its workspace; anything else works across them."""
    annotations = [ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation]
    return any(annotation.strip("\"'") in {"Tx", "db.Tx"} for annotation in annotations)


def _text(node: ast.expr, module: ModuleType, local: dict[str, ast.expr]) -> str:
    """The text of an expression; what is only known at run time becomes a condition that is always true."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(op=ast.Add()):
            return _text(node.left, module, local) + _text(node.right, module, local)
        case ast.JoinedStr():
            return "".join(_text(part, module, local) for part in node.values)
        case ast.FormattedValue():
            return _text(node.value, module, local) or "TRUE"
        case ast.Name(id=name) if name in local:
            return _text(local[name], module, {key: value for key, value in local.items() if key != name})
        case ast.Name(id=name):
            found = getattr(module, name, "")
            return found if isinstance(found, str) else ""
        case ast.Attribute():
            return _attribute(node, module)
        case _:
            return ""


def _attribute(node: ast.Attribute, module: ModuleType) -> str:
    owner = getattr(module, node.value.id, None) if isinstance(node.value, ast.Name) else None
    found = getattr(owner, node.attr, "")
    return found if isinstance(found, str) else ""
