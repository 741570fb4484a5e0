"""One partition a day for a log: made some days ahead, dropped when the log is no longer kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from tideline.platform.db import SystemTx

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=3)
KEEP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DailyLog:
    """A table partitioned by the UTC day of `at`, with a default partition `{table}_rest`.

    `unfinished` is the condition of rows that are kept however old they are.
    """

    schema: str
    table: str
    unfinished: str

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def rest(self) -> str:
        return f"{self.name}_rest"

    def partition(self, day: date) -> str:
        return f"{self.name}_{day:%Y%m%d}"


FACTS = DailyLog("tenant", "fact", unfinished="seq IS NULL")


async def maintain_partitions(
    tx: SystemTx, daily: DailyLog = FACTS, *, ahead: timedelta = AHEAD, keep: timedelta = KEEP
) -> None:
    """Make the partitions from today to `ahead`, drop those that are older than `keep`. To be called once a day.

    Rows that fell into the default partition, because nobody made the day's in time, move to one of their own. It
    gives up after a second of waiting for a lock (`LockNotAvailableError`), because writers would queue behind it.
    """
    await tx.execute("SET LOCAL lock_timeout = '1s'")
    today = tx.now.astimezone(UTC).date()
    oldest = today - keep
    there = await _days(tx, daily)
    missing = {*_from_to(today, today + ahead), *await _days_of_rest(tx, daily, oldest)} - there
    if missing and min(missing) <= today:
        # Who is writing into the default partition now would be refused once the day has another one.
        await tx.execute(f"LOCK TABLE {daily.name} IN SHARE ROW EXCLUSIVE MODE")
    await _make(tx, daily, missing)
    await _drop(tx, daily, {day for day in there if day < oldest}, oldest)


async def _make(tx: SystemTx, daily: DailyLog, days: Iterable[date]) -> None:
    for day in sorted(days):
        partition, start, end = daily.partition(day), _midnight(day), _midnight(day + timedelta(days=1))
        await tx.execute(f"LOCK TABLE {daily.rest} IN ACCESS EXCLUSIVE MODE")
        await tx.execute(f"CREATE TABLE {partition} (LIKE {daily.name} INCLUDING ALL)")
        await tx.execute(
            f"""
            WITH moved AS (DELETE FROM {daily.rest} WHERE at >= $1 AND at < $2 RETURNING *)
            INSERT INTO {partition} SELECT * FROM moved
            """,
            start,
            end,
        )
        await tx.execute(
            f"ALTER TABLE {daily.name} ATTACH PARTITION {partition} "
            f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
        )
        log.info("partitions.made", partition=partition)


async def _drop(tx: SystemTx, daily: DailyLog, days: Iterable[date], oldest: date) -> None:
    for day in sorted(days):
        partition = daily.partition(day)
        if await tx.value(f"SELECT EXISTS (SELECT FROM {partition} WHERE {daily.unfinished})"):
            log.warning("partitions.unfinished", partition=partition)
            continue
        await tx.execute(f"DROP TABLE {partition}")
        log.info("partitions.dropped", partition=partition)
    await tx.execute(f"DELETE FROM {daily.rest} WHERE at < $1 AND NOT ({daily.unfinished})", _midnight(oldest))


async def _days(tx: SystemTx, daily: DailyLog) -> set[date]:
    rows = await tx.fetch(
        """
        SELECT child.relname FROM pg_inherits
        JOIN pg_class child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = to_regclass($1)
        """,
        daily.name,
    )
    found = (re.fullmatch(rf"{daily.table}_(\d{{8}})", row["relname"]) for row in rows)
    return {datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC).date() for match in found if match}


async def _days_of_rest(tx: SystemTx, daily: DailyLog, oldest: date) -> set[date]:
    rows = await tx.fetch(
        f"SELECT DISTINCT (at AT TIME ZONE 'UTC')::date AS day FROM {daily.rest} WHERE at >= $1", _midnight(oldest)
    )
    return {row["day"] for row in rows}


def _from_to(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
