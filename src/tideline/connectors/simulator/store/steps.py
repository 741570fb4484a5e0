"""The lock on the world, its counters, and what a step leaves behind in the queues of links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tideline.connectors.simulator.model import Known, LinkId, PhoneId
from tideline.platform.db import Connection, SystemTx


@dataclass(slots=True)
class Counters:
    """The last id given to a thing, and to an event."""

    last_id: int
    last_event: int


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    link: LinkId
    id: int
    kind: str
    event: Any
    held: bool


async def lock_world(tx: SystemTx) -> Counters:
    """Wait for our turn: the world takes one step at a time.

    The statements of a step touch few rows, and planning them anew each time would cost more than running them.
    """
    row = await tx.row(
        """
        SELECT last_id, last_event, set_config('plan_cache_mode', 'force_generic_plan', true)
        FROM simulator.world FOR UPDATE
        """
    )
    assert row is not None
    return Counters(row["last_id"], row["last_event"])


async def finish(
    tx: SystemTx,
    counters: Counters,
    events: Sequence[QueuedEvent],
    known: Sequence[tuple[LinkId, PhoneId, Known]],
) -> None:
    """Write what the step told the links, what they learnt, and the counters."""
    await tx.execute(
        """
        WITH told AS (
            INSERT INTO simulator.event (link, id, kind, event, held)
            SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::jsonb[], $7::boolean[])
        ), learnt AS (
            INSERT INTO simulator.acquaintance (link, phone, by_phone, by_lid, mapped)
            SELECT * FROM unnest($8::bigint[], $9::bigint[], $10::boolean[], $11::boolean[], $12::boolean[])
            ON CONFLICT (link, phone) DO UPDATE
            SET by_phone = excluded.by_phone, by_lid = excluded.by_lid, mapped = excluded.mapped
        )
        UPDATE simulator.world SET last_id = $1, last_event = $2, changes = changes + 1
        """,
        counters.last_id,
        counters.last_event,
        [event.link for event in events],
        [event.id for event in events],
        [event.kind for event in events],
        [event.event for event in events],
        [event.held for event in events],
        [link for link, _, _ in known],
        [phone for _, phone, _ in known],
        [one.by_phone for _, _, one in known],
        [one.by_lid for _, _, one in known],
        [one.mapped for _, _, one in known],
    )


async def version(conn: Connection) -> int:
    """How many changes the world has seen."""
    return int(await conn.value("SELECT changes FROM simulator.world"))
