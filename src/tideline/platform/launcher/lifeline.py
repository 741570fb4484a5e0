"""Starts a program that ends when we do, even when we are killed with `kill -9`.

The program is preceded by a guard: a shell of some 100 kB that reads from a pipe whose only write end is
ours. When we die the system closes that end, the guard sees the end of the file and interrupts the
program. It works the same on Linux and macOS, and leaves no moment in which nobody watches: the shell
forks the guard first and then turns into the program, whose process id it therefore knows.
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# The guard is forked twice, so that it is no child of the program, which would wonder about it. A line on the
# pipe dismisses it; the end of the file means that we are gone. SIGINT is PostgreSQL's "fast shutdown".
GUARDED = """
exec 3<&0
( { trap '' HUP INT QUIT TERM; read -r dismissed <&3 || kill -INT "$$"; } </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&- </dev/null
"""


class Guarded:
    """A running program and our end of its lifeline."""

    def __init__(self, process: "subprocess.Popen[bytes]", lifeline: int) -> None:
        self._process = process
        self._lifeline = lifeline
        self._closing = threading.Lock()
        self.pid = process.pid
        # a child forked without exec would keep the pipe open after our death
        os.register_at_fork(after_in_child=self._drop)

    @classmethod
    def start(
        cls, command: Sequence[str | Path], *, output: Path, keep: Sequence[int], popen: dict[str, Any]
    ) -> "Guarded":
        """Start the program in a session of its own, so that Ctrl-C in our terminal reaches only us."""
        theirs, ours = os.pipe()
        try:
            with output.open("wb") as log:
                process = subprocess.Popen(
                    ["/bin/sh", "-c", GUARDED, "sh", *map(str, command)],
                    stdin=theirs, stdout=log, stderr=log, pass_fds=keep, start_new_session=True, **popen,
                )  # fmt: skip
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return cls(process, ours)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the program to end; false when it has not ended in time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._dismiss()
        return True

    def signal(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)

    def _dismiss(self) -> None:
        """Send the guard home before the process id can belong to somebody else."""
        with self._closing:
            if self._lifeline >= 0:
                with contextlib.suppress(BrokenPipeError):
                    os.write(self._lifeline, b"\n")
                self._drop()

    def _drop(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
