"""The functions that answer the contract's operations, by topic. Importing this package registers them."""

from tideline.surfaces.api.operations import chats, labels, messages, sending, workspace

__all__ = ["chats", "labels", "messages", "sending", "workspace"]
