"""How long a start takes, and what the idle demo needs of memory."""

import asyncio
from pathlib import Path

from bench.report import Row
from bench.server import DemoServer

IDLE_SECONDS = 8


async def rows(server: DemoServer) -> list[Row]:
    first = await server.start()
    server.kill_gently()
    second = await server.start()
    await asyncio.sleep(IDLE_SECONDS)
    return [
        Row(
            "serve to first answer, first start",
            first,
            "s",
            5,
            more_is_better=False,
            note="includes creating the database",
        ),
        Row("serve to first answer, second start", second, "s", 2, more_is_better=False),
        Row("idle memory of all our processes (PSS)", pss_of_ours(server.pid), "MB", 150, more_is_better=False),
    ]


def pss_of_ours(root: int) -> float:
    """Proportional set size of the process and its descendants, the database not counted, in megabytes."""
    return sum(_pss(pid) for pid in _family(root) if not _is_postgres(pid)) / 1024


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    family = [root]
    for pid in family:
        family += children.get(pid, [])
    return family


def _is_postgres(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
