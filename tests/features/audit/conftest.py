"""The fixtures of `tests/support/two_workspaces.py`."""

from tests.support.two_workspaces import clock, db, neighbour, shared_dsn, world

__all__ = ["clock", "db", "neighbour", "shared_dsn", "world"]
