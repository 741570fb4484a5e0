"""A real browser: the Chromium or Chrome of this machine, driven by Playwright, whose own downloads are not needed.

`python -m tests.support.browser` says whether there is one.
"""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "no Chromium or Chrome on this machine; on Debian or Ubuntu: apt install chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
PATIENCE = 20_000  # milliseconds


@cache
def find() -> str | None:
    """The first one that starts: on some systems the name is there, and only says how to get the program."""
    return next((path for name in NAMES if (path := shutil.which(name)) and _starts(path)), None)


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@asynccontextmanager
async def opened() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        yield browser
        await browser.close()


@dataclass
class Window:
    """A window of somebody: its page, and what the browser complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, base_url: str, *, width: int = 1280, height: int = 800) -> "Window":
        context = await browser.new_context(base_url=base_url, viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE)
        window = cls(context, await context.new_page())
        window.page.on("console", lambda line: window.complaints.append(line.text) if line.type == "error" else None)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    def allow(self, *complaints: str) -> None:
        """What this test brings about itself, such as an answer of 404."""
        self.allowed += complaints

    async def close(self) -> None:
        """Nothing may be left that the browser complained about: faults, refused scripts and styles, missing files."""
        await self.context.close()
        left = [line for line in self.complaints if not any(one in line for one in self.allowed)]
        assert left == [], left

    async def overflow(self) -> int:
        """By how many pixels the page can be pushed sideways."""
        return int(await self.page.evaluate("() => document.scrollingElement.scrollWidth - innerWidth"))


if __name__ == "__main__":
    sys.exit(0 if find() else 1)
