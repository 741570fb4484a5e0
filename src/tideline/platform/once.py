"""What is asked for again under the same key is done once, and answered as it was the first time.

The answer is written in the transaction of the change. So there is no moment in which one is there without the other,
whatever dies when, and what failed has left nothing: it may be tried again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from tideline.platform.db import RunAgain, SystemTx, Tx
from tideline.platform.errors import Problem

T = TypeVar("T")

FORGOTTEN_TOGETHER = timedelta(minutes=1)


class IdempotencyConflict(Problem):
    code = "idempotency_conflict"
    message = "This Idempotency-Key was used for another request"


class AnsweredBefore(Exception):
    """It was done already; `answer` is what was said then."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Once:
    """A key that a teammate's program gave to a request. `digest` tells this request from others under the same key,
    `render` makes the answer from what was done."""

    teammate_id: int
    key: str
    digest: bytes
    keep: timedelta
    render: Callable[[Any], bytes] = field(compare=False)

    @property
    def name(self) -> tuple[int, str]:
        return self.teammate_id, self.key


async def do_once(tx: Tx, once: Once | None, action: Callable[[Tx], Awaitable[T]]) -> T:
    """Do it and remember that, or raise `AnsweredBefore` or `IdempotencyConflict`."""
    if once is None:
        return await action(tx)
    await ensure_new(tx, once)
    done = await action(tx)
    await remember(tx, [(once, done)])
    return done


async def ensure_new(tx: Tx, once: Once) -> None:
    [known] = await look(tx, [once])
    if known is not None:
        raise known


async def look(tx: Tx, asked: Sequence[Once]) -> list[Exception | None]:
    """What is known about each: nothing, so that it is to be done; `AnsweredBefore`; `IdempotencyConflict`; or, when
    one before it has the same key and is about to be done, `RunAgain`."""
    rows = await tx.fetch(
        """
        SELECT k.teammate_id, k.key, k.digest, k.answer FROM tenant.idempotency_key k
        JOIN unnest($2::int[], $3::text[]) AS asked (teammate_id, key)
          ON asked.teammate_id = k.teammate_id AND asked.key = k.key
        WHERE k.workspace = $1 AND k.kept_until > $4
        """,
        tx.workspace_id,
        [once.teammate_id for once in asked],
        [once.key for once in asked],
        tx.now,
    )
    known = {(row["teammate_id"], row["key"]): (row["digest"], row["answer"]) for row in rows}
    begun: set[tuple[int, str]] = set()
    found: list[Exception | None] = []
    for once in asked:
        found.append(_verdict(once, known.get(once.name), once.name in begun))
        begun.add(once.name)
    return found


def _verdict(once: Once, known: tuple[bytes, bytes] | None, is_begun: bool) -> Exception | None:
    if known is None:
        return RunAgain() if is_begun else None
    digest, answer = known
    return AnsweredBefore(answer) if digest == once.digest else IdempotencyConflict()


async def remember(tx: Tx, done: Sequence[tuple[Once, Any]]) -> None:
    """Keep the answers with the change, last in its transaction. When somebody else was faster with one of the keys
    the transaction must not stand: it is run again, and then it sees what the other one left."""
    if not done:
        return
    kept = await tx.execute(
        """
        INSERT INTO tenant.idempotency_key AS k (workspace, teammate_id, key, digest, answer, kept_until)
        SELECT $1, d.teammate_id, d.key, d.digest, d.answer, d.kept_until
        FROM unnest($2::int[], $3::text[], $4::bytea[], $5::bytea[], $6::timestamptz[])
             AS d (teammate_id, key, digest, answer, kept_until)
        ORDER BY d.teammate_id, d.key
        ON CONFLICT (workspace, teammate_id, key) DO UPDATE
        SET digest = excluded.digest, answer = excluded.answer, kept_until = excluded.kept_until
        WHERE k.kept_until <= $7
        """,
        tx.workspace_id,
        [once.teammate_id for once, _ in done],
        [once.key for once, _ in done],
        [once.digest for once, _ in done],
        [once.render(value) for once, value in done],
        [tx.now + once.keep for once, _ in done],
        tx.now,
    )
    if kept < len(done):
        raise RunAgain


async def forget(tx: SystemTx) -> int:
    """Remove the oldest of what need not be kept any more; says how many, to be called until there are none."""
    return await tx.execute(
        """
        DELETE FROM tenant.idempotency_key
        WHERE kept_until <= least($1, (SELECT min(kept_until) FROM tenant.idempotency_key) + $2)
        """,
        tx.now,
        FORGOTTEN_TOGETHER,
    )
