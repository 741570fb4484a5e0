"""A real `tideline serve --demo` in its own folder, for runs that measure or kill it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class DemoServer:
    """Starts, kills and starts again one installation; `demo` is what demo.json says."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.demo: dict[str, Any] = {}
        self._arguments = ["--data-dir", str(self.data_dir), "--port", str(self.port)]
        self._log = (folder / "serve.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._environ = {key: value for key, value in os.environ.items() if not key.startswith("TIDELINE_")}
        self._environ |= {f"TIDELINE_{name.upper()}": value for name, value in settings.items()}

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    async def start(self, *arguments: str) -> float:
        """Start and answer the seconds until the first answer of `/readyz`."""
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tideline", "serve", "--demo", *self._arguments, *arguments],
            env=self._environ, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        await self._ready(started + 60)
        took = time.perf_counter() - started
        self.demo = json.loads((self.data_dir / "demo.json").read_text())
        return took

    async def _ready(self, until: float) -> None:
        assert self._process
        async with aiohttp.ClientSession() as http:
            while time.perf_counter() < until:
                if self._process.poll() is not None:
                    last_words = self._tail()
                    raise RuntimeError(f"serve ended with {self._process.returncode}: {last_words}")
                try:
                    async with http.get(self.base + "/readyz") as answer:
                        if answer.status == 200 and (self.data_dir / "demo.json").exists():
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)
        raise TimeoutError(f"serve was not ready in time, see {self._log.name}")

    def _tail(self) -> str:
        return Path(self._log.name).read_text()[-2000:]

    def kill(self) -> None:
        """End it the hard way."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def kill_gently(self) -> None:
        """Ask it to end, wait, and be ready to start again."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)

    def stop(self) -> int:
        """Ask it to end, and wait."""
        assert self._process
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=60)
        self._log.close()
        return code
