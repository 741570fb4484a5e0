"""The lanes of webhooks: a group per subscription with a fixed number of lanes, over which its chats are spread."""

from tideline.features.webhooks.model import Webhook
from tideline.platform import lanes
from tideline.platform.db import Tx

LANE = "webhook"
WIDTH = 8
LANES = 64
ONE_BY_ONE = (0.0, 0.000_001)  # a lane that rests, however shortly, is given out with a single item


def set_up_later(tx: Tx, webhook: Webhook) -> None:
    """Let its group be worked on as the subscription says. What waits while it is paused is delivered afterwards."""

    async def set_up(last: Tx) -> None:
        await lanes.set_group(
            last,
            last.workspace_id,
            LANE,
            webhook.id,
            width=WIDTH,
            gap=ONE_BY_ONE if webhook.is_strict else (0.0, 0.0),
            paused=not webhook.enabled,
        )

    tx.before_commit(set_up)


def remove_later(tx: Tx, webhook: Webhook) -> None:
    tx.before_commit(lambda last: lanes.remove_group(last, LANE, webhook.id))


def lane_of(webhook: Webhook, chat_id: int | None) -> lanes.Lane:
    """Where an event of this chat waits. What belongs to no chat, and everything where order is strict, is in one row.

    All lanes of a webhook lead to the same receiver, so a lane per chat would be no fairer than a few dozen; these
    are taken and settled together.
    """
    return lanes.Lane(LANE, webhook.id, "" if webhook.is_strict or chat_id is None else str(chat_id % LANES))
