"""The numbers under which neonize hands events over."""

from typing import Final

PAIRED, CONNECTED, LOGGED_OUT, REPLACED, BANNED, CONNECT_FAILURE, OUTDATED = 2, 3, 6, 7, 8, 9, 10
DISCONNECTED, HISTORY, MESSAGE, RECEIPT, JOINED, GROUP, PICTURE, OFFLINE_DONE = 12, 13, 17, 18, 21, 22, 23, 27
CALL_OFFER, CALL_ACCEPT, CALL_NOTICE, CALL_END, UNDECRYPTABLE = 36, 37, 40, 42, 44

SPOOLED: Final = (HISTORY, MESSAGE, RECEIPT, JOINED, GROUP, PICTURE, CALL_OFFER, CALL_ACCEPT, CALL_NOTICE, CALL_END,
                  UNDECRYPTABLE)  # fmt: skip
"""Events that carry something for the server; those about the connection are `states.py`'s."""
