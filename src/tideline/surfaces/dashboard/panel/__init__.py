"""What is known of a chat beside its conversation: who it is with, whose it is, its labels, its files.

`panel_routes(...)` gives the routes; `details_of(tx, visitor, chat)` reads what a page shows with the panel in it, and
`is_open(request)` says whether it is to.
"""

from tideline.surfaces.dashboard.panel.details import Details, details_of, is_open, url_of
from tideline.surfaces.dashboard.panel.routes import panel_routes

__all__ = ["Details", "details_of", "is_open", "panel_routes", "url_of"]
