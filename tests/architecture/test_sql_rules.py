"""The rules that keep the road to many machines open, held over every statement and every migration.

They are explained in docs/decisions/0002-sql-that-can-be-distributed.md; the numbers are the same.
"""

from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from tests.architecture.statements import Statement, in_migrations, in_stores

STORES = in_stores()
MIGRATIONS = in_migrations()
NOT_IN_UPDATES = {"clock_timestamp", "random", "gen_random_uuid", "nextval", "statement_timestamp", "timeofday"}


def is_tenant(table: exp.Table) -> bool:
    return table.db == "tenant"


def reads_tenant(statement: Statement) -> bool:
    return any(is_tenant(table) for table in statement.tree.find_all(exp.Table))


TENANT = [statement for statement in STORES if reads_tenant(statement)]
every_statement = pytest.mark.parametrize("statement", STORES, ids=lambda s: s.where)
every_tenant_statement = pytest.mark.parametrize("statement", TENANT, ids=lambda s: s.where)


# Statements --------------------------------------------------------------------------------------------------


@every_tenant_statement
def test_rule_6_a_statement_names_its_workspace_and_joins_on_it(statement: Statement) -> None:
    for scope in scopes(statement.tree):
        assert not unbound(scope, is_system=statement.is_system), statement.sql


@every_tenant_statement
def test_rule_6_rows_are_inserted_with_their_workspace(statement: Statement) -> None:
    for insert in statement.tree.find_all(exp.Insert):
        target = insert.this
        if isinstance(target, exp.Schema) and is_tenant(target.this):
            assert "workspace" in {column.name for column in target.expressions}, statement.sql


@every_tenant_statement
def test_rule_6_no_lateral_limit_over_a_set_from_outside(statement: Statement) -> None:
    for lateral in statement.tree.find_all(exp.Lateral):
        assert not lateral.find(exp.Limit), statement.sql


@every_tenant_statement
def test_rule_7_rows_are_locked_in_one_workspace_only(statement: Statement) -> None:
    for select in statement.tree.find_all(exp.Select):
        if select.args.get("locks") and any(is_tenant(table) for table in sources(select)):
            assert not statement.is_system, statement.sql
            assert not unbound(select, is_system=False), statement.sql


@every_tenant_statement
def test_rule_8_what_is_written_over_a_row_comes_as_a_parameter(statement: Statement) -> None:
    for update in [*statement.tree.find_all(exp.Update), *statement.tree.find_all(exp.OnConflict)]:
        forbidden = NOT_IN_UPDATES | ({"now"} if isinstance(update, exp.OnConflict) else set())
        for value in update.expressions:
            assert not forbidden & called(value), statement.sql


@every_tenant_statement
def test_rule_1_a_row_never_changes_its_workspace(statement: Statement) -> None:
    for update in [*statement.tree.find_all(exp.Update), *statement.tree.find_all(exp.OnConflict)]:
        for value in update.expressions:
            assert not (isinstance(value, exp.EQ) and value.this.name == "workspace"), statement.sql


@every_statement
def test_rule_9_no_merge_and_no_subquery_among_values(statement: Statement) -> None:
    assert not statement.tree.find(exp.Merge), statement.sql
    for insert in statement.tree.find_all(exp.Insert):
        if isinstance(insert.expression, exp.Values):
            assert not insert.expression.find(exp.Select), statement.sql


@every_tenant_statement
def test_what_changes_a_chat_says_when(statement: Statement) -> None:
    """Integrations ask for the chats that have changed since; one forgotten place would hide changes from them."""
    for update in statement.tree.find_all(exp.Update):
        if is_tenant(update.this) and update.this.name == "chat":
            assert "updated_at" in {value.this.name for value in update.expressions}, statement.sql


def scopes(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Every SELECT, UPDATE and DELETE with tables of its own, the nested ones too."""
    for node in tree.find_all(exp.Select, exp.Update, exp.Delete):
        if any(is_tenant(table) for table in sources(node)):
            yield node


def sources(scope: exp.Expr) -> list[exp.Table]:
    """The tables of one scope, without those of subqueries."""
    places: list[exp.Expr | None] = [scope.this if isinstance(scope, exp.Update | exp.Delete) else None]
    places += [scope.args.get("from_") or scope.args.get("from")]
    places += scope.args.get("joins") or []
    using = scope.args.get("using")
    places += using if isinstance(using, list) else []
    found = []
    for place in places:
        part = place.this if isinstance(place, exp.From | exp.Join) else place
        while isinstance(part, exp.Table):
            found.append(part)
            nested = [join.this for join in part.args.get("joins") or []]
            found += [table for table in nested if isinstance(table, exp.Table)]
            part = None
    return found


def unbound(scope: exp.Expr, *, is_system: bool) -> set[str]:
    """Aliases of tenant tables whose workspace is tied to nothing.

    A statement of one workspace ties each to a parameter, or to a row that is itself tied. One that works
    across workspaces may read them all, but still joins each table to the others by workspace.
    """
    tables = sources(scope)
    tenant = {table.alias_or_name for table in tables if is_tenant(table)}
    own = {table.alias_or_name for table in tables}
    tied: set[str] = set()
    links: list[tuple[str, str]] = []
    for left, right in workspace_equalities(scope, tables):
        if left in tenant and right in tenant:
            links.append((left, right))
        elif left in tenant:
            tied.add(left)
        elif right in tenant:
            tied.add(right)
    if is_system and not tied and tenant:
        tied.add(next(table.alias_or_name for table in tables if is_tenant(table)))
    for _ in own:
        tied |= {name for link in links if tied & set(link) for name in link}
    return tenant - tied


def workspace_equalities(scope: exp.Expr, tables: list[exp.Table]) -> Iterator[tuple[str, str]]:
    """Pairs of what is compared where one side is a workspace column; `$` stands for everything that is no table."""
    conditions = [scope.args["where"].this] if scope.args.get("where") else []
    joins = [*(scope.args.get("joins") or []), *(join for t in tables for join in t.args.get("joins") or [])]
    conditions += [join.args["on"] for join in joins if join.args.get("on")]
    for join in joins:
        if "workspace" in {column.name for column in join.args.get("using") or []}:
            yield from ((tables[0].alias_or_name, table.alias_or_name) for table in tables[1:])
    for condition in conditions:
        for part in flat_and(condition):
            yield from _equality(part, tables)


def _equality(part: exp.Expr, tables: list[exp.Table]) -> Iterator[tuple[str, str]]:
    match part:
        case exp.EQ(this=exp.Tuple() as left, expression=exp.Tuple() as right):
            for one, other in zip(left.expressions, right.expressions, strict=True):
                yield from _equality(exp.EQ(this=one.copy(), expression=other.copy()), tables)
        case exp.EQ():
            sides = part.this, part.expression
            if any(isinstance(side, exp.Column) and side.name == "workspace" for side in sides):
                yield _side(sides[0], tables), _side(sides[1], tables)
        case exp.In() if isinstance(part.this, exp.Tuple):
            for column in part.this.expressions:
                if isinstance(column, exp.Column) and column.name == "workspace":
                    yield _side(column, tables), "$"


def _side(side: exp.Expr, tables: list[exp.Table]) -> str:
    if not isinstance(side, exp.Column):
        return "$"
    if side.table:
        return side.table
    tenant = [table.alias_or_name for table in tables if is_tenant(table)]
    return tenant[0] if side.name == "workspace" and len(tenant) == 1 else "$"


def flat_and(condition: exp.Expr) -> Iterator[exp.Expr]:
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if isinstance(condition, exp.And):
        yield from flat_and(condition.this)
        yield from flat_and(condition.expression)
    else:
        yield condition


def called(value: exp.Expr) -> set[str]:
    """Names of the functions in an expression, as PostgreSQL spells them."""
    names = {function.name.lower() for function in value.find_all(exp.Anonymous)}
    names |= {"now"} if value.find(exp.CurrentTimestamp) else set()
    names |= {"random"} if value.find(exp.Rand) else set()
    names |= {"gen_random_uuid"} if value.find(exp.Uuid) else set()
    return names


# The checker itself ------------------------------------------------------------------------------------------

JOINED = "SELECT 1 FROM tenant.message m JOIN tenant.chat c ON {on} WHERE m.workspace = $1"
SITUATIONS = {
    "one table": ("SELECT 1 FROM tenant.chat WHERE workspace = $1", set()),
    "no workspace": ("SELECT 1 FROM tenant.chat WHERE id = $1", {"chat"}),
    "only in one branch": ("SELECT 1 FROM tenant.chat WHERE workspace = $1 OR id = $2", {"chat"}),
    "joined by id alone": (JOINED.format(on="c.id = m.chat_id"), {"c"}),
    "joined by both": (JOINED.format(on="c.workspace = m.workspace AND c.id = m.chat_id"), set()),
    "joined by a pair": (JOINED.format(on="(c.workspace, c.id) = (m.workspace, m.chat_id)"), set()),
    "update": ("UPDATE tenant.chat c SET name = 'x' FROM unnest($1::int[]) i WHERE c.id = i", {"c"}),
    "delete": ("DELETE FROM tenant.chat WHERE workspace = $1", set()),
}


@pytest.mark.parametrize(("sql", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_checker_sees_what_is_not_tied_to_a_workspace(sql: str, expected: set[str]) -> None:
    [scope] = scopes(sqlglot.parse_one(sql, read="postgres"))
    assert unbound(scope, is_system=False) == expected


def test_the_checker_finds_the_statements() -> None:
    assert len(TENANT) > 10
    assert any(statement.is_system for statement in TENANT)


# Schema ------------------------------------------------------------------------------------------------------


def created_tables() -> list[tuple[exp.Table, exp.Create]]:
    creates = [statement.tree for statement in MIGRATIONS]
    return [
        (create.this.this, create)
        for create in creates
        if isinstance(create, exp.Create) and create.kind == "TABLE" and isinstance(create.this, exp.Schema)
    ]


TENANT_TABLES = [(table, create) for table, create in created_tables() if is_tenant(table)]
every_tenant_table = pytest.mark.parametrize(
    "create", [create for _, create in TENANT_TABLES], ids=[table.name for table, _ in TENANT_TABLES]
)


@every_tenant_table
def test_rule_1_the_workspace_is_an_integer_in_every_key(create: exp.Create) -> None:
    columns = {column.name: column for column in create.find_all(exp.ColumnDef)}
    assert columns["workspace"].kind is not None
    assert columns["workspace"].kind.sql("postgres").upper() in {"INT", "INTEGER"}
    for key in [*create.find_all(exp.PrimaryKey), *create.find_all(exp.UniqueColumnConstraint)]:
        assert "workspace" in key.sql("postgres")
    for column in columns.values():
        if column.find(exp.PrimaryKeyColumnConstraint):
            assert column.name == "workspace"


def test_rule_1_unique_indexes_of_tenant_tables_contain_the_workspace() -> None:
    for statement in MIGRATIONS:
        create = statement.tree
        if isinstance(create, exp.Create) and create.kind == "INDEX" and create.args.get("unique"):
            index = create.this
            if is_tenant(index.args["table"]):
                assert "workspace" in index.args["params"].sql("postgres"), statement.sql


def test_rule_2_foreign_keys_between_tenant_tables_contain_the_workspace() -> None:
    for table, create in created_tables():
        for key in create.find_all(exp.ForeignKey):
            reference = key.args["reference"].this
            target = reference.this if isinstance(reference, exp.Schema) else reference
            if is_tenant(table) or is_tenant(target):
                own = [column.name for column in key.expressions]
                assert is_tenant(table), f"{table.sql()} refers to a tenant table"
                assert is_tenant(target), f"{table.sql()} refers to {target.sql()}"
                assert own[0] == "workspace"
                assert reference.expressions[0].name == "workspace"
            assert not {"ON DELETE SET NULL", "ON DELETE SET DEFAULT"} & set(key.args.get("options") or [])


def test_rule_2_references_of_a_single_column_are_the_workspace_itself() -> None:
    for table, create in created_tables():
        for column in create.find_all(exp.ColumnDef):
            for reference in column.find_all(exp.Reference):
                target = reference.this.this if isinstance(reference.this, exp.Schema) else reference.this
                if is_tenant(table) or is_tenant(target):
                    assert is_tenant(table)
                    assert is_tenant(target)
                    assert column.name == "workspace"


def test_rule_4_no_triggers_and_no_functions_in_sql() -> None:
    for statement in MIGRATIONS:
        text = statement.sql.upper()
        assert "TRIGGER" not in text
        assert "LANGUAGE SQL" not in text.replace("'", "")
