"""A process of its own in which a phone writes without a pause, and says of each message that it was sent.

`python -m tests.support.writing_phone DSN AUTHOR TO`; a test kills it.
"""

import asyncio
import itertools
import sys

from tideline.connectors.simulator import Draft, World
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


async def write_for_ever(dsn: str, author: str, to: str) -> None:
    db = await Database.connect(dsn, SystemClock())
    world = World(db, Wakes())
    for n in itertools.count():
        written = await world.write(Draft(author, to, f"Message {n}"))
        print(written.external_id, flush=True)


if __name__ == "__main__":
    asyncio.run(write_for_ever(*sys.argv[1:]))
