"""The bot answers simulated customers. `tideline` and its phones come with `pip install 'tideline[testing]'`."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest

from auto_reply_bot.__main__ import ready
from auto_reply_bot.rules import Answer, HandOver, LeaveAlone, Reaction, Rules
from tideline.testing import Phone, Workspace

MONDAY_NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 6, 1, 22, tzinfo=UTC)
SATURDAY_NOON = datetime(2026, 6, 6, 10, tzinfo=UTC)
RULES = Rules()
ALWAYS_CLOSED = Rules(opens=time(0), closes=time(0))

SITUATIONS: dict[str, tuple[str, datetime, Reaction]] = {
    "a keyword": ("What are your HOURS?", MONDAY_NOON, Answer(RULES.keywords["hours"])),
    "a keyword at night": ("hours", MONDAY_NIGHT, Answer(RULES.keywords["hours"])),
    "an agent is asked for": ("Price? No: agent, please!", MONDAY_NOON, HandOver(RULES.handed_over)),
    "part of a word": ("I saw agents nowhereish", MONDAY_NOON, LeaveAlone()),
    "something else by day": ("My order is late", MONDAY_NOON, LeaveAlone()),
    "something else at night": ("My order is late", MONDAY_NIGHT, Answer(RULES.closed)),
    "something else at the weekend": ("", SATURDAY_NOON, Answer(RULES.closed)),
}


@pytest.mark.parametrize(("text", "at", "reaction"), SITUATIONS.values(), ids=SITUATIONS)
def test_rules(text: str, at: datetime, reaction: Reaction) -> None:
    assert RULES.react(text, at) == reaction


@pytest.fixture
def settings(tideline: Workspace, tmp_path: Path) -> dict[str, str]:
    return {
        "TIDELINE_URL": tideline.base_url,
        "TIDELINE_TOKEN": tideline.token,
        "BOT_HUMAN": tideline.owner_email,
        "BOT_MEMORY": str(tmp_path / "bot.db"),
        "BOT_PORT": "0",
    }


@pytest.fixture
def bot(settings: dict[str, str]) -> Iterator[ThreadingHTTPServer]:
    with ready(settings, ALWAYS_CLOSED) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def shop(tideline: Workspace) -> Phone:
    return tideline.link_number("Shop")


def test_a_keyword_is_answered_and_the_chat_is_read(tideline: Workspace, bot: ThreadingHTTPServer, shop: Phone) -> None:
    ana = tideline.phone("Ana")
    ana.write(shop, "What are your prices?")
    ana.wait_for(RULES.keywords["prices"])
    chat = tideline.wait_for_chat(ana)
    tideline.wait_until(lambda: tideline.client.get_chat(chat.id), lambda now: now.read, "the chat is read")


def test_after_hours_it_says_when_somebody_is_back(tideline: Workspace, bot: ThreadingHTTPServer, shop: Phone) -> None:
    ana = tideline.phone("Ana")
    ana.write(shop, "My order is late")
    ana.wait_for(RULES.closed)


def test_an_agent_takes_over_and_the_bot_is_silent(tideline: Workspace, bot: ThreadingHTTPServer, shop: Phone) -> None:
    ana, bo = tideline.phone("Ana"), tideline.phone("Bo")
    ana.write(shop, "Agent!")
    ana.wait_for(RULES.handed_over)
    chat = tideline.wait_for_chat(ana)
    tideline.wait_until(
        lambda: tideline.client.get_chat(chat.id),
        lambda now: now.responsible_email == tideline.owner_email,
        "the chat is assigned",
    )
    ana.write(shop, "What are your hours?")
    bo.write(shop, "What are your hours?")
    bo.wait_for(RULES.keywords["hours"])
    [webhook] = tideline.client.list_webhooks()
    tideline.wait_until(
        lambda: [one.outcome for one in tideline.client.iter_deliveries(webhook.id)],
        lambda outcomes: len(outcomes) == 3 and set(outcomes) == {"delivered"},
        "three deliveries",
    )
    assert [one.text for one in ana.messages() if one.sender == shop.phone] == [RULES.handed_over]


def test_what_comes_twice_is_answered_once(tideline: Workspace, bot: ThreadingHTTPServer, shop: Phone) -> None:
    ana = tideline.phone("Ana")
    ana.write(shop, "hours")
    ana.wait_for(RULES.keywords["hours"])
    [webhook] = tideline.client.list_webhooks()
    [first] = tideline.wait_until(lambda: list(tideline.client.iter_deliveries(webhook.id)), bool, "a delivery")
    tideline.client.redeliver(webhook.id, first.uid)
    tideline.wait_until(
        lambda: tideline.client.get_delivery(webhook.id, first.uid), lambda it: it.attempts == 2, "a second attempt"
    )
    assert [one.text for one in ana.messages() if one.sender == shop.phone] == [RULES.keywords["hours"]]


def test_what_tideline_has_not_signed_is_refused(tideline: Workspace, bot: ThreadingHTTPServer) -> None:
    forged = json.dumps({"event_type": "message:received:new"}).encode()
    address = f"http://127.0.0.1:{bot.server_address[1]}/"
    with pytest.raises(HTTPError, match="401") as refused:
        build_opener(ProxyHandler({})).open(address, data=forged)
    refused.value.close()
