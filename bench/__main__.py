"""`make bench`: measure every row of the speed table, print it, and write bench.json.

Everything runs on this machine and on loopback: the embedded database with `synchronous_commit` on, a real
`tideline serve --demo`, and one client process. `python -m bench --quick` uses a tenth of the data.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import inbox, ingest, reads, report, sends, standing, streams, webhooks
from bench.filled import fill
from bench.server import DemoServer
from bench.workspace import Sizes
from tideline.platform import logs


async def measure(folder: Path, sizes: Sizes, only: set[str]) -> list[report.Row]:
    logs.configure("console", "warning")
    rows: list[report.Row] = []
    server = DemoServer(folder, rate_limit="0", send_gap="0", log_level="warning")
    if "standing" in only:
        rows += await standing.rows(server)
    else:
        await server.start()
    try:
        if only & {"reads", "inbox"}:
            filled = await fill(server, sizes)
            rows += await reads.rows(server, filled) if "reads" in only else []
            rows += await inbox.rows(server, filled) if "inbox" in only else []
        if "streams" in only:
            rows += await streams.rows(server)
        if "sends" in only:
            rows += await sends.rows(server)
    finally:
        server.stop()
    if "ingest" in only:
        rows += await ingest.rows(folder / "ingest")
    if "webhooks" in only:
        rows += await webhooks.rows(folder / "webhooks", waiting=sizes.waiting)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data")
    parser.add_argument(
        "--only", default="standing,reads,inbox,streams,sends,ingest,webhooks", help="which parts, separated by commas"
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"))
    given = parser.parse_args()
    sizes = Sizes.quick() if given.quick else Sizes()
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded database of root runs as somebody else
        rows = asyncio.run(measure(Path(folder), sizes, set(given.only.split(","))))
    print(report.table(rows))
    report.write(rows, given.json)
    sys.exit(0)


if __name__ == "__main__":
    main()
