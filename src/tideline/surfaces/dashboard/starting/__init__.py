"""Starting chats: with somebody new, or one message to several. `starting_routes(...)` gives the routes."""

from tideline.surfaces.dashboard.starting.routes import starting_routes

__all__ = ["starting_routes"]
