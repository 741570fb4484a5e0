"""The pages people see: signing in, the list of chats, one chat, and the page on which a phone scans a code."""

from tideline.surfaces.dashboard.routes import DashboardDeps, routes

__all__ = ["DashboardDeps", "routes"]
