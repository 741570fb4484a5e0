"""Giving work to the gateway that holds a number's session."""

from collections.abc import Sequence

from tideline.features.numbers.commands import Command, Fetch, LookAtPicture, to_payload
from tideline.platform import lanes
from tideline.platform.db import Tx

SEND_LANE = "send"
COMMAND_LANE = "command"
MEDIA_LANE = "media"
PICTURE_LANE = "picture"
NUMBER_LANES = (SEND_LANE, COMMAND_LANE, MEDIA_LANE, PICTURE_LANE)


def order(tx: Tx, number_id: int, commands: Sequence[Command]) -> None:
    """Have these done soon after the commit, in their order; files come in side by side, and pictures one by one with a
    rest in between."""
    items = [lanes.NewItem(_lane(number_id, command), to_payload(command)) for command in commands]
    tx.before_commit(lambda last: lanes.enqueue(last, last.workspace_id, items))


def _lane(number_id: int, command: Command) -> lanes.Lane:
    if isinstance(command, Fetch):
        return lanes.Lane(MEDIA_LANE, number_id, str(command.file_uid))
    if isinstance(command, LookAtPicture):
        return lanes.Lane(PICTURE_LANE, number_id)
    return lanes.Lane(COMMAND_LANE, number_id)
