"""The pages people see: signing in, the list of chats, one chat, and the page on which a phone scans a code.

`routes(DashboardDeps(...))` gives the Starlette routes, `EXCEPTION_HANDLERS` the pages for what no route takes.
"""

from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.frames import NOBODY, Host, HostOf
from tideline.surfaces.dashboard.routes import EXCEPTION_HANDLERS, routes

__all__ = ["EXCEPTION_HANDLERS", "NOBODY", "DashboardDeps", "Host", "HostOf", "routes"]
