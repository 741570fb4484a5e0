"""The table that `make bench` prints, and the same as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure: what it must be, what it was, and the limit that the machine itself set in the same run."""

    name: str
    value: float
    unit: str
    target: float
    more_is_better: bool = True
    limit: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        return self.value >= self.target if self.more_is_better else self.value <= self.target

    @property
    def share(self) -> float | None:
        """How much of the machine's own limit was reached (1.0 is the limit)."""
        if not self.limit:
            return None
        return self.value / self.limit if self.more_is_better else self.limit / self.value


def table(rows: list[Row]) -> str:
    lines = [f"{'row':<58}{'measured':>14}{'must':>14}{'limit':>12}{'share':>7}  "]
    for row in rows:
        limit = f"{row.limit:,.0f}" if row.limit else "-"
        share = f"{row.share:.0%}" if row.share else "-"
        sign = ">=" if row.more_is_better else "<="
        lines.append(
            f"{row.name:<58}{row.value:>9,.1f} {row.unit:<4}{sign:>3}{row.target:>9,.0f} {limit:>13}{share:>7}"
            f"  {'met' if row.is_met else 'MISSED'}{'  ' + row.note if row.note else ''}"
        )
    return "\n".join(lines)


def write(rows: list[Row], path: Path) -> None:
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    body = {"machine": machine, "rows": [asdict(row) | {"met": row.is_met, "share": row.share} for row in rows]}
    path.write_text(json.dumps(body, indent=2) + "\n")
