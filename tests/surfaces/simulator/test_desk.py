"""The page with all phones: what is on it without a token, and what its script is told with one."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from tests.support.asgi import call
from tests.support.html_check import check_page
from tests.surfaces.simulator.conftest import ANA, BO, CLEO, Api
from tideline.surfaces import simulator
from tideline.surfaces.simulator import SimulatorDeps, desk, routes

STATIC = Path(simulator.__file__).parent / "static"
HOSTILE = '"><img src=x onerror=alert(1)>'


async def state(api: Api, query: str = "") -> Any:
    return await api.ok("GET", f"/desk{query}")


async def phone(api: Api, number: str) -> Any:
    [found] = [one for one in (await state(api))["phones"] if one["phone"] == number.removeprefix("+")]
    return found


# The page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/simulator", "/simulator/"])
async def test_the_page_holds_no_data_and_lets_no_strange_script_in(deps: SimulatorDeps, path: str) -> None:
    answer = await call(Starlette(routes=routes(deps)), "GET", path)
    assert answer.status == 200
    check_page(answer)
    assert b"+1555000" not in answer.body
    assert deps.token.encode() not in answer.body


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "Bearer wrong"}])
@pytest.mark.parametrize("path", ["/desk", "/desk?after=1&wait=25", "/people"])
async def test_nothing_is_told_without_the_token(api: Api, path: str, headers: dict[str, str]) -> None:
    answer = await api.raw("GET", path, headers=headers)
    assert answer.status == 401
    assert "Ana" not in answer.body.decode()


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
async def test_what_the_page_loads_is_there(deps: SimulatorDeps, path: Path) -> None:
    answer = await call(Starlette(routes=routes(deps)), "GET", f"/simulator/static/{path.name}")
    assert (answer.status, answer.headers["x-content-type-options"]) == (200, "nosniff")


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_modules_are_small_and_make_no_markup_of_text(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 150
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style=|console\.", text)


def test_every_module_that_is_imported_is_there() -> None:
    for path in STATIC.glob("*.js"):
        for name in re.findall(r'from "\./([\w.-]+)"', path.read_text()):
            assert (STATIC / name).is_file(), f"{path.name} imports {name}"


# What phones show --------------------------------------------------------------------------------------------


async def test_screens_with_everything_that_was_said(api: Api) -> None:
    message = await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "text": HOSTILE})
    await api.ok("POST", f"/phones/{BO}/reactions", {"message_id": message["id"], "emoji": "👍"})
    await api.ok("POST", f"/phones/{BO}/messages", {"to": ANA, "text": "Yes", "reply_to": message["id"]})
    await api.ok("POST", f"/phones/{BO}/calls", {"to": ANA, "outcome": "answered", "video": True, "seconds": 12})
    [chat] = (await phone(api, ANA))["chats"]
    assert (chat["title"], chat["unread"], chat["is_group"]) == ("Bo", 1, False)
    first, answer, ring = chat["entries"]
    assert (first["text"], first["is_own"], first["status"]) == (HOSTILE, True, "delivered")
    assert first["reactions"] == [{"name": "Bo", "emoji": "👍"}]
    assert (answer["author"], answer["reply_to"]) == ("Bo", first["id"])
    assert (ring["kind"], ring["is_own"], ring["video"], ring["seconds"]) == ("call", False, True, 12)


async def test_groups_with_their_members_also_for_who_has_left(api: Api) -> None:
    jid = (await api.ok("POST", "/groups", {"subject": HOSTILE, "members": [ANA, BO]}))["jid"]
    await api.ok("POST", f"/phones/{ANA}/messages", {"to": jid, "text": "Doors open at six"})
    [chat] = (await phone(api, BO))["chats"]
    assert (chat["chat"], chat["title"], chat["has_left"]) == (jid, HOSTILE, False)
    assert [(one["name"], one["role"]) for one in chat["members"]] == [("Ana", "owner"), ("Bo", "member")]
    await api.ok("PATCH", f"/groups/{jid}", {"remove": [BO]})
    assert (await phone(api, BO))["chats"][0]["has_left"] is True


async def test_the_switches_of_a_phone(api: Api) -> None:
    await api.ok("PATCH", f"/phones/{CLEO}", {"delay_ms": 400, "banned": True, "fail_next": "offline"})
    seen = await phone(api, CLEO)
    assert (seen["delay_ms"], seen["banned"], seen["fail_next"], seen["online"]) == (400, True, "offline", True)
    assert "unknown_outcome_but_sent" in (await state(api))["fail_codes"]


async def test_a_file_is_named_and_not_sent_along(api: Api) -> None:
    file = {"filename": HOSTILE, "mimetype": "image/png", "base64": "aGVsbG8="}
    await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "file": file})
    [entry] = (await phone(api, BO))["chats"][0]["entries"]
    assert entry["file"]["mimetype"] == "image/png"
    assert entry["file"]["size"] == 5


async def test_the_newest_of_a_long_conversation_and_all_phones_up_to_a_limit(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "text": f"Message {number}"})
    entries = (await phone(api, ANA))["chats"][0]["entries"]
    assert (len(entries), entries[-1]["text"]) == (60, "Message 69")
    monkeypatch.setattr(desk, "MOST_PHONES", 2)
    shown = await state(api)
    assert (len(shown["phones"]), shown["phones_in_all"]) == (2, 3)


# Waiting -----------------------------------------------------------------------------------------------------


async def under_way(api: Api, query: str) -> "asyncio.Task[Any]":
    """A question that has been asked and is not answered yet."""
    task = asyncio.create_task(state(api, query))
    done, _ = await asyncio.wait({task}, timeout=0.3)
    assert not done
    return task


async def in_time(answer: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(answer, 5)


async def test_the_next_state_comes_as_soon_as_something_changes(api: Api) -> None:
    before = (await state(api))["version"]
    waiting = await under_way(api, f"?after={before}&wait=25")
    await api.ok("POST", f"/phones/{ANA}/messages", {"to": BO, "text": "Hello"})
    after = await in_time(waiting)
    assert after["version"] > before
    assert after["phones"][0]["chats"][0]["entries"][0]["text"] == "Hello"


async def test_a_state_that_is_old_already_is_answered_at_once(api: Api) -> None:
    before = (await state(api))["version"]
    await api.ok("PATCH", f"/phones/{CLEO}", {"online": False})
    assert (await in_time(state(api, f"?after={before}&wait=25")))["version"] > before


async def test_without_any_change_the_answer_comes_when_the_time_is_over(api: Api) -> None:
    before = (await state(api))["version"]
    assert (await in_time(state(api, f"?after={before}&wait=1")))["version"] == before
    assert (await in_time(state(api, f"?after={before}")))["version"] == before


async def test_the_end_of_the_program_is_not_held_up(deps: SimulatorDeps) -> None:
    end = asyncio.Event()
    api = Api(replace(deps, until_the_end=end.wait))
    await api.ok("POST", "/phones", {"phone": ANA, "name": "Ana"})
    before = (await state(api))["version"]
    waiting = await under_way(api, f"?after={before}&wait=25")
    end.set()
    assert (await in_time(waiting))["version"] == before


@pytest.mark.parametrize("query", ["after=x", "after=-1", "wait=1.5", "after=" + "9" * 30, "wait=%00", "after=%D9%A3"])
async def test_what_is_no_whole_number_is_refused(api: Api, query: str) -> None:
    assert await api.refused("GET", f"/desk?{query}") == (400, "invalid_request")
