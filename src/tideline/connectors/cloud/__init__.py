"""WhatsApp's Business Platform (Cloud API): numbers that Meta speaks for instead of a phone.

`CloudConnector(db, wakes, Graph(outgoing, base), vault)` is for the gateway; `Inbox(db)` is where the surface that the
platform calls puts down what it was told. Both meet in the tables of schema `cloud`.
"""

from tideline.connectors.cloud.client import Graph
from tideline.connectors.cloud.connector import CloudConnector
from tideline.connectors.cloud.inbox import Inbox, InboxFull
from tideline.connectors.cloud.routing import Addressed, addressed
from tideline.connectors.cloud.store import Notice, Stray
from tideline.connectors.cloud.sweeping import sweeping

__all__ = ["Addressed", "CloudConnector", "Graph", "Inbox", "InboxFull", "Notice", "Stray", "addressed", "sweeping"]
