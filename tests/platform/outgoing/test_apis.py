"""Calls of other programs' APIs: the whole answer, and whether what was asked may have arrived."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.support.remote import Answer, answer, calling, redirect, remote
from tideline.platform.outgoing import (
    AddressNotAllowed,
    HostNotFound,
    NotReachable,
    Outgoing,
    OutgoingProblem,
    Patience,
    RemoteBroken,
    RemoteTooLarge,
    RemoteTooSlow,
)

HOME = "127.0.0.1"
TOKEN = {"Authorization": "Bearer secret"}


async def chunks() -> AsyncIterator[bytes]:
    for part in (b"one ", b"two ", b"three"):
        yield part


async def problem_of(
    outgoing: Outgoing, url: str, *, most: int = 100, patience: Patience | None = None
) -> OutgoingProblem:
    with pytest.raises(OutgoingProblem) as raised:
        await outgoing.call("POST", url, headers={}, body=b"{}", most=most, patience=patience)
    return raised.value


async def test_the_answer_is_whole_whatever_its_status() -> None:
    given = answer(b'{"error":1}', status=400, content_type="application/json")
    async with remote({"/v1/things": given}) as server, calling(HOME) as outgoing:
        said = await outgoing.call("GET", server.url("/v1/things?a=b"), headers=TOKEN, most=100)
    assert (said.status, said.body, said.headers["content-type"]) == (400, b'{"error":1}', "application/json")
    assert (server.asked[0].line, server.asked[0].headers["authorization"]) == (
        "GET /v1/things?a=b HTTP/1.1",
        "Bearer secret",
    )


async def test_a_body_may_come_piece_by_piece() -> None:
    async with remote({"/": answer(b"{}")}) as server, calling(HOME) as outgoing:
        length = {"Content-Length": "13", "Content-Type": "text/plain"}
        await outgoing.call("POST", server.url(), headers=length, body=chunks(), most=100)
    assert server.asked[0].body == b"one two three"


async def test_a_redirect_is_an_answer_like_any_other() -> None:
    async with remote({"/": redirect("/there")}) as server, calling(HOME) as outgoing:
        assert (await outgoing.call("GET", server.url(), headers=TOKEN, most=100)).status == 302
    assert len(server.asked) == 1


async def test_what_cannot_have_arrived() -> None:
    names = {"inside.example": ["10.0.0.1"]}
    async with remote({}) as server, calling(HOME, names=names) as outgoing:
        port = server.port
    async with calling(HOME, names=names) as outgoing:
        for url, kind in (
            (f"http://127.0.0.1:{port}/", NotReachable),
            ("http://inside.example/", AddressNotAllowed),
            ("http://nowhere.example/", HostNotFound),
        ):
            problem = await problem_of(outgoing, url)
            assert (type(problem), problem.may_have_arrived) == (kind, False)


async def test_a_connection_that_is_never_made_carries_nothing() -> None:
    class Hanging:
        async def addresses(self, host: str) -> Sequence[str]:
            await asyncio.Event().wait()
            return []

    outgoing = Outgoing(names=Hanging())
    problem = await problem_of(outgoing, "http://slow.example/", patience=Patience(connect=0.1))
    assert (type(problem), problem.may_have_arrived) == (RemoteTooSlow, False)
    await outgoing.close()


async def test_what_may_have_arrived() -> None:
    async def hang(_writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    answers: dict[str, Answer] = {
        "/hang": hang,
        "/up": hang_up,
        "/large": answer(bytes(200)),
        "/torn": answer(b"x", content_length="9"),
    }
    async with remote(answers) as server, calling(HOME) as outgoing:
        for path, kind, patience in (
            ("/hang", RemoteTooSlow, Patience(silence=0.1)),
            ("/hang", RemoteTooSlow, Patience(total=0.1)),
            ("/up", RemoteBroken, None),
            ("/large", RemoteTooLarge, None),
            ("/torn", RemoteBroken, Patience(silence=0.2)),
        ):
            problem = await problem_of(outgoing, server.url(path), patience=patience)
            assert problem.may_have_arrived, path
            assert isinstance(problem, kind | RemoteTooSlow), path


async def test_a_download_takes_its_headers_to_the_first_address_only() -> None:
    async with remote({"/a": redirect("/b"), "/b": answer(b"bytes")}) as server, calling(HOME) as outgoing:
        async with outgoing.get(server.url("/a"), most=100, headers=TOKEN) as download:
            assert b"".join([chunk async for chunk in download.chunks()]) == b"bytes"
    assert ["authorization" in asked.headers for asked in server.asked] == [True, False]
