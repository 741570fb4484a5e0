"""Figures that are read from the database when Prometheus asks."""

from collections.abc import Mapping

from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.vitals import Metrics


def measure(metrics: Metrics, db: Database) -> None:
    """What waits, by kind of work."""

    async def waiting() -> Mapping[str, float]:
        found: dict[str, float] = {}
        async with db.system_read() as tx:
            for group in await lanes.list_groups(tx):
                found[group.kind] = found.get(group.kind, 0) + group.waiting
        return found

    metrics.gauge("tideline_lane_waiting", "Items that wait on lanes.", waiting, label="kind")
