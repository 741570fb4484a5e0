"""`tideline number link` as somebody at a terminal runs it: reads what it shows while it waits for the phone."""

import asyncio
import re
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tests.support.serving import Served, environment

CODE = re.compile(r"^([0-9A-Z]{8})$", re.MULTILINE)
QR = re.compile(r"^(tideline-sim:\S+|https://wa\.me/\S+)$", re.MULTILINE)


class LinkCommand:
    """One run of the command; ended at the latest when the block ends."""

    def __init__(
        self, served: Served, demo: Mapping[str, Any], *, code_for: str | None = None, simulated: bool = True
    ) -> None:
        self._arguments = ["number", "link", "--workspace", demo["workspace_id"], "--teammate", demo["owner_email"]]
        self._arguments += ["--simulator"] if simulated else []
        self._arguments += ["--code", code_for] if code_for else []
        self._served = served
        self._shown = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tideline", *self._arguments,
            env=environment(self._served.data_dir), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def code(self) -> str:
        """The pairing code, once it is shown."""
        return await self._find(CODE)

    async def qr(self) -> str:
        """What the QR code says, once it is shown."""
        return await self._find(QR)

    async def ended(self) -> int:
        await self._process.communicate()
        code = self._process.returncode
        assert code is not None
        return code

    async def _find(self, pattern: re.Pattern[str]) -> str:
        assert self._process.stdout
        while True:
            found = pattern.search(self._shown)
            if found:
                return found[1]
            line = await asyncio.wait_for(self._process.stdout.readline(), 30)
            assert line, f"the command ended: {self._shown}"
            self._shown += line.decode()
