"""A real `tideline` in a process of its own, as people start it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

T = TypeVar("T")

READY_SECONDS = 60.0
LOOK_EVERY = 0.02
OPEN = build_opener(ProxyHandler({})).open
# Nothing of the tester's own settings reaches the processes under test.
QUICK = {"TIDELINE_SEND_GAP": "0", "TIDELINE_RATE_LIMIT": "0", "TIDELINE_LOG_FORMAT": "json"}


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("TIDELINE_")}
    return {**mine, **QUICK, "TIDELINE_DATA_DIR": str(data_dir), **more}


def tideline(data_dir: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tideline", *arguments],
        env=environment(data_dir, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Served:
    """A `tideline serve` (or one role) that is running."""

    data_dir: Path
    arguments: tuple[str, ...] = ("serve", "--demo")
    settings: Mapping[str, str] = field(default_factory=dict)
    module: str = "tideline"

    def __post_init__(self) -> None:
        self.started_at = time.monotonic()
        written, path = tempfile.mkstemp(prefix="tideline-output-")
        self._output = Path(path)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, *self.arguments],
                env=environment(self.data_dir, **{"TIDELINE_PORT": "0", **self.settings}),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
            )
        finally:
            os.close(written)

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def base_url(self) -> str:
        """Where it listens, as it wrote into its data folder."""
        return self.eventually(self._address, "its address")

    @property
    def demo(self) -> dict[str, Any]:
        """What `demo.json` says, once it is there."""
        path = self.data_dir / "demo.json"
        self.ready()
        return self.eventually(lambda: json.loads(path.read_text()) if self._is_fresh(path) else None, "demo.json")

    def ready(self) -> "Served":
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
        return self.process.wait(60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def close(self) -> None:
        """End it in any case, and forget what it said."""
        if self.process.poll() is None:
            self.stop()
        self._output.unlink(missing_ok=True)

    def _address(self) -> str | None:
        path = self.data_dir / "address"
        return path.read_text().strip() if self._is_fresh(path) else None

    def _is_fresh(self, path: Path) -> bool:
        """Written by this process, and not by one before it on the same folder."""
        began = time.time() - (time.monotonic() - self.started_at)
        return path.exists() and path.stat().st_mtime >= began - 0.01
