"""What screens hear while they are open: one stream of news per browser, and who else is at a chat.

`Hub(deps)` reads the facts of every workspace somebody watches, once for all; `StreamPage` is the address of a stream.
"""

from tideline.surfaces.dashboard.live.hub import Hub
from tideline.surfaces.dashboard.live.page import StreamPage
from tideline.surfaces.dashboard.live.presence import Presence

__all__ = ["Hub", "Presence", "StreamPage"]
