"""A real `tideline` in a process of its own, as people start it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self, TypeVar
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tideline.testing import keeper
from tideline.testing.room import room

T = TypeVar("T")

READY_SECONDS = 60.0
END_SECONDS = 60.0
LOOK_EVERY = 0.02
OPEN = build_opener(ProxyHandler({})).open
TOKEN = re.compile(r"/simulator#token=(\S+)")
# Numbers do not pace themselves and nobody is throttled: a test has no time to wait.
QUICK = {"TIDELINE_SEND_GAP": "0", "TIDELINE_RATE_LIMIT": "0", "TIDELINE_LOG_FORMAT": "json"}
# Receivers of webhooks are on this machine, and a refused delivery comes again at once.
FOR_TESTS = {
    "TIDELINE_OUTGOING_ALLOW": "127.0.0.0/8,::1",
    "TIDELINE_WEBHOOK_RETRY_WAITS": "0.2,1",
    "TIDELINE_BACKUP_AT": "off",
}


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Nothing of the tester's own settings reaches the process under test."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TIDELINE_")}
    return {**mine, **QUICK, "TIDELINE_DATA_DIR": str(data_dir), **more}


@dataclass
class Server:
    """A `tideline serve` (or one role) that is running."""

    data_dir: Path
    arguments: tuple[str, ...] = ("serve", "--simulator")
    settings: Mapping[str, str] = field(default_factory=dict)
    module: str = "tideline"

    def __post_init__(self) -> None:
        self.started_at = time.monotonic()
        self._output: IO[bytes] = tempfile.TemporaryFile(prefix="tideline-output-")  # noqa: SIM115  close() does
        settings = {"TIDELINE_PORT": "0", **self.settings}
        self.process = self._start(
            [sys.executable, "-m", self.module, *self.arguments], environment(self.data_dir, **settings)
        )

    def _start(self, command: Sequence[str], environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output
        )

    @property
    def output(self) -> str:
        """Everything that it has said."""
        written = self._output.fileno()
        return os.pread(written, os.fstat(written).st_size, 0).decode(errors="replace")

    @property
    def base_url(self) -> str:
        """Where it listens, as it wrote into its data folder."""
        return self.eventually(self._address, "its address")

    @property
    def simulator_token(self) -> str:
        """Drives the phones; it is told to who starts a server."""
        return self.eventually(lambda: TOKEN.search(self.output), "the simulator's token")[1]

    def ready(self) -> Self:
        self.eventually(lambda: self.status_of("/readyz") == 200 or None, "an answer from /readyz")
        return self

    def status_of(self, path: str, **headers: str) -> int | None:
        try:
            with OPEN(Request(self.base_url + path, headers=headers), timeout=5) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except OSError:
            return None

    def eventually(self, look: Callable[[], T | None], what: str, seconds: float = READY_SECONDS) -> T:
        """Wait for a fact; a process that ended says why in the failure."""
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found is not None:
                return found
            if self._has_ended_within(LOOK_EVERY):
                raise AssertionError(f"tideline ended ({self.process.returncode}) before {what}:\n{self.output}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {what} after {seconds:.0f} s:\n{self.output}")

    def _has_ended_within(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> int:
        """Ask it to end, and wait until it has."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(END_SECONDS)

    def close(self) -> None:
        """End it in any case, and forget what it said."""
        if self.process.poll() is None:
            self.stop()
        self._output.close()

    def _address(self) -> str | None:
        path = self.data_dir / "address"
        return path.read_text().strip() if self._is_fresh(path) else None

    def _is_fresh(self, path: Path) -> bool:
        """Written by this process, and not by one before it on the same folder."""
        began = time.time() - (time.monotonic() - self.started_at)
        return path.exists() and path.stat().st_mtime >= began - 0.01


class KeptServer(Server):
    """One with a folder of its own that ends, and takes its folder along, when this process ends, however it ends."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        folder = Path(tempfile.mkdtemp(prefix="tideline-test-", dir=room()))
        super().__init__(folder, ("serve", "--simulator", "--test-clock"), {**FOR_TESTS, **(settings or {})})

    def _start(self, command: Sequence[str], environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """In a session of its own, so that Ctrl-C does not end it under the tests that are being taken down."""
        return subprocess.Popen(
            [sys.executable, str(keeper.__file__), str(self.data_dir), *command],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )

    def stop(self) -> int:
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        return self.process.wait(END_SECONDS)

    def close(self) -> None:
        self.stop()
        self._output.close()

    def kill(self) -> None:
        """The keeper is what ends it at once with all that belongs to it."""
        self.stop()
