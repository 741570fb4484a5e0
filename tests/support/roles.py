"""The tables of docs/roles.md, as tests read them: what people are told must be what the program does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tideline.features.workspaces import Action, Role, View

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
ROLES = {role.label: role for role in Role}


@dataclass(frozen=True)
class Line:
    """What one line of the second table says: who may do it, and the scopes of the operations that need it."""

    action: Action
    roles: frozenset[Role]
    scopes: frozenset[str]


def views() -> dict[Role, View]:
    rows = _table("| role | view | chats |")
    return {ROLES[role]: View(view) for role, view, _ in rows}


def lines() -> list[Line]:
    heads = ["what", *ROLES, "scopes of the Public API"]
    return [_line(cells) for cells in _table(f"| {' | '.join(heads)} |")]


def _line(cells: list[str]) -> Line:
    what, *answers, scopes = cells
    assert set(answers) <= {"yes", "no"}
    action = Action(what.rpartition("(`")[2].rstrip("`)"))
    may = frozenset(role for role, answer in zip(ROLES.values(), answers, strict=True) if answer == "yes")
    return Line(action, may, frozenset(scopes.replace("`", "").split()))


def _table(head: str) -> Iterator[list[str]]:
    """The cells of the table that begins with this line."""
    rows = iter(PAGE.read_text().splitlines())
    assert head in rows, head
    next(rows)
    for row in rows:
        if not row.startswith("|"):
            return
        yield [cell.strip() for cell in row.strip("|").split("|")]
