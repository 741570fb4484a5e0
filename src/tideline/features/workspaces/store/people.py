"""People as the whole installation knows them: address, password, and where they belong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tideline.features.workspaces.model import PersonId, WorkspaceId
from tideline.platform.db import Connection, SystemTx, Tx


@dataclass(frozen=True, slots=True)
class Login:
    """What is needed to check a password. Without a password nobody can sign in with one."""

    person_id: PersonId
    email: str
    password: str | None = field(repr=False)


async def find_or_create(tx: Tx, email: str) -> PersonId:
    created = await tx.value(
        """
        INSERT INTO directory.person (email, created_at) VALUES ($1, $2)
        ON CONFLICT (lower(email)) DO NOTHING RETURNING id
        """,
        email,
        tx.now,
    )
    if created is None:
        created = await tx.value("SELECT id FROM directory.person WHERE lower(email) = $1", email)
    return PersonId(created)


async def insert_many(tx: Tx, emails: Sequence[str]) -> list[PersonId]:
    """People whom nobody knows yet, in the order of their addresses here."""
    rows = await tx.fetch(
        """
        INSERT INTO directory.person (email, created_at) SELECT n.email, $2 FROM unnest($1::text[]) AS n(email)
        RETURNING id, email
        """,
        list(emails),
        tx.now,
    )
    found = {row["email"]: PersonId(row["id"]) for row in rows}
    return [found[email] for email in emails]


async def find_login(tx: SystemTx, email: str) -> Login | None:
    """Only people who are an active member somewhere can sign in."""
    row = await tx.row(
        """
        SELECT p.id, p.email, c.password
        FROM directory.person p LEFT JOIN directory.credential c ON c.person = p.id
        WHERE lower(p.email) = $1 AND EXISTS (SELECT FROM directory.membership m WHERE m.person = p.id)
        """,
        email,
    )
    return Login(PersonId(row["id"]), row["email"], row["password"]) if row else None


async def get_login(tx: SystemTx, person: PersonId) -> Login:
    row = await tx.row(
        """
        SELECT p.id, p.email, c.password
        FROM directory.person p LEFT JOIN directory.credential c ON c.person = p.id
        WHERE p.id = $1
        """,
        person,
    )
    if row is None:
        raise LookupError(person)
    return Login(PersonId(row["id"]), row["email"], row["password"])


async def lock_password(tx: SystemTx, login: Login) -> bool:
    """Hold the password that was checked until the session is there; False when it changed in between."""
    return (
        await tx.execute(
            "SELECT FROM directory.credential WHERE person = $1 AND password = $2 FOR UPDATE",
            login.person_id,
            login.password,
        )
        == 1
    )


async def insert_password(tx: SystemTx, person: PersonId, password: str) -> bool:
    """A first password; False when somebody was faster."""
    return (
        await tx.execute(
            """
        INSERT INTO directory.credential (person, password, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (person) DO NOTHING
        """,
            person,
            password,
            tx.now,
        )
        == 1
    )


async def put_password(tx: SystemTx, person: PersonId, password: str) -> None:
    await tx.execute(
        """
        INSERT INTO directory.credential (person, password, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (person) DO UPDATE SET password = $2, changed_at = $3
        """,
        person,
        password,
        tx.now,
    )


async def replace_hash(tx: SystemTx, person: PersonId, password: str) -> None:
    """The same password, hashed as hashes are made today."""
    await tx.execute("UPDATE directory.credential SET password = $2 WHERE person = $1", person, password)


async def add_membership(tx: Tx, person: PersonId) -> None:
    await tx.execute(
        "INSERT INTO directory.membership (person, workspace) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        person,
        tx.workspace_id,
    )


async def end_membership(tx: Tx, person: PersonId) -> None:
    await tx.execute("DELETE FROM directory.membership WHERE person = $1 AND workspace = $2", person, tx.workspace_id)


async def end_memberships(tx: Tx, persons: Sequence[PersonId]) -> None:
    await tx.execute(
        "DELETE FROM directory.membership WHERE person = ANY($1::int[]) AND workspace = $2", persons, tx.workspace_id
    )


async def list_memberships(tx: Connection, person: PersonId) -> Sequence[WorkspaceId]:
    rows = await tx.fetch("SELECT workspace FROM directory.membership WHERE person = $1 ORDER BY workspace", person)
    return [WorkspaceId(row["workspace"]) for row in rows]


async def save_choices(tx: SystemTx, person: PersonId, language: str | None, zone: str | None) -> None:
    await tx.execute("UPDATE directory.person SET language = $2, zone = $3 WHERE id = $1", person, language, zone)
