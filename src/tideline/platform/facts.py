"""Facts: what happened, saved in the transaction of the change, read later by everybody who cares.

A fact has no `seq` when it is inserted; the dispatcher gives numbers to committed facts, so that a
workspace's numbers are gapless and become visible in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tideline.platform.db import Tx


NEW = "facts:new"  # the topic that wakes the dispatcher: facts were committed and have no number yet


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody came in: through `dashboard`, `api`, `partner` or `cli`, from which address, and with which key: the
    beginning of the hash of a session or token, a partner's id, an account of the machine. Never a secret."""

    name: str
    address: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused something: `system`, `teammate` or `token` (teammate id), `contact`, `phone` (the own one), `partner`,
    `operator` (person id), `stranger` (nobody knows who). The way in is known where somebody came in."""

    kind: str
    id: int | None = None
    way: Way | None = field(default=None, compare=False)


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class NewFact:
    """Something that happened, about to be saved. `payload` is a versioned snapshot made of JSON types."""

    kind: str
    payload: dict[str, Any]
    chat_id: int | None = None
    version: int = 1
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A committed fact with its number."""

    workspace_id: int
    seq: int
    id: int
    kind: str
    version: int
    at: datetime
    actor: Actor
    chat_id: int | None
    payload: dict[str, Any] = field(repr=False)


async def insert(tx: "Tx", new: Sequence[NewFact]) -> None:
    """Save facts in the order in which they were recorded."""
    actors = [fact.actor or tx.actor for fact in new]
    ways = [actor.way or tx.actor.way for actor in actors]
    await tx.execute(
        """
        INSERT INTO tenant.fact (workspace, at, kind, version, actor_kind, actor_id, chat_id, payload,
                                 via, address, via_key)
        SELECT $1, $2, f.kind, f.version, f.actor_kind, f.actor_id, f.chat_id, f.payload,
               f.via, f.address, f.via_key
        FROM unnest($3::text[], $4::smallint[], $5::text[], $6::int[], $7::int[], $8::jsonb[],
                    $9::text[], $10::text[], $11::text[])
             WITH ORDINALITY AS f(kind, version, actor_kind, actor_id, chat_id, payload, via, address, via_key, n)
        ORDER BY f.n
        """,
        tx.workspace_id,
        tx.now,
        [fact.kind for fact in new],
        [fact.version for fact in new],
        [actor.kind for actor in actors],
        [actor.id for actor in actors],
        [fact.chat_id for fact in new],
        [fact.payload for fact in new],
        [way.name if way else None for way in ways],
        [way.address if way else None for way in ways],
        [way.key if way else None for way in ways],
    )
