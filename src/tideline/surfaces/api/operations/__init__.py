"""The functions that answer the contract's operations, by topic; importing a topic registers its functions."""

from tideline.surfaces.api.operations import (
    carrying,
    chats,
    deliveries,
    events,
    files,
    labels,
    messages,
    notes,
    people,
    reactions,
    search,
    sending,
    templates,
    waba_accounts,
    waba_chats,
    waba_messages,
    webhooks,
    workspace,
)
from tideline.surfaces.api.registry import operations

FUNCTIONS = operations.functions

__all__ = [
    "FUNCTIONS",
    "carrying",
    "chats",
    "deliveries",
    "events",
    "files",
    "labels",
    "messages",
    "notes",
    "people",
    "reactions",
    "search",
    "sending",
    "templates",
    "waba_accounts",
    "waba_chats",
    "waba_messages",
    "webhooks",
    "workspace",
]
