"""The pages people see: signing in, the list of chats, one chat, and the page on which a phone scans a code.

`routes(DashboardDeps(...))` gives the Starlette routes, `EXCEPTION_HANDLERS` the pages for what no route takes.
"""

from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.first_run import FirstRun
from tideline.surfaces.dashboard.frames import NOBODY, Host, HostOf
from tideline.surfaces.dashboard.rendering import HERE
from tideline.surfaces.dashboard.routes import EXCEPTION_HANDLERS, routes

# the style sheet with the colours and sizes of the whole product
TOKENS = HERE / "static" / "tokens.css"

__all__ = ["EXCEPTION_HANDLERS", "NOBODY", "TOKENS", "DashboardDeps", "FirstRun", "Host", "HostOf", "routes"]
