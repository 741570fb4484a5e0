"""The pages as a running server has them: on a port, with somebody who numbers facts, for tests in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Page, expect

from tests.support.full_house import number_facts
from tests.support.partner_page import served
from tests.surfaces.dashboard.conftest import PASSWORD, Site
from tideline.features import workspaces
from tideline.features.workspaces import Teammate
from tideline.platform.dispatcher import Dispatcher


@asynccontextmanager
async def live(site: Site) -> AsyncIterator[str]:
    """Where it is served."""
    db, wakes = site.world.db, site.deps.wakes
    db.wake = wakes.wake
    await number_facts(db)
    running = asyncio.create_task(Dispatcher(db, wakes).run())
    try:
        async with served(site.app) as port:
            yield f"http://127.0.0.1:{port}"
            site.end.set()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def signed_in(site: Site, page: Page, who: Teammate) -> None:
    await site.sign_in.set_password(workspaces.WorkspaceId(site.world.id), who.id, PASSWORD)
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill(who.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await listening(page)


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()
