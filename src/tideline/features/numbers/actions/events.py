"""Events that Tideline cannot store are kept as they came, so that they neither get lost nor block their number."""

import msgspec

from tideline.features.numbers.port import Envelope
from tideline.features.numbers.store import events as store
from tideline.platform.db import Tx
from tideline.platform.ids import uuid7


async def set_aside(tx: Tx, envelope: Envelope, error: str) -> None:
    """Keep an event for somebody to look at."""
    await store.set_aside(
        tx,
        envelope.number_id,
        uid=uuid7(),
        envelope_id=envelope.id,
        kind=type(envelope.event).__name__,
        event=msgspec.json.encode(envelope.event),
        error=error.replace("\0", "")[:1000],
    )
