"""How much memory a process has had at most, on Linux."""

from pathlib import Path

import pytest

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured on Linux")


def peak(pid: int | str) -> int:
    """The most memory a process has had since it was last told to forget."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak(pid: int | str) -> int:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak(pid)
