"""Locks that the system itself releases when their last holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


class Lock:
    """An exclusive `flock`. A process that inherits `fd` holds the lock too."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def try_take(cls, path: Path) -> "Lock | None":
        """Take the lock, or return None when somebody has it."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except BaseException:
            os.close(fd)
            raise
        return cls(fd)

    def sign(self, pid: int) -> None:
        """Write down which process the lock was taken for."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{pid}\n".encode(), 0)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def signed_by(path: Path) -> int | None:
    """The process id in a lock file."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
