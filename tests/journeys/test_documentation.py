"""Every sample of the documentation does what its page says: it is run in its language, against a server."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from tests.support import browser as browsers
from tests.support import media
from tests.support.browser import Window
from tests.support.doc_samples import Sample, Stage, exchanged, parsed, samples_of, shims
from tests.support.documented_calls import PartnerCalls, PublicCalls
from tests.support.html_check import read
from tests.support.running_shop import WORKSPACE, RunningShop
from tests.support.serving import Served, environment
from tests.support.web_server import web_server
from tideline.client.signing import partner_headers
from tideline.settings import describe
from tideline.surfaces.docs.page import Page
from tideline.surfaces.docs.reference.events import RECEIVER
from tideline.surfaces.docs.reference.samples import curl, javascript, python, request_of
from tideline.surfaces.docs.reference.volume import Call, Volume, slug_of
from tideline.wiring.documentation import site

LIBRARY = site().library
WRITTEN = {page.slug: samples_of(page) for page in LIBRARY.pages.values() if not page.group}
LANGUAGES = {"sh": curl, "python": python, "js": javascript}
ONE_CONSOLE = {"sh", "python"}
"""What is typed into one console after the other, so that it knows what came before on the page."""
LAST = "simulator"
"""Its page moves the clock, so it is read last."""
RUN = sorted(
    (slug for slug, samples in WRITTEN.items() if any(one.language in LANGUAGES for one in samples)),
    key=lambda slug: (slug == LAST, slug),
)
NOT_RUN = {
    ("business-numbers", "it asks Meta"),
    ("client", "it installs"),
    ("file-attachments", "the address is made up"),
    ("install", "it builds and installs packages"),
    ("install", "it installs and serves until it is stopped"),
    ("quickstart", "it serves until it is stopped"),
    ("testing", "it installs"),
    ("webhooks", "PHP is not among what the tests need"),
    ("whatsapp", "it installs, and links a real phone"),
    ("whatsapp", "it needs two real numbers"),
}
"""What is shown and not run, with the reason that its page gives. A test fails on any other."""


@dataclass(frozen=True)
class Stands:
    """What stands for the examples of both contracts."""

    public: PublicCalls
    partner: PartnerCalls

    def of(self, volume: Volume) -> PublicCalls | PartnerCalls:
        return self.partner if volume.is_partner else self.public


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    served = Served(make_data_dir(), ("serve", "--demo", "--test-clock"), WORKSPACE)
    yield served
    served.close()


@pytest.fixture(scope="module")
def port() -> int:
    """A free one, for the receivers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def shop(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    """Another one for the calls of the contracts, which leave much behind."""
    served = Served(make_data_dir(), settings=WORKSPACE)
    yield served
    served.close()


@pytest.fixture
def stage(served: Served, tmp_path: Path) -> Stage:
    return stage_of(served, tmp_path)


def stage_of(served: Served, tmp_path: Path) -> Stage:
    """What readers have set when they come to a page, and the files that samples name."""
    demo = served.demo
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (tmp_path / "hello.mp3").write_bytes(media.mp3(0.3))
    (tmp_path / "plan.png").write_bytes(media.picture("PNG"))
    (tmp_path / "price-list.pdf").write_bytes(b"%PDF-1.7 our prices")
    jwt = partner_headers(demo["partner_id"], demo["partner_secret"])["Authorization"].removeprefix("Bearer ")
    known = {name: value for name, value in environment(served.data_dir).items() if name != "TIDELINE_LOG_FORMAT"}
    return Stage(
        tmp_path,
        {
            **known,
            "PATH": shims(bin_dir),
            "no_proxy": "127.0.0.1",
            "BASE": demo["base_url"],
            "TOKEN": demo["api_token"],
            "SIM": demo["simulator_token"],
            "PARTNER": demo["partner_id"],
            "SECRET": demo["partner_secret"],
            "JWT": jwt,
        },
    )


def test_only_these_samples_are_not_run() -> None:
    found = {(one.page, one.options["no-run"]) for some in WRITTEN.values() for one in some if not one.is_run}
    assert found == NOT_RUN
    assert sum(not one.is_run for some in WRITTEN.values() for one in some) == len(NOT_RUN)


def test_samples_that_are_no_programs_can_be_read() -> None:
    everything = [one for page in LIBRARY.pages.values() for one in samples_of(page)]
    assert len([one for one in everything if one.language == "json"]) > 150
    assert not [problem for one in everything for problem in parsed(one)]
    for one in everything:
        if one.language == "html":
            read(one.code)
    unknown = {one.language for one in everything} - {
        "sh",
        "python",
        "js",
        "json",
        "yaml",
        "ini",
        "nginx",
        "html",
        "php",
        "",
    }
    assert not unknown


def test_samples_name_settings_that_there_are() -> None:
    known = {one.variable for one in describe()}
    named = {name for some in WRITTEN.values() for one in some for name in re.findall(r"TIDELINE_[A-Z_]+", one.code)}
    assert {name for name in named - known if not name.startswith("TIDELINE_SMOKE_")} == set()


@pytest.fixture(scope="module")
def stands(shop: Served) -> Iterator[Stands]:
    demo = shop.demo
    with web_server() as remote:
        partner = PartnerCalls(demo["base_url"], demo["partner_id"], demo["partner_secret"], count(1))
        yield Stands(PublicCalls(RunningShop(shop, remote), Random(7)), partner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_and_every_event_does_what_its_page_shows(
    language: str, shop: Served, tmp_path: Path, stands: Stands
) -> None:
    shown = [*pages_of(LIBRARY.public), *pages_of(LIBRARY.partner)]
    codes = []
    for volume, call, page in shown:
        [code] = [one.code for one in samples_of(page) if one.language == language]
        codes.append(exchanged(code, stands.of(volume).exchange(call, request_of(volume, call))))
    of_calls = {page.slug for _, _, page in shown}
    events = [page for page in LIBRARY.pages.values() if page.group and page.slug not in of_calls]
    # somebody who answers, so that nothing waits for addresses that are made up
    there = {RECEIVER: stands.public.shop.remote.url("/hooks/wa")}
    for page in events:
        [code] = [one.code for one in samples_of(page) if one.language == language]
        codes.append(exchanged(code, there) if page.slug.startswith("webhooks/") else code)
    printed = stage_of(shop, tmp_path).run_all(language, codes)
    names = [call.id for _, call, _ in shown] + [page.slug for page in events]
    wrong = [
        f"{name}: {problem}\n{code}"
        for name, said, code in zip(names, printed, codes, strict=True)
        if (problem := trouble(language, said))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("slug", RUN)
def test_a_page_that_people_wrote_does_what_it_shows(slug: str, stage: Stage, served: Served, port: int) -> None:
    samples = [one for one in WRITTEN[slug] if one.is_run and one.language in LANGUAGES]
    here = {
        "127.0.0.1:9000": f"127.0.0.1:{port}",
        '("127.0.0.1", 9000)': f'("127.0.0.1", {port})',
        '9000, "127.0.0.1"': f'{port}, "127.0.0.1"',
        "http://127.0.0.1:8080": stage.environment["BASE"],
        "your-token": stage.environment["TOKEN"],
        "your-partner-id": stage.environment["PARTNER"],
        "your-partner-secret": stage.environment["SECRET"],
    }

    def made_ours(code: str) -> str:
        for old, new in here.items():
            code = code.replace(old, new)
        return re.sub(r"^DEMO=\S+", f"DEMO='{served.data_dir}/demo.json'", code, flags=re.MULTILINE)

    for one in samples:
        if "file" in one.options:
            (stage.folder / one.options["file"]).write_text(made_ours(one.code))
    for language in LANGUAGES:
        typed = [one.code for one in samples if one.language == language and not one.options]
        together = ["\n".join(typed)] if language in ONE_CONSOLE else typed
        for code in filter(None, together):
            ran = stage.run(language, made_ours(code))
            assert ran.returncode == 0, f"{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    for one in samples:
        if "receiver" in one.options:
            believes_only_us(stage, replace(one, code=made_ours(one.code)), port)


def believes_only_us(stage: Stage, receiver: Sample, port: int) -> None:
    """A receiver takes what is signed with its secret, and nothing else."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {stage.environment['TOKEN']}"
    base, here = f"{stage.environment['BASE']}/integrations/api/webhooks", f"http://127.0.0.1:{port}/"
    body = {"event_type": "chat:renamed", "url": f"{here}?{receiver.language}"}
    webhook = session.post(base, json=body).json()["data"]["id"]
    secret = session.get(f"{base}/{webhook}/secret").json()["data"]["secret"]
    running = Stage(stage.folder, {**stage.environment, "SECRET": secret}).begin(receiver.language, receiver.code)
    try:
        eventually(lambda: reached(port), "a receiver that listens")
        session.post(f"{base}/{webhook}/test")

        def delivered() -> bool:
            found = session.get(f"{base}/{webhook}/deliveries").json()["data"]["deliveries"]
            return any(one["outcome"] == "delivered" for one in found)

        eventually(delivered, "a delivery that is believed")
        forged = {"webhook-id": "1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
        assert session.post(here, json={}, headers=forged).status_code == 401
    finally:
        running.kill()
        running.communicate()
        session.delete(f"{base}/{webhook}")


def eventually(look: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.05)


def reached(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


LOOKED_AT = ("/docs", "/docs/quickstart", "/docs/differences", "/docs/webhooks", "/docs/settings", "/docs/whatsapp",
             "/docs/public-api/list-chats", "/docs/public-api/send-message-to-phone", "/docs/webhooks/chat-closed",
             "/docs/decisions/0044-documentation-site", "/docs/nothing")  # fmt: skip


@pytest.mark.skipif(browsers.find() is None, reason=browsers.MISSING)
async def test_pages_fit_a_small_phone_and_the_search_asks_nobody(served: Served) -> None:
    base_url = served.demo["base_url"]
    async with browsers.opened() as browser:
        window = await Window.open(browser, base_url, width=360, height=760)
        window.allow("404")
        asked: set[str] = set()
        window.page.on("request", lambda request: asked.add(request.url))
        for path in LOOKED_AT:
            await window.page.goto(path)
            assert await window.overflow() <= 0, path
        await window.page.goto("/docs/public-api/list-chats")
        await window.page.get_by_role("tab", name="Python").click()
        assert await window.page.get_by_role("tabpanel", name="Python").is_visible()
        assert not await window.page.get_by_role("tabpanel", name="curl").is_visible()
        field = window.page.get_by_role("combobox")
        async with window.page.expect_response("**/docs/search.json"):
            await field.focus()
        await window.context.set_offline(True)
        await field.fill("webhook signature")
        first = window.page.get_by_role("option").first
        assert "Proof of origin" in await first.inner_text()
        await window.context.set_offline(False)
        await field.press("Enter")
        await window.page.wait_for_url("**/docs/webhooks#proof-of-origin")
        assert not [address for address in asked if not address.startswith(base_url)]
        await window.close()


def pages_of(volume: Volume) -> list[tuple[Volume, Call, Page]]:
    return [(volume, call, LIBRARY.pages[f"{volume.slug}/{slug_of(call.id)}"]) for call in volume.calls]


def trouble(language: str, said: str) -> str | None:
    """What is wrong with what a sample printed; None when it went well."""
    if language == "python":
        return said[-600:] if "FAILED" in said else None
    status, _, _ = said.strip().partition(" ")
    if language == "js":
        return None if status in {"200", "201", "202"} else said[:400]
    try:
        answer: Any = json.loads(said)
    except ValueError:
        return said[:400]
    return None if answer.get("status") != "error" and "error" not in answer else said[:400]
