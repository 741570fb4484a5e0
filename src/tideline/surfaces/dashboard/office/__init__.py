"""The pages around the inbox: numbers, people, and what a workspace is set to.

`office_routes(...)` gives their routes. Each page is a class with its handlers; `Office` is what they have in common.
"""

from tideline.surfaces.dashboard.office.routes import office_routes

__all__ = ["office_routes"]
