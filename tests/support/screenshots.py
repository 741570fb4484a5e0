"""Pictures of every page: `make screenshots`, in both themes, at the width of a phone, and in Hebrew.

They are of a demo of its own, furnished as the tour of all pages needs it, and go into `screenshots/`, which git
ignores: they are there to be looked at. `--readme` renews the few in docs/screenshots; `--only chat*` takes some.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page

from tests.support import browser as browsers
from tests.support.serving import Served
from tests.support.tour.shop import Shop, furnish
from tests.support.tour.stops import STOPS, Stop
from tests.support.tour.walking import walking
from tideline.testing.room import room

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "screenshots"
MOST_BYTES = 200_000
"""Of a picture that everybody who clones has to fetch."""

PICTURES_IN_VIEW = """() => {
    const isInView = (image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight;
    return Promise.all([...document.images].filter(isInView).map((image) => image.decode().catch(() => null)));
}"""

LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@dataclass(frozen=True)
class Series:
    """All pages as somebody has them: a name, the language asked for, and how the window is made."""

    name: str
    lang: str = "en-GB"
    how: dict[str, Any] = field(default_factory=dict)


ALL_SERIES = (
    Series("light", how={"viewport": LAPTOP, "color_scheme": "light"}),
    Series("dark", how={"viewport": LAPTOP, "color_scheme": "dark"}),
    Series("phone", how={"viewport": PHONE, "color_scheme": "light", "device_scale_factor": 2}),
    Series("hebrew", "he", {"viewport": LAPTOP, "color_scheme": "light"}),
)
IN_README = {
    "chat": ("light", "chat-panel"),
    "chat-dark": ("dark", "chat"),
    "templates": ("light", "templates-business"),
    "simulator": ("light", "simulator"),
    "qr": ("light", "qr"),
}
"""The names in docs/screenshots, and of which series and stop they are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=["*"], help="names of stops, with * for any letters")
    parser.add_argument("--series", nargs="*", default=[one.name for one in ALL_SERIES], help="which ways to look")
    parser.add_argument("--readme", action="store_true", help="renew the pictures in docs/screenshots")
    given = parser.parse_args()
    if browsers.find() is None:
        raise SystemExit(browsers.MISSING)
    with tempfile.TemporaryDirectory(prefix="tideline-data-", dir=room()) as folder:
        Path(folder).chmod(0o755)  # the account of the embedded database has to reach what is in it
        with closing(Served(Path(folder) / "data")) as served:
            asyncio.run(take(served, given))


async def take(served: Served, given: argparse.Namespace) -> None:
    shop = await furnish(served)
    async with browsers.opened() as browser:
        for series in ALL_SERIES:
            if given.readme:
                wanted = {stop: name for name, (of, stop) in IN_README.items() if of == series.name}
                await take_series(browser, shop, series, [one for one in STOPS if one.name in wanted], wanted)
            elif series.name in given.series:
                stops = [one for one in STOPS if any(fnmatch(one.name, only) for only in given.only)]
                await take_series(browser, shop, series, stops)


async def take_series(
    browser: Browser, shop: Shop, series: Series, stops: Sequence[Stop], readme: dict[str, str] | None = None
) -> None:
    folder = FOLDER / series.name
    folder.mkdir(parents=True, exist_ok=True)
    async with walking(shop, browser, series.lang, **series.how) as walk:
        for stop in stops:
            if not stop.is_photographed or (series.lang != "en-GB" and not stop.is_translated):
                continue
            picture = await photograph(await walk.to(stop))
            (folder / f"{stop.name}.png").write_bytes(picture)
            if readme:
                (README / f"{readme[stop.name]}.png").write_bytes(small(picture))


async def photograph(page: Page) -> bytes:
    await page.mouse.move(0, 0)
    await page.evaluate(PICTURES_IN_VIEW)
    return await page.screenshot(animations="disabled", caret="initial")


def small(picture: bytes) -> bytes:
    """With no more colours than these pages need."""
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    assert file.tell() <= MOST_BYTES, f"{file.tell():,} bytes are too many"
    return file.getvalue()


if __name__ == "__main__":
    main()
