"""What the simulator's surface is handed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tideline.connectors.simulator import World
from tideline.features.workspaces import Access
from tideline.platform.clock import ShiftedClock
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


def _for_ever() -> Awaitable[object]:
    return asyncio.Event().wait()


@dataclass(frozen=True)
class SimulatorDeps:
    """`test_clock` is the program's clock when it may be driven (`--test-clock`), None when it may not.

    `patience` is how many seconds a call waits for a gateway to show a code. `until_the_end` returns when the program
    is about to end, so that no call holds it up.
    """

    db: Database
    wakes: Wakes
    world: World
    keyring: Keyring
    access: Access
    token: str = field(repr=False)
    public_url: str
    test_clock: ShiftedClock | None = None
    patience: float = 10.0
    until_the_end: Callable[[], Awaitable[object]] = _for_ever
