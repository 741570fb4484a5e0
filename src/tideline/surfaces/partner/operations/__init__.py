"""The functions behind the operations, by what they are about."""

from tideline.surfaces.partner.operations import settings, tokens, users, workspaces
from tideline.surfaces.partner.registry import operations

FUNCTIONS = operations.functions

__all__ = ["FUNCTIONS", "settings", "tokens", "users", "workspaces"]
