"""Linked devices, the attempts to link one, and their queues of events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tideline.connectors.simulator.model import Link, LinkId, PhoneId
from tideline.platform.db import Connection, Row, SystemTx


@dataclass(frozen=True, slots=True)
class PairingRow:
    """An attempt to link as it stands, with the phone that confirmed it."""

    workspace: int
    pairing_id: int
    phone: str | None
    state: str
    secret: str
    turn: int
    until: datetime
    version: int
    error: str | None
    by_phone: str | None = None
    by_lid: str | None = None
    by_name: str | None = None


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A session that a connector holds, and the last event it has handed out."""

    number_id: int
    epoch: int
    after: int


PAIRING = "p.workspace, p.pairing_id, p.phone, p.state, p.secret, p.turn, p.until, p.version, p.error"
LINK = "l.id, l.phone, l.number_id, l.epoch, l.opened_at IS NOT NULL AS is_open, l.ended_at IS NOT NULL AS is_ended"


def to_link(row: Row) -> Link:
    return Link(
        LinkId(row["id"]), PhoneId(row["phone"]), row["number_id"], row["epoch"], row["is_open"], row["is_ended"]
    )


# Pairing ---------------------------------------------------------------------------------------------------


async def save_pairing(tx: SystemTx, pairing: PairingRow) -> None:
    await tx.execute(
        """
        INSERT INTO simulator.pairing (workspace, pairing_id, phone, state, secret, turn, until, version, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (workspace, pairing_id) DO UPDATE
        SET phone = excluded.phone, state = excluded.state, secret = excluded.secret, turn = excluded.turn,
            until = excluded.until, version = excluded.version, error = excluded.error
        """,
        pairing.workspace,
        pairing.pairing_id,
        pairing.phone,
        pairing.state,
        pairing.secret,
        pairing.turn,
        pairing.until,
        pairing.version,
        pairing.error,
    )


async def pairings(conn: Connection, refs: Collection[tuple[int, int]]) -> list[PairingRow]:
    rows = await conn.fetch(
        f"""
        SELECT {PAIRING}, o.phone AS by_phone, o.lid AS by_lid, o.name AS by_name
        FROM unnest($1::int[], $2::int[]) AS r(workspace, pairing_id)
        JOIN simulator.pairing p USING (workspace, pairing_id)
        LEFT JOIN simulator.link l USING (workspace, pairing_id)
        LEFT JOIN simulator.phone o ON o.id = l.phone
        ORDER BY p.workspace, p.pairing_id
        """,
        [workspace for workspace, _ in refs],
        [pairing_id for _, pairing_id in refs],
    )
    return [PairingRow(**row) for row in rows]


async def due_pairings(tx: SystemTx, now: datetime) -> list[PairingRow]:
    rows = await tx.fetch(f"SELECT {PAIRING} FROM simulator.pairing p WHERE p.state = 'waiting' AND p.until <= $1", now)
    return [PairingRow(**row) for row in rows]


async def find_waiting(tx: SystemTx, secret: str) -> PairingRow | None:
    row = await tx.row(f"SELECT {PAIRING} FROM simulator.pairing p WHERE p.secret = $1 AND p.state = 'waiting'", secret)
    return PairingRow(**row) if row else None


async def current_secret(conn: Connection, workspace: int, pairing_id: int) -> str | None:
    found: str | None = await conn.value(
        "SELECT secret FROM simulator.pairing WHERE workspace = $1 AND pairing_id = $2 AND state = 'waiting'",
        workspace,
        pairing_id,
    )
    return found


# Links -----------------------------------------------------------------------------------------------------


async def insert_link(tx: SystemTx, link: Link, workspace: int, pairing_id: int | None, at: datetime) -> None:
    await tx.execute(
        "INSERT INTO simulator.link (id, phone, workspace, pairing_id, created_at) VALUES ($1, $2, $3, $4, $5)",
        link.id,
        link.phone,
        workspace,
        pairing_id,
        at,
    )


async def find_by_pairing(conn: Connection, workspace: int, pairing_id: int) -> Link | None:
    row = await conn.row(
        f"SELECT {LINK} FROM simulator.link l WHERE l.workspace = $1 AND l.pairing_id = $2", workspace, pairing_id
    )
    return to_link(row) if row else None


async def find_by_number(conn: Connection, number_id: int) -> Link | None:
    row = await conn.row(f"SELECT {LINK} FROM simulator.link l WHERE l.number_id = $1", number_id)
    return to_link(row) if row else None


async def find_link(conn: Connection, link: LinkId) -> Link | None:
    row = await conn.row(f"SELECT {LINK} FROM simulator.link l WHERE l.id = $1", link)
    return to_link(row) if row else None


async def adopt(tx: SystemTx, link: LinkId, number_id: int) -> None:
    await tx.execute("UPDATE simulator.link SET number_id = $2 WHERE id = $1", link, number_id)


async def hand_over(tx: SystemTx, old: LinkId, new: LinkId) -> None:
    """A number got a new link: what the old one had not been told, and whom it knew, is the new one's now.

    States are left behind, because they speak of a connection that is gone.
    """
    await tx.execute(
        "UPDATE simulator.event SET link = $2, held = false WHERE link = $1 AND kind <> 'StateChanged'", old, new
    )
    await tx.execute(
        """
        INSERT INTO simulator.acquaintance (link, phone, by_phone, by_lid, mapped)
        SELECT $2, phone, by_phone, by_lid, mapped FROM simulator.acquaintance WHERE link = $1
        ON CONFLICT (link, phone) DO UPDATE
        SET by_phone = acquaintance.by_phone OR excluded.by_phone, by_lid = acquaintance.by_lid OR excluded.by_lid,
            mapped = acquaintance.mapped OR excluded.mapped
        """,
        old,
        new,
    )
    await forget(tx, old)


async def open_session(tx: SystemTx, link: LinkId, epoch: int, at: datetime) -> bool:
    """Take the session over; False when a younger owner holds it."""
    touched = await tx.execute(
        "UPDATE simulator.link SET epoch = $2, opened_at = coalesce(opened_at, $3) WHERE id = $1 AND epoch <= $2",
        link,
        epoch,
        at,
    )
    return touched == 1


async def end(tx: SystemTx, links: Collection[LinkId], at: datetime) -> None:
    """The link is over; what its queue holds can still be fetched."""
    await tx.execute(
        "UPDATE simulator.link SET ended_at = $2 WHERE id = ANY($1::bigint[]) AND ended_at IS NULL", list(links), at
    )
    await tx.execute("DELETE FROM simulator.event WHERE link = ANY($1::bigint[]) AND held", list(links))


async def forget(tx: SystemTx, link: LinkId) -> None:
    """The link is over and nobody asks for it any more; its queue goes with it."""
    await tx.execute("DELETE FROM simulator.link WHERE id = $1", link)


# Queues ----------------------------------------------------------------------------------------------------


async def read_events(conn: Connection, sessions: Sequence[SessionKey], limit: int) -> list[Row]:
    """The next events of each session, in order; of a session that somebody else took over, none."""
    return await conn.fetch(
        """
        SELECT s.number_id, s.epoch, e.id, e.kind, e.event
        FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS s(number_id, epoch, after)
        JOIN simulator.link l ON l.number_id = s.number_id AND l.epoch = s.epoch
        CROSS JOIN LATERAL (
            SELECT e.id, e.kind, e.event FROM simulator.event e
            WHERE e.link = l.id AND e.id > s.after AND NOT e.held ORDER BY e.id LIMIT $4
        ) e
        ORDER BY s.number_id, e.id
        """,
        [session.number_id for session in sessions],
        [session.epoch for session in sessions],
        [session.after for session in sessions],
        limit,
    )


async def drop_events(conn: Connection, number_id: int, epoch: int, up_to: int) -> None:
    await conn.execute(
        """
        DELETE FROM simulator.event e USING simulator.link l
        WHERE l.number_id = $1 AND l.epoch = $2 AND e.link = l.id AND e.id <= $3 AND NOT e.held
        """,
        number_id,
        epoch,
        up_to,
    )


async def held_events(tx: SystemTx, links: Collection[LinkId]) -> list[tuple[LinkId, str, Any]]:
    """Take out what was held while the phone had no connection, in the order in which it happened."""
    rows = await tx.fetch(
        "DELETE FROM simulator.event WHERE link = ANY($1::bigint[]) AND held RETURNING link, id, kind, event",
        list(links),
    )
    return [(LinkId(row["link"]), row["kind"], row["event"]) for row in sorted(rows, key=lambda row: row["id"])]
