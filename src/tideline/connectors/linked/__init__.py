"""Numbers that are linked like WhatsApp Web: by QR or by code, with a client library in a process per number.

    connector = LinkedConnector(folder, outgoing)      for the gateway: `tideline.features.numbers.port.Connector`
    has_extra(), has_libmagic(), is_installed()    whether the extra `linked` can be used here

The server's side never loads the library: it is large, and it may take its process down. `worker.py` is the process of
a number; `wire.py` is what both sides say to each other. docs/decisions/0026-linked-numbers.md says why it is so.
"""

from tideline.connectors.linked.connector import WORKER, LinkedConnector, has_extra, has_libmagic, is_installed
from tideline.connectors.linked.number import Care
from tideline.connectors.linked.process import Launch

__all__ = ["WORKER", "Care", "Launch", "LinkedConnector", "has_extra", "has_libmagic", "is_installed"]
