"""A real `tideline` in a process of its own, as people start it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tideline.testing.server import Server, environment

__all__ = ["Served", "environment", "tideline"]


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
class Served(Server):
    """One with the demo, unless another role is wanted."""

    arguments: tuple[str, ...] = ("serve", "--demo")

    @property
    def demo(self) -> dict[str, Any]:
        """What `demo.json` says, once it is there."""
        path = self.data_dir / "demo.json"
        self.ready()
        return self.eventually(lambda: json.loads(path.read_text()) if self._is_fresh(path) else None, "demo.json")
