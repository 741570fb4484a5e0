"""Looks at a page as somebody does who cannot see, or sees it on a phone, or steers by keys: and says what is wrong."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from playwright.async_api import Page

HERE = Path(__file__).parent
AXE = HERE.parent / "vendored" / "axe-core-4.14.1" / "axe.min.js"
GRAVE = ("serious", "critical")
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""What another theme can change."""

WIDTHS: Mapping[int, int] = {1280: 24, 768: 24, 360: 36}
"""How wide a page is looked at, and how large there a target has to be at least."""


@cache
def script(path: Path) -> str:
    return path.read_text()


async def everything(page: Page) -> list[str]:
    return [
        *await without_eyes(page),
        *await without_light(page),
        *await at_each_width(page),
        *await without_pointer(page),
    ]


async def without_eyes(page: Page, rules: list[str] | None = None) -> list[str]:
    """Serious violations that axe-core finds. It comes in through the debugger, so the page's own policy stays on."""
    if not await page.evaluate("() => 'axe' in globalThis"):
        await page.evaluate(script(AXE))
    found: list[dict[str, str]] = await page.evaluate(script(HERE / "violations.js"), rules)
    return [one["sentence"] for one in found if one["impact"] in GRAVE]


async def without_light(page: Page) -> list[str]:
    """The same for what the dark theme changes."""
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = await without_eyes(page, RULES_OF_COLOUR)
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return [f"in the dark: {one}" for one in found]


async def at_each_width(page: Page) -> list[str]:
    """What overflows, overlaps, is cut off, says nothing or is too small."""
    wrong = []
    for width, least in WIDTHS.items():
        await page.set_viewport_size({"width": width, "height": 800})
        found: list[str] = await page.evaluate(script(HERE / "layout.js"), {"least": least})
        wrong += [f"at {width} px: {one}" for one in dict.fromkeys(found)]
    return wrong


async def without_pointer(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(script(HERE / "focus.js"))
    return found
