"""Brings what the library tells to the disk, in batches, on a thread of its own; whoever tells waits for that."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from tideline.connectors.linked.spool import Full, Spool

STATE, ECHO, GAP = 60_001, 60_002, 60_003
"""Records of our own beside those of the library: a state, an own message, a loss."""

BATCH: Final = 200
FULL_SECONDS: Final = 60.0
LOOK_AGAIN: Final = 0.1

_Entry = tuple[int, bytes, threading.Event]


class Keeper:
    """When the spool is full, the library is held up; if that lasts, events are lost, and the loss is told."""

    def __init__(self, spool: Spool, news: Callable[[], None], *, full_seconds: float = FULL_SECONDS) -> None:
        self._spool = spool
        self._news = news
        self._patience = full_seconds
        self._lost = 0
        self._queue: queue.Queue[_Entry] = queue.Queue(BATCH)
        threading.Thread(target=self._run, name="spool", daemon=True).start()

    def put(self, kind: int, content: bytes) -> None:
        """Returns when it is on the disk."""
        kept = threading.Event()
        self._queue.put((kind, content, kept))
        kept.wait()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while len(batch) < BATCH:
                    batch.append(self._queue.get_nowait())
            self._keep([(kind, content) for kind, content, _ in batch])
            for _, _, kept in batch:
                kept.set()
            self._news()

    def _keep(self, records: list[tuple[int, bytes]]) -> None:
        until = time.monotonic() + self._patience
        while True:
            told = [(GAP, str(self._lost).encode())] if self._lost else []
            try:
                self._spool.append([*told, *records])
            except (Full, OSError):
                if time.monotonic() >= until:
                    self._lost += len(records)
                    return
                time.sleep(LOOK_AGAIN)
            else:
                self._lost = 0
                return
