"""How a number is doing right now: when something happened last, what waits to be sent, what failed since midnight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from tideline.features import chats, numbers
from tideline.features.messages.store import failures
from tideline.platform import lanes
from tideline.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Pulse:
    last_message_at: datetime | None = None
    waiting: int = 0
    failed: int = 0


async def pulses(tx: Tx, number_ids: Collection[int], *, since: datetime) -> Mapping[int, Pulse]:
    """Of each of these numbers, in three statements for all of them."""
    ids = list(number_ids)
    if not ids:
        return {}
    last = await chats.last_activity(tx, ids)
    waiting = await lanes.count_waiting(tx, tx.workspace_id, numbers.SEND_LANE, ids)
    failed = await failures.count_since(tx, ids, since)
    return {one: Pulse(last.get(one), waiting.get(one, 0), failed.get(one, 0)) for one in ids}
