"""The rows of mails. Who takes one counts its attempts up, which keeps an earlier holder from settling it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tideline.platform.db import Connection, Row, SystemTx
from tideline.platform.mail.model import GIVE_UP, Letter, Mail, MailUid, State, Step

_COLUMNS = """
    uid, workspace, kind, recipient, name, subject, sealed, state, attempts, next_at, problem, created_at,
    give_up_at, settled_at
"""


async def insert(tx: Connection, uid: MailUid, workspace_id: int | None, letter: Letter, sealed: bytes) -> None:
    await tx.execute(
        """
        INSERT INTO directory.mail (uid, workspace, kind, about, recipient, name, subject, sealed, state, next_at,
                                    created_at, give_up_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $9, $10)
        """,
        uid,
        workspace_id,
        letter.kind,
        letter.about,
        letter.to,
        letter.name,
        letter.subject,
        sealed,
        tx.now,
        tx.now + GIVE_UP,
    )


async def withdraw(tx: Connection, about: str) -> int:
    return await tx.execute("DELETE FROM directory.mail WHERE about = $1 AND state <> 'sent'", about)


async def withdraw_all(tx: Connection, about: Sequence[str]) -> None:
    await tx.execute("DELETE FROM directory.mail WHERE about = ANY($1::text[]) AND state <> 'sent'", about)


async def take(tx: SystemTx, limit: int, until: datetime) -> list[Mail]:
    """The pending mails whose time has come; until then nobody else takes them."""
    rows = await tx.fetch(
        f"""
        UPDATE directory.mail SET attempts = attempts + 1, next_at = $3
        WHERE uid = ANY (ARRAY(
            SELECT uid FROM directory.mail WHERE state = 'pending' AND next_at <= $1
            ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        RETURNING {_COLUMNS}
        """,
        tx.now,
        limit,
        until,
    )
    return [_mail(row) for row in rows]


async def hand_back(tx: SystemTx, mails: Sequence[Mail], next_at: datetime) -> None:
    """Mails that were taken and not tried: as if nobody had taken them, but not before then."""
    await tx.execute(
        """
        UPDATE directory.mail m SET attempts = m.attempts - 1, next_at = $3
        FROM unnest($1::uuid[], $2::int[]) AS n(uid, attempts)
        WHERE m.uid = n.uid AND m.attempts = n.attempts AND m.state = 'pending'
        """,
        [mail.uid for mail in mails],
        [mail.attempts for mail in mails],
        next_at,
    )


async def settle(tx: SystemTx, mail: Mail, step: Step) -> bool:
    """Write down what came of an attempt; false when the mail was withdrawn or is in other hands. Once a mail was
    sent its text goes."""
    settled = await tx.execute(
        """
        UPDATE directory.mail
        SET state = $3, next_at = $4, problem = $5, sealed = CASE WHEN $3 <> 'sent' THEN sealed END,
            settled_at = CASE WHEN $3 <> 'pending' THEN $6::timestamptz END
        WHERE uid = $1 AND attempts = $2 AND state = 'pending'
        """,
        mail.uid,
        mail.attempts,
        step.state.value,
        step.next_at,
        step.problem,
        tx.now,
    )
    return settled == 1


async def keep(tx: SystemTx, limit: int) -> int:
    """Pending mails that nobody will send stay for the operator."""
    return await tx.execute(
        """
        UPDATE directory.mail SET state = 'kept', settled_at = $1
        WHERE uid = ANY (ARRAY(
            SELECT uid FROM directory.mail WHERE state = 'pending' ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        """,
        tx.now,
        limit,
    )


async def next_at(tx: Connection) -> datetime | None:
    found: datetime | None = await tx.value("SELECT min(next_at) FROM directory.mail WHERE state = 'pending'")
    return found


async def find(tx: Connection, uid: UUID) -> Mail | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM directory.mail WHERE uid = $1", uid)
    return _mail(row) if row else None


async def list_newest(tx: Connection, limit: int, state: State | None, workspace_id: int | None) -> list[Mail]:
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM directory.mail
        WHERE ($2::text IS NULL OR state = $2) AND ($3::int IS NULL OR workspace = $3)
        ORDER BY created_at DESC, uid DESC LIMIT $1
        """,
        limit,
        state.value if state else None,
        workspace_id,
    )
    return [_mail(row) for row in rows]


async def count(tx: Connection) -> dict[State, int]:
    rows = await tx.fetch("SELECT state, count(*) AS mails FROM directory.mail GROUP BY state")
    return {State(row["state"]): row["mails"] for row in rows}


async def send_again(tx: SystemTx, uid: UUID) -> bool:
    """A mail that is waiting, failed or was kept begins anew."""
    begun = await tx.execute(
        """
        UPDATE directory.mail SET state = 'pending', next_at = $2, give_up_at = $3, settled_at = NULL
        WHERE uid = $1 AND state <> 'sent'
        """,
        uid,
        tx.now,
        tx.now + GIVE_UP,
    )
    return begun == 1


async def delete_before(tx: SystemTx, at: datetime) -> int:
    return await tx.execute("DELETE FROM directory.mail WHERE created_at < $1", at)


async def lock_sealed(tx: SystemTx, *, after: UUID, limit: int) -> list[tuple[MailUid, bytes]]:
    """The next mails, by uid, that still have a text."""
    rows = await tx.fetch(
        "SELECT uid, sealed FROM directory.mail WHERE sealed IS NOT NULL AND uid > $1 ORDER BY uid LIMIT $2 FOR UPDATE",
        after,
        limit,
    )
    return [(MailUid(UUID(bytes=row["uid"].bytes)), row["sealed"]) for row in rows]


async def reseal(tx: SystemTx, sealed: Sequence[tuple[MailUid, bytes]]) -> None:
    await tx.execute(
        """
        UPDATE directory.mail m SET sealed = n.sealed
        FROM unnest($1::uuid[], $2::bytea[]) AS n(uid, sealed) WHERE m.uid = n.uid
        """,
        [uid for uid, _ in sealed],
        [one for _, one in sealed],
    )


def _mail(row: Row) -> Mail:
    return Mail(
        uid=MailUid(UUID(bytes=row["uid"].bytes)),
        workspace_id=row["workspace"],
        kind=row["kind"],
        recipient=row["recipient"],
        name=row["name"],
        subject=row["subject"],
        sealed=row["sealed"],
        state=State(row["state"]),
        attempts=row["attempts"],
        next_at=row["next_at"],
        problem=row["problem"],
        created_at=row["created_at"],
        give_up_at=row["give_up_at"],
        settled_at=row["settled_at"],
    )
