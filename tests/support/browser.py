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
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright

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


# What a policy refuses is not always an error of the console: a report is made into one.
TELL_OF_REFUSALS = """addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
    console.error(`The policy refused ${violatedDirective} ${blockedURI} in ${sourceFile}`));"""
GIVEN_UP = "ERR_ABORTED"
"""What was still under way when its page was left."""


async def listen(context: BrowserContext) -> list[str]:
    """What all pages of this browser will complain about: faults of scripts, what is refused, what does not come."""
    complaints: list[str] = []
    context.on("console", lambda line: complaints.extend(_error(line)))
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))
    context.on("requestfailed", lambda request: complaints.extend(_failure(request)))
    await context.add_init_script(TELL_OF_REFUSALS)
    return complaints


def _error(line: ConsoleMessage) -> list[str]:
    return [f"{line.text} ({line.location['url']})"] if line.type == "error" else []


def _failure(request: Request) -> list[str]:
    return [] if GIVEN_UP in (request.failure or "") else [f"{request.url} did not come: {request.failure}"]


@dataclass
class Window:
    """A window of somebody: its page, and what the browser complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    @classmethod
    async def open(
        cls, browser: Browser, base_url: str, *, width: int = 1280, height: int = 800, **options: Any
    ) -> "Window":
        options = {"viewport": {"width": width, "height": height}, **options}
        context = await browser.new_context(base_url=base_url, **options)
        context.set_default_timeout(PATIENCE)
        complaints = await listen(context)
        return cls(context, await context.new_page(), complaints)

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
