"""What integrators test with: a flow in ten lines, phones, webhooks, time."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tideline.client import events
from tideline.testing import (
    AsyncReceiver,
    AsyncWorkspace,
    Clock,
    KeptServer,
    NeverHappened,
    Receiver,
    Workspace,
    eventually,
)


def test_a_customer_is_answered(tideline: Workspace, tideline_webhooks: Receiver) -> None:
    shop, ana = tideline.link_number("Shop"), tideline.phone("Ana")
    tideline_webhooks.subscribe("message:received:new")
    ana.write(shop, "Do you ship to Porto?")
    told = tideline_webhooks.wait_for("message:received:new")
    sent = tideline.client.send_message_to_chat(told.chat.chat_id, text="We do")
    ana.wait_for("We do")
    ana.read(shop)
    assert tideline.wait_for_status(sent.message_uid, "Read").text == "We do"


async def test_the_same_is_awaited(async_tideline: AsyncWorkspace, async_tideline_webhooks: AsyncReceiver) -> None:
    shop, ana = await async_tideline.link_number("Shop"), await async_tideline.phone("Ana")
    await async_tideline_webhooks.subscribe("message:received:new")
    await ana.write(shop, "Do you ship to Porto?")
    told = await async_tideline_webhooks.wait_for("message:received:new")
    await async_tideline.client.send_message_to_chat(told.chat.chat_id, text="We do")
    assert (await ana.wait_for("We do")).sender == shop.phone


def test_phones_do_what_phones_do(tideline: Workspace, tideline_webhooks: Receiver) -> None:
    shop, ana, bo = tideline.link_number("Shop"), tideline.phone("Ana"), tideline.phone("Bo")
    heard = tideline_webhooks.subscribe("message:reaction", "message:revoked", "call:incoming:missed")
    chat = tideline.wait_for_chat(ana) if ana.write(shop, "Teh menu?") else None
    assert chat
    [asked] = ana.messages(shop)
    ana.edit(asked, "The menu?")
    tideline.wait_for_message(chat.id, "The menu?")
    shop.react(asked, "👍")
    assert heard.wait_for("message:reaction").event_type == "message:reaction"
    assert ana.messages(shop)[0].reactions == {shop.phone: "👍"}
    ana.revoke(asked)
    heard.wait_for("message:revoked")
    ana.call(shop, "missed")
    assert isinstance(heard.wait_for("call:incoming:missed"), events.CallIncomingMissed)

    round_table = tideline.group("Round table", shop, ana)
    round_table.add(bo)
    bo.write(round_table, "Hello all")
    ana.wait_for("Hello all")


def test_time_passes_and_webhooks_stay_in_time(
    tideline: Workspace, tideline_webhooks: Receiver, tideline_clock: Clock
) -> None:
    shop, ana = tideline.link_number(), tideline.phone("Ana")
    tideline_webhooks.subscribe("message:received:new")
    tomorrow = tideline_clock.advance(timedelta(days=1))
    ana.write(shop, "Good morning")
    told = tideline_webhooks.wait_for("message:received:new")
    assert abs(told.message.timestamp - tomorrow) < timedelta(minutes=5)


def test_a_receiver_that_fails_is_told_again(tideline: Workspace, tideline_webhooks: Receiver) -> None:
    shop, ana = tideline.link_number(), tideline.phone("Ana")
    tideline_webhooks.subscribe("message:received:new").fail_next()
    ana.write(shop, "Hello")
    tideline_webhooks.wait_for("message:received:new")
    assert len(tideline_webhooks.deliveries()) == 1


def test_what_never_comes_is_told_with_what_came(tideline: Workspace, tideline_webhooks: Receiver) -> None:
    shop, ana = tideline.link_number(), tideline.phone("Ana")
    tideline_webhooks.subscribe("message:received:new", "chat:closed")
    ana.write(shop, "Hello")
    tideline_webhooks.wait_for("message:received:new")
    with pytest.raises(NeverHappened, match=r"chat:closed did not happen within 0.1 s. Received: message:received:new"):
        tideline_webhooks.wait_for("chat:closed", within=0.1)
    with pytest.raises(ValueError, match="subscribe"):
        tideline_webhooks.wait_for("chat:renamed", within=0.1)
    with pytest.raises(NeverHappened, match="It received nothing"):
        ana.wait_for("Hello yourself", within=0.1)


def test_a_workspace_sees_nothing_of_others(tideline: Workspace) -> None:
    """The tests above have left chats on the same server."""
    assert (list(tideline.client.iter_chats()), tideline.client.list_webhooks()) == ([], [])


def test_a_server_that_does_not_start_says_why() -> None:
    server = KeptServer({"TIDELINE_SEND_GAP": "fast"})
    with pytest.raises(AssertionError, match=r"ended \(1\)(.|\n)*TIDELINE_SEND_GAP cannot be used"):
        server.ready()
    server.close()
    assert not server.data_dir.exists()


PROGRAM = "from tideline.testing import KeptServer; print(KeptServer().ready().data_dir, flush=True); input()"


def test_the_server_ends_with_tests_that_are_killed() -> None:
    tests = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with tests:
        assert tests.stdout
        folder = Path(tests.stdout.readline().strip())
        assert (folder / "address").exists()
        tests.send_signal(signal.SIGKILL)
    eventually(lambda: not folder.exists(), "the end of the server, and of its folder")
