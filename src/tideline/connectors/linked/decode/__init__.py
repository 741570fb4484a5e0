"""What WhatsApp says, in the words of the port. No I/O: what has to be asked for is asked beforehand or afterwards."""

from tideline.connectors.linked.decode.connection import state_of
from tideline.connectors.linked.decode.content import unwrap
from tideline.connectors.linked.decode.groups import group_changed
from tideline.connectors.linked.decode.kinds import (
    BANNED,
    CONNECT_FAILURE,
    CONNECTED,
    DISCONNECTED,
    HISTORY,
    LOGGED_OUT,
    MESSAGE,
    OFFLINE_DONE,
    OUTDATED,
    PAIRED,
    RECEIPT,
    REPLACED,
    SPOOLED,
)
from tideline.connectors.linked.decode.memory import AskForGroup, moment
from tideline.connectors.linked.decode.reader import Reader

__all__ = [
    "BANNED",
    "CONNECTED",
    "CONNECT_FAILURE",
    "DISCONNECTED",
    "HISTORY",
    "LOGGED_OUT",
    "MESSAGE",
    "OFFLINE_DONE",
    "OUTDATED",
    "PAIRED",
    "RECEIPT",
    "REPLACED",
    "SPOOLED",
    "AskForGroup",
    "Reader",
    "group_changed",
    "moment",
    "state_of",
    "unwrap",
]
