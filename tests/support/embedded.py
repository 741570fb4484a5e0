"""Steers the small app of `launcher_app.py`, and looks at what is left when it is gone."""

import contextlib
import fcntl
import json
import os
import pwd
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
# who starts the app: root can be itself or somebody else, everybody else is an ordinary user already
STARTERS = {"as root": "root", "as an ordinary user": "nobody"} if AS_ROOT else {"as an ordinary user": ""}


class App:
    """The app as a process; `says` is its first line."""

    started: ClassVar[list["App"]] = []

    def __init__(
        self, data_dir: Path, *, starter: str = "", children: bool = False, programs: Path | None = None
    ) -> None:
        command = [sys.executable, "-m", "tests.support.launcher_app", str(data_dir)]
        if starter and starter != "root":
            account = pwd.getpwnam(starter)
            command += ["--uid", str(account.pw_uid), "--gid", str(account.pw_gid)]
            if not any(data_dir.iterdir()):
                os.chown(data_dir, account.pw_uid, account.pw_gid)
        if children:
            command += ["--children"]
        paths = [str(path) for path in (programs, ROOT / "src", ROOT, os.environ.get("PYTHONPATH")) if path]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self.says: dict[str, Any] = {}
        self.started.append(self)
        assert self._process.stdout
        self.says = json.loads(self._process.stdout.readline())

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit status."""
        self._process.communicate(timeout=60)
        return self._process.returncode

    def kill(self) -> None:
        """`kill -9`, and nothing else."""
        self._process.send_signal(signal.SIGKILL)
        self._close()

    def clean_up(self) -> None:
        """End whatever a failed test left running."""
        if self._process.returncode is None:
            self.kill()
        for pid in self.says.get("children", []):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _close(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()


def wait_until_gone(data_dir: Path, *, seconds: float = 20) -> bool:
    """Wait for the end of every PostgreSQL process of the folder: each of them holds this lock."""
    got = threading.Event()

    def lock() -> None:
        with (data_dir / "postgres" / "server.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            got.set()

    threading.Thread(target=lock, daemon=True).start()
    return got.wait(seconds)


def processes_of(data_dir: Path) -> list[str]:
    """What the system says is running with this folder on its command line."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(data_dir) in line]


def owner_of(pid: int) -> str:
    return subprocess.run(
        ["ps", "-o", "user=", "-p", str(pid)], capture_output=True, text=True, check=True
    ).stdout.strip()
