"""Waiting for a fact, for as long as it takes and no longer."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.005


async def until(fact: Callable[[], Any], what: str = "it") -> Any:
    """What `fact` says (or gives when awaited), as soon as that is something; all else goes on meanwhile."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = fact()
                if inspect.isawaitable(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen") from None
