"""Where the functions that answer operations register, and further paths that lead to some of them."""

from tideline.platform.contract.registry import Operations

operations = Operations()
operation = operations.operation

ALIASES = (
    ("GET", "/quotas", "getWorkspaceQuotas"),
    ("PUT", "/messages/{message_uid}/reactions", "setReaction"),
)
"""Paths that are in no contract, but in programs that people use."""
