"""Linked numbers as this installation serves them."""

from tideline.connectors.linked import WORKER, Care, Launch, LinkedConnector
from tideline.wiring.parts import Parts

launch = Launch(WORKER)
"""How the processes of linked numbers are started. A launcher of tests puts its own here before it serves."""


def linked_connector(parts: Parts) -> LinkedConnector:
    """Made also without the extra: whoever then links a phone is told what is missing."""
    care = Care(memory_mb=parts.settings.linked_memory)
    return LinkedConnector(parts.settings.sessions, parts.outgoing, launch=launch, care=care)
