"""The way in from WhatsApp, and out to it: sessions of numbers, pairing, sending, commands.

`Gateway(db, wakes, connectors, files, node=...)`: `await gateway.run()` until `await gateway.stop()`.
"""

from tideline.surfaces.gateway.gateway import Gateway
from tideline.surfaces.gateway.timing import Timing

__all__ = ["Gateway", "Timing"]
