"""Requests as they leave and answers as they come back, on a server that says what it is told to say."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from tests.support.both_clients import BOTH, Caller, swift, tideline_client
from tests.support.remote import Answer, Remote, answer, redirect, remote
from tideline.client import UNSET, NotReached, Partner, Refused, Tideline, UnexpectedAnswer, refusals
from tideline.client.models import Webhook

API = "/integrations/api"
SENT = answer(json.dumps({"status": "ok", "data": {"message_uid": "m-1"}}).encode())
BUSY = answer(b"{}", status=503, retry_after="0")
SLOW_DOWN = answer(b'{"error": "Too Many Requests", "message": "slowly"}', status=429, retry_after="0")
GATEWAY = answer(b"<html>", status=502)


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(answer(b"half", content_length="8"))
    await writer.drain()
    writer.close()


async def breaks(writer: asyncio.StreamWriter) -> None:
    """The request was read, and nobody knows what became of it."""
    writer.transport.abort()


def in_turn(*answers: Answer) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """One after the other; the last one stays."""
    rest = chain(answers, repeat(answers[-1]))

    async def give(writer: asyncio.StreamWriter) -> None:
        turn = next(rest)
        if isinstance(turn, bytes):
            writer.write(turn)
            await writer.drain()
        else:
            await turn(writer)

    return give


@asynccontextmanager
async def scripted(kind: str, path: str, *answers: Answer, **options: Any) -> AsyncIterator[tuple[Caller, Remote]]:
    async with remote({API + path: in_turn(*answers)}) as server:
        async with tideline_client(kind, server.url(""), **options) as caller:
            yield caller, server


PERSISTED = {
    "too many requests": [SLOW_DOWN, SENT],
    "no room at the moment": [BUSY, BUSY, SENT],
    "a broken connection": [breaks, SENT],
    "a proxy without a server": [GATEWAY, SENT],
}


@BOTH
@pytest.mark.parametrize("answers", PERSISTED.values(), ids=PERSISTED)
async def test_a_send_is_repeated_as_the_same_request_under_one_key(kind: str, answers: list[Answer]) -> None:
    async with scripted(kind, "/messages", *answers) as (caller, server):
        sent = await caller.do("send_message_to_phone", phone="+15550100234", text="Grüße 👋")
    assert sent.message_uid == "m-1"
    assert len(server.asked) == len(answers)
    [key] = {one.headers["idempotency-key"] for one in server.asked}
    assert key
    [body] = {one.body for one in server.asked}
    assert json.loads(body) == {"phone": "+15550100234", "text": "Grüße 👋"}


@BOTH
async def test_each_send_has_a_key_of_its_own_unless_it_is_given_one(kind: str) -> None:
    async with scripted(kind, "/messages", SENT) as (caller, server):
        for key in (None, None, "order-4711"):
            await caller.do("send_message_to_phone", phone="+15550100234", text="Hi", idempotency_key=key)
    keys = [one.headers["idempotency-key"] for one in server.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "order-4711"


ONCE: dict[str, tuple[Answer, type[Exception]]] = {
    "a broken connection": (breaks, NotReached),
    "a proxy without a server": (GATEWAY, Refused),
}


@BOTH
@pytest.mark.parametrize(("said", "problem"), ONCE.values(), ids=ONCE)
async def test_what_may_have_been_done_is_not_done_again(kind: str, said: Answer, problem: type[Exception]) -> None:
    async with scripted(kind, "/workspace/teams", said) as (caller, server):
        with pytest.raises(problem) as raised:
            await caller.do("create_team", title="Sales")
    assert len(server.asked) == 1
    assert getattr(raised.value, "may_be_done", True)


@BOTH
async def test_what_was_surely_not_done_is_sent_again(kind: str) -> None:
    made = answer(b'{"status": "ok", "data": {"id": 7, "title": "Sales"}}')
    async with scripted(kind, "/workspace/teams", BUSY, made) as (caller, server):
        assert (await caller.do("create_team", title="Sales")).id == 7
    assert len(server.asked) == 2


@BOTH
async def test_patience_ends(kind: str) -> None:
    async with scripted(kind, "/chats", SLOW_DOWN, retries=swift(most=2)) as (caller, server):
        with pytest.raises(refusals.RateLimitExceeded) as raised:
            await caller.do("list_chats")
    assert len(server.asked) == 3
    assert (raised.value.retry_after, raised.value.message) == (timedelta(), "slowly")


@BOTH
async def test_a_server_that_asks_for_too_much_patience_is_not_asked_again(kind: str) -> None:
    said = json.dumps({"status": "error", "message": "API calls quota exceeded", "error_code": "quota_exceeded"})
    later = answer(said.encode(), status=429, retry_after="3600")
    async with scripted(kind, "/chats", later) as (caller, server):
        with pytest.raises(refusals.QuotaExceeded) as raised:
            await caller.do("list_chats")
    assert raised.value.retry_after == timedelta(hours=1)
    assert len(server.asked) == 1


@BOTH
async def test_nobody_listens(kind: str) -> None:
    async with remote({}) as server:
        address = server.url("")
    async with tideline_client(kind, address, retries=swift(most=1)) as caller:
        with pytest.raises(NotReached) as raised:
            await caller.do("create_team", title="Sales")
    assert not raised.value.may_be_done


REFUSALS: dict[str, tuple[bytes, type[Refused], Sequence[object]]] = {
    "bad fields": (
        answer(
            b'{"status": "error", "message": "Validation error", "error_code": "validation_error",'
            b' "errors": [{"fields": ["phone"], "msg": "is no phone"}], "extra": 1}',
            status=400,
        ),
        refusals.ValidationError,
        (400, "validation_error", "Validation error"),
    ),
    "a bug": (
        answer(b'{"status": "error", "message": "Oops", "error_code": "internal_error"}', status=500, x_request_id="r"),
        refusals.InternalError,
        (500, "internal_error", "Oops"),
    ),
    "a code of tomorrow": (
        answer(b'{"status": "error", "message": "Full moon", "error_code": "moon"}', status=418),
        Refused,
        (418, "moon", "Full moon"),
    ),
    "a code of the Partner API": (
        answer(b'{"error": "seats_full", "status": 409, "description": "No seat is left."}', status=409),
        refusals.SeatsFull,
        (409, "seats_full", "No seat is left."),
    ),
    "something in between": (answer(b"<h1>Forbidden</h1>", status=403), Refused, (403, "", "<h1>Forbidden</h1>")),
    "another's idea of errors": (
        answer(b'{"message": "No", "errors": [{"fields": 7}]}', status=400),
        Refused,
        (400, "", "No"),
    ),
}


@BOTH
@pytest.mark.parametrize(("said", "problem", "told"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_is_raised(kind: str, said: bytes, problem: type[Refused], told: Sequence[object]) -> None:
    async with scripted(kind, "/messages", said) as (caller, server):
        with pytest.raises(Refused) as raised:
            await caller.do("send_message_to_phone", phone="no", text="Hi")
    refused = raised.value
    assert type(refused) is problem
    assert (refused.status, refused.code, refused.message) == tuple(told)
    if problem is refusals.ValidationError:
        assert [(one.fields, one.msg) for one in refused.errors] == [(("phone",), "is no phone")]
    assert refused.request_id == ("r" if problem is refusals.InternalError else None)
    assert len(server.asked) == 1


NONSENSE = {
    "no JSON": b"<html>",
    "no data": b'{"status": "ok"}',
    "a list": b"[]",
    "deeper than anybody reads": b"[" * 100_000,
    "a member is missing": b'{"status": "ok", "data": {}}',
    "a member is of another type": b'{"status": "ok", "data": {"message_uid": 7}}',
}


@BOTH
@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
async def test_an_answer_that_is_not_the_contracts_is_no_answer(kind: str, body: bytes) -> None:
    async with scripted(kind, "/messages", answer(body)) as (caller, _):
        with pytest.raises(UnexpectedAnswer):
            await caller.do("send_message_to_phone", phone="+15550100234", text="Hi")


@BOTH
async def test_what_a_newer_server_adds_is_passed_over(kind: str) -> None:
    hook: dict[str, Any] = {
        "id": 1,
        "event_type": "moon:full",
        "enabled": True,
        "url": "https://x.example",
        "errors_counter": 0,
    }
    body = json.dumps({"status": "ok", "data": [{**hook, "moon": {"phase": 1}}], "more": 1}).encode()
    async with scripted(kind, "/webhooks", answer(body)) as (caller, _):
        assert await caller.do("list_webhooks") == [Webhook(**hook)]


SPOKEN: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "a flag": ("list_chats", {"closed": False, "read": True}, {"closed": "false", "read": "true"}),
    "a text with signs": ("list_chats", {"phone": "+15 & 0"}, {"phone": "%2B15%20%26%200"}),
    "a moment": (
        "list_chats",
        {"updated_after": datetime(2026, 3, 4, 16, 40, 12, tzinfo=timezone(timedelta(hours=2)))},
        {"updated_after": "2026-03-04T16%3A40%3A12%2B02%3A00"},
    ),
    "nothing": ("list_chats", {"label": None}, {}),
}


@BOTH
@pytest.mark.parametrize(("name", "given", "query"), SPOKEN.values(), ids=SPOKEN)
async def test_a_query_says_what_was_given(kind: str, name: str, given: dict[str, Any], query: dict[str, str]) -> None:
    page = answer(b'{"status": "ok", "data": {"has_more_pages": false, "chats": []}}')
    async with scripted(kind, "/chats", page) as (caller, server):
        await caller.do(name, **given)
    sent = server.asked[0].target.partition("?")[2].replace("+", "%20")
    assert sorted(sent.split("&") if sent else []) == sorted(f"{name}={value}" for name, value in query.items())


@BOTH
@pytest.mark.parametrize(("given", "body"), [({"metadata": None}, b'{"metadata":null}'), ({"metadata": UNSET}, b"{}")])
async def test_null_is_sent_where_null_means_something(kind: str, given: dict[str, Any], body: bytes) -> None:
    async with scripted(kind, "/chats/7", answer(b"{}", status=404)) as (caller, server):
        with pytest.raises(Refused):
            await caller.do("update_chat", 7, **given)
    assert server.asked[0].body == body


@BOTH
async def test_a_part_of_a_path_stays_one_part(kind: str) -> None:
    async with scripted(kind, "/nothing", answer()) as (caller, server):
        with pytest.raises(Refused):
            await caller.do("get_message", "../workspace?x=1")
        with pytest.raises(ValueError, match="part of a path"):
            await caller.do("get_message", "..")
    assert [one.target for one in server.asked] == [f"{API}/messages/..%2Fworkspace%3Fx%3D1"]


@BOTH
async def test_who_calls_is_said(kind: str) -> None:
    async with scripted(kind, "/messages", SENT) as (caller, server):
        await caller.do("send_message_to_phone", phone="+15550100234", text="Hi")
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer a-token"
    assert headers["user-agent"].startswith("tideline-client/")


@pytest.mark.parametrize(
    "made", [lambda text: Tideline("http://127.0.0.1", text), lambda text: Partner("http://127.0.0.1", text, "secret")]
)
def test_what_no_header_can_carry_is_noticed_at_once_and_not_repeated(made: Callable[[str], object]) -> None:
    """A connection would refuse it too, with an error that goes into logs and has the token in it."""
    for text in ("very-\nsecret", "very-secrét", ""):
        with pytest.raises(ValueError, match="printable ASCII") as raised:
            made(text)
        assert "very" not in str(raised.value)


@BOTH
async def test_a_token_may_end_as_files_do(kind: str) -> None:
    async with scripted(kind, "/messages", SENT, token="a-token\n") as (caller, server):
        await caller.do("send_message_to_phone", phone="+15550100234", text="Hi")
    assert server.asked[0].headers["authorization"] == "Bearer a-token"


# Pages --------------------------------------------------------------------------------------------------------


@BOTH
async def test_pages_are_walked_through_to_the_last(kind: str) -> None:
    pages = [
        answer(json.dumps({"status": "ok", "data": {"has_more_pages": more, "labels": labels}}).encode())
        for more, labels in ((True, [{"name": "a", "chats": 1}]), (True, []), (False, [{"name": "b", "chats": 2}]))
    ]
    async with scripted(kind, "/labels", *pages) as (caller, server):
        assert [one.name for one in await caller.all("iter_labels")] == ["a", "b"]
    assert [one.target.partition("?")[2] for one in server.asked] == ["page=1", "page=2", "page=3"]


@BOTH
async def test_the_event_log_is_followed_by_its_cursor(kind: str) -> None:
    def page(cursor: str, *, more: bool) -> bytes:
        entry = {"cursor": cursor, "event_types": ["chat:new"], "at": "2026-09-14 16:20:31 +0200", "bodies": {}}
        data = {"events": [entry], "cursor": cursor, "has_more": more}
        return answer(json.dumps({"status": "ok", "data": data}).encode())

    async with scripted(kind, "/events", page("c1", more=True), page("c2", more=False)) as (caller, server):
        entries = await caller.all("iter_events", after="c0", limit=1)
    assert [one.cursor for one in entries] == ["c1", "c2"]
    assert entries[0].at == datetime(2026, 9, 14, 14, 20, 31, tzinfo=UTC)
    assert [one.target.partition("?")[2] for one in server.asked] == ["after=c0&limit=1", "after=c1&limit=1"]


@BOTH
async def test_a_log_that_does_not_move_is_left(kind: str) -> None:
    stuck = {"status": "ok", "data": {"events": [], "cursor": "c1", "has_more": True}}
    async with scripted(kind, "/events", answer(json.dumps(stuck).encode())) as (caller, server):
        with pytest.raises(UnexpectedAnswer):
            await caller.all("iter_events", wait=1)
    assert len(server.asked) == 2


# Files --------------------------------------------------------------------------------------------------------

STORED = answer(
    json.dumps(
        {
            "status": "ok",
            "data": {
                "temporary_download_url": "https://files.example/x",
                "uid": "f-1",
                "filename": "plan.txt",
                "size": 4,
                "mimetype": "text/plain",
                "uploaded_by_email": "a@b.example",
                "uploaded_at": "2026-09-14 16:20:31 +0200",
            },
        }
    ).encode()
)


@BOTH
async def test_a_file_is_sent_again_from_its_beginning(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(b"plan")
    for upload in (path, b"plan", BytesIO(b"plan")):
        async with scripted(kind, "/files_upload", breaks, STORED) as (caller, server):
            assert (await caller.do("upload_file_by_form", file=upload, filename="plan.txt")).uid == "f-1"
        first, second = (one.body.split(b"\r\n--")[1:] for one in server.asked)
        assert len(first) == len(second)
        assert all(b"\r\n\r\nplan\r\n" in one.body for one in server.asked)
        assert len({one.headers["idempotency-key"] for one in server.asked}) == 1


@BOTH
async def test_what_can_be_read_once_is_sent_once(kind: str) -> None:
    async with remote({API + "/files_upload": breaks}) as server:
        async with tideline_client(kind, server.url("")) as caller:
            with pytest.raises(NotReached):
                await caller.do("upload_file_by_form", file=iter([b"pl", b"", b"an"]))


@BOTH
async def test_a_download_is_told_nothing_of_the_caller_and_comes_whole(kind: str, tmp_path: Path) -> None:
    wanted = bytes(range(256)) * 4096
    async with remote({"/x": in_turn(BUSY, answer(wanted, content_type="image/png"))}) as server:
        async with tideline_client(kind, server.url("")) as caller:
            assert await caller.read(server.url("/x?signed=1")) == wanted
            assert await caller.do("save", server.url("/x"), tmp_path / "x.png") == len(wanted)
    assert (tmp_path / "x.png").read_bytes() == wanted
    assert not [one for one in server.asked if "authorization" in one.headers]


@BOTH
async def test_a_download_that_breaks_off_leaves_no_file(kind: str, tmp_path: Path) -> None:
    async with remote({"/x": half, "/y": answer(status=410)}) as web:
        async with tideline_client(kind, web.url("")) as caller:
            with pytest.raises(NotReached):
                await caller.do("save", web.url("/x"), tmp_path / "x")
            with pytest.raises(Refused, match="410"):
                await caller.do("save", web.url("/y"), tmp_path / "x")
    assert not os.listdir(tmp_path)


@BOTH
async def test_a_link_that_leads_nowhere_is_an_error_of_the_client(kind: str) -> None:
    ways = {"/round": redirect("/round"), "/garbled": answer(b"no gzip", content_encoding="gzip")}
    async with remote(ways) as web:
        async with tideline_client(kind, web.url("")) as caller:
            for path in ways:
                with pytest.raises(UnexpectedAnswer):
                    await caller.read(web.url(path))
