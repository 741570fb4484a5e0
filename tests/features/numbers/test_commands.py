"""What waits on a lane for a gateway comes back as what was asked."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.support.office import Office
from tideline.features import numbers
from tideline.features.numbers import Command, Fetch, MarkRead, Unlink, commands
from tideline.features.numbers.port import MediaKind, MediaRef, MessageKey, Peer
from tideline.platform import lanes

FILE = UUID("01938d5c-0000-7000-8000-000000000001")
COMMANDS: dict[str, Command] = {
    "read": MarkRead(
        [
            MessageKey(Peer(phone="15550002001"), "ABC", from_me=False),
            MessageKey(Peer(group="123@g.us"), "DEF", from_me=False, sender=Peer(lid="99")),
        ]
    ),
    "fetch": Fetch(FILE, MediaRef(MediaKind.VOICE, "note.ogg", "audio/ogg", 1234, "ref/1")),
    "unlink": Unlink(datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
async def test_a_command_survives_its_lane(office: Office, command: Command) -> None:
    number = (await office.link()).number

    async def order(tx: object) -> None:
        numbers.order(tx, number.id, [command])  # type: ignore[arg-type]

    await office.run(order)
    kind = numbers.MEDIA_LANE if isinstance(command, Fetch) else numbers.COMMAND_LANE
    async with office.db.system() as tx:
        [held] = await lanes.claim(tx, kind)
    assert (held.lane.group, held.workspace_id) == (number.id, office.id)
    assert numbers.from_payload(held.items[0].payload) == command


async def test_files_come_in_side_by_side_and_read_marks_in_their_order(office: Office) -> None:
    number = (await office.link()).number
    media = MediaRef(MediaKind.IMAGE, "a.jpg", "image/jpeg", 1, "ref")
    fetches = [Fetch(UUID(int=n), media) for n in range(3)]
    marks = [MarkRead([MessageKey(Peer(phone="15550002001"), str(n), from_me=False)]) for n in range(3)]

    async def order(tx: object) -> None:
        numbers.order(tx, number.id, [*fetches, *marks])  # type: ignore[arg-type]

    await office.run(order)
    async with office.db.system() as tx:
        await lanes.set_group(tx, office.id, numbers.MEDIA_LANE, number.id, width=4)
        files = await lanes.claim(tx, numbers.MEDIA_LANE, limit=10, heads=10)
        reads = await lanes.claim(tx, numbers.COMMAND_LANE, limit=10, heads=10)
    assert len(files) == 3
    [held] = reads
    assert [commands.from_payload(item.payload) for item in held.items] == marks
