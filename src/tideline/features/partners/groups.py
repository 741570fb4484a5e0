"""The lanes of partners' events: a group per partner, in which every workspace has a lane of its own."""

from tideline.features.partners.model import Partner
from tideline.platform import lanes
from tideline.platform.db import SystemTx

LANE = "partner"
WIDTH = 8
OF_NO_WORKSPACE = 0


async def set_up(tx: SystemTx, partner: Partner) -> None:
    await lanes.set_group(tx, OF_NO_WORKSPACE, LANE, partner.webhook_id, width=WIDTH)


def lane_of(partner: Partner, workspace_id: int) -> lanes.Lane:
    """A receiver that hangs for one partner takes none of the places of others."""
    return lanes.Lane(LANE, partner.webhook_id, str(workspace_id))
