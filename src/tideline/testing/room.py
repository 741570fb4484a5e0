"""Where tests put data folders and databases: in memory where there is plenty, else where temporary files go."""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
PLENTY = 2 << 30


def room() -> Path:
    """A folder that everybody may enter; `TMPDIR` has the last word."""
    if "TMPDIR" not in os.environ and SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > PLENTY:
        return SHARED_MEMORY
    return Path(tempfile.gettempdir())
