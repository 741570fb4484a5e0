"""Sessions and one-time links: hashed tokens that let a person in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tideline.features.workspaces.model import OpenSession, PersonId, Purpose, Whence, WorkspaceId
from tideline.platform.db import SystemTx, Tx

SESSIONS: Final = "sessions"  # wakes those who keep something open for a session: one has ended


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that can still be followed."""

    purpose: Purpose
    person_id: PersonId
    workspace_id: WorkspaceId


@dataclass(frozen=True, slots=True)
class FoundSession:
    token_hash: bytes
    person_id: PersonId
    email: str
    seen_at: datetime
    expires_at: datetime
    language: str | None
    zone: str | None
    is_operator: bool


async def insert_link(tx: Tx, token_hash: bytes, purpose: Purpose, person: PersonId, *, lasts: timedelta) -> None:
    """A new link; the ones of the same purpose before it are void."""
    await void_links(tx, person, purpose)
    await tx.execute(
        """
        INSERT INTO directory.one_time_link (token_hash, purpose, person, workspace, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        token_hash,
        purpose.value,
        person,
        tx.workspace_id,
        tx.now,
        tx.now + lasts,
    )


async def void_links(tx: Tx, person: PersonId, *purposes: Purpose) -> None:
    await tx.execute(
        """
        DELETE FROM directory.one_time_link
        WHERE person = $1 AND workspace = $2 AND purpose = ANY($3::text[]) AND used_at IS NULL
        """,
        person,
        tx.workspace_id,
        [purpose.value for purpose in purposes],
    )


async def void_account_links(tx: SystemTx, person: PersonId) -> None:
    """After a new password no older link opens the account any more, whichever workspace it was made in."""
    await tx.execute(
        """
        DELETE FROM directory.one_time_link
        WHERE person = $1 AND purpose IN ('reset', 'sign_in') AND used_at IS NULL
        """,
        person,
    )


async def find_link(tx: SystemTx, hashes: Sequence[bytes]) -> Link | None:
    row = await tx.row(
        """
        SELECT purpose, person, workspace FROM directory.one_time_link
        WHERE token_hash = ANY($1::bytea[]) AND used_at IS NULL AND expires_at > $2
        """,
        hashes,
        tx.now,
    )
    return Link(Purpose(row["purpose"]), PersonId(row["person"]), WorkspaceId(row["workspace"])) if row else None


async def use_link(tx: SystemTx, hashes: Sequence[bytes]) -> bool:
    """Mark a link as followed; False when it was already, or never existed, or is too old."""
    used = await tx.execute(
        """
        UPDATE directory.one_time_link SET used_at = $2
        WHERE token_hash = ANY($1::bytea[]) AND used_at IS NULL AND expires_at > $2
        """,
        hashes,
        tx.now,
    )
    return used == 1


async def insert_session(
    tx: SystemTx, token_hash: bytes, person: PersonId, expires_at: datetime, whence: Whence
) -> None:
    await tx.execute(
        """
        INSERT INTO directory.session (token_hash, person, created_at, seen_at, expires_at, address, agent)
        VALUES ($1, $2, $3, $3, $4, $5, $6)
        """,
        token_hash,
        person,
        tx.now,
        expires_at,
        whence.address or None,
        whence.agent or None,
    )


async def list_sessions(tx: SystemTx, person: PersonId, *, seen_after: datetime) -> list[OpenSession]:
    rows = await tx.fetch(
        """
        SELECT token_hash, created_at, seen_at, address, agent FROM directory.session
        WHERE person = $1 AND expires_at > $2 AND seen_at > $3
        ORDER BY seen_at DESC, created_at DESC LIMIT 100
        """,
        person,
        tx.now,
        seen_after,
    )
    return [
        OpenSession(row["token_hash"], row["created_at"], row["seen_at"], row["address"], row["agent"]) for row in rows
    ]


async def find_session(tx: SystemTx, hashes: Sequence[bytes], *, seen_after: datetime) -> FoundSession | None:
    row = await tx.row(
        """
        SELECT s.token_hash, s.person, p.email, s.seen_at, s.expires_at, p.language, p.zone,
               EXISTS (SELECT FROM directory.operator o WHERE o.person = s.person) AS is_operator
        FROM directory.session s JOIN directory.person p ON p.id = s.person
        WHERE s.token_hash = ANY($1::bytea[]) AND s.expires_at > $2 AND s.seen_at > $3
        """,
        hashes,
        tx.now,
        seen_after,
    )
    if row is None:
        return None
    return FoundSession(
        row["token_hash"],
        PersonId(row["person"]),
        row["email"],
        row["seen_at"],
        row["expires_at"],
        row["language"],
        row["zone"],
        row["is_operator"],
    )


async def list_open(tx: SystemTx, hashes: Sequence[bytes], *, seen_after: datetime) -> list[bytes]:
    """Those of these sessions that are not over."""
    rows = await tx.fetch(
        """
        SELECT s.token_hash FROM directory.session s
        WHERE s.token_hash = ANY ($1::bytea[]) AND s.expires_at > $2 AND s.seen_at > $3
        """,
        hashes,
        tx.now,
        seen_after,
    )
    return [row["token_hash"] for row in rows]


async def touch_session(tx: SystemTx, token_hash: bytes) -> None:
    await tx.execute("UPDATE directory.session SET seen_at = $2 WHERE token_hash = $1", token_hash, tx.now)


async def delete_session(tx: SystemTx, hashes: Sequence[bytes]) -> None:
    await tx.execute("DELETE FROM directory.session WHERE token_hash = ANY($1::bytea[])", hashes)
    tx.wake(SESSIONS)


async def end_sessions(tx: Tx | SystemTx, person: PersonId) -> None:
    await tx.execute("DELETE FROM directory.session WHERE person = $1", person)
    tx.wake(SESSIONS)


async def shut(tx: Tx, persons: Sequence[PersonId]) -> None:
    """No link leads these people into the workspace any more, and they are signed out."""
    await tx.execute(
        """
        DELETE FROM directory.one_time_link
        WHERE person = ANY($1::int[]) AND workspace = $2 AND used_at IS NULL
        """,
        persons,
        tx.workspace_id,
    )
    await tx.execute("DELETE FROM directory.session WHERE person = ANY($1::int[])", persons)


async def sweep(tx: SystemTx, *, seen_before: datetime, links_before: datetime) -> int:
    """Remove sessions that are over and links that nobody can follow any more."""
    sessions = await tx.execute(
        "DELETE FROM directory.session WHERE expires_at <= $1 OR seen_at <= $2", tx.now, seen_before
    )
    links = await tx.execute("DELETE FROM directory.one_time_link WHERE expires_at <= $1", links_before)
    return sessions + links
