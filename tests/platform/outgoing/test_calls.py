"""Calls through the guard, against a server that may do anything."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import Sequence

import aiohttp
import pytest

from tests.support.remote import Answer, Book, answer, calling, redirect, remote
from tideline.platform.outgoing import (
    AddressNotAllowed,
    Allowed,
    HostNotFound,
    NotReachable,
    Outgoing,
    Patience,
    RemoteBroken,
    RemoteRefused,
    RemoteTooLarge,
    RemoteTooSlow,
    TooManyRedirects,
    UrlNotValid,
)
from tideline.platform.outgoing.guarded import Forbidden, session

HOME = "127.0.0.1"
IN_TIME = 10.0


async def fetch(outgoing: Outgoing, url: str, most: int = 1_000_000, patience: Patience | None = None) -> bytes:
    async with outgoing.get(url, most=most, patience=patience) as download:
        return b"".join([chunk async for chunk in download.chunks()])


async def post(outgoing: Outgoing, url: str, seconds: float = IN_TIME) -> int:
    return (await outgoing.post(url, b"{}", {"Content-Type": "application/json"}, seconds=seconds)).status


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


# What may be called


LITERALS = {
    "loopback": "http://127.0.0.1/",
    "private": "http://192.168.0.1/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "v6": "http://[::1]/",
    "v6-mapped": "http://[::ffff:127.0.0.1]/",
    "v6-mapped in hex": "http://[::ffff:7f00:1]/",
    "unspecified": "http://0.0.0.0/",
    "credentials that look like a host": "http://h.example@127.0.0.1/",
    "wide digits": "http://１２７.０.０.１/",
}


@pytest.mark.parametrize("url", LITERALS.values(), ids=LITERALS)
async def test_a_private_address_is_refused_before_anything_happens(url: str) -> None:
    async with calling() as outgoing:
        with pytest.raises(AddressNotAllowed):
            outgoing.check(url)
        with pytest.raises(AddressNotAllowed):
            await post(outgoing, url)
        with pytest.raises(AddressNotAllowed):
            await fetch(outgoing, url)


NAMES: dict[str, Sequence[str]] = {
    "localhost": ["127.0.0.1", "::1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "mixed.example": ["93.184.216.34", "10.0.0.1"],
    "linked.example": ["fe80::1%eth0"],
    "redis": ["172.18.0.5"],
}


@pytest.mark.parametrize("host", NAMES)
async def test_a_name_that_leads_into_a_private_network_is_refused(host: str) -> None:
    async with calling(names=NAMES) as outgoing:
        for spelled in (host, host.upper()):
            with pytest.raises(AddressNotAllowed):
                await post(outgoing, f"http://{spelled}/")


async def test_the_system_reads_odd_spellings_too_and_is_checked() -> None:
    """With the system's own names: `localhost` and its like."""
    outgoing = Outgoing()
    try:
        for host in ("localhost", "LOCALHOST", "localhost."):
            with pytest.raises((AddressNotAllowed, HostNotFound)):
                await post(outgoing, f"http://{host}/")
    finally:
        await outgoing.close()


async def test_a_socket_is_looked_at_whatever_the_client_thought_before() -> None:
    """An address in place of a name goes past every resolver, so the last look is where the socket is made."""
    async with remote({"/": answer()}) as server, session(Allowed(), Book({})) as client:
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await client.get(server.url())
        assert isinstance(refused.value.os_error, Forbidden)
        assert server.asked == []


async def test_a_name_is_asked_for_once_and_its_answer_is_what_is_called() -> None:
    """A name server that says something else the second time (rebinding) is not asked a second time."""
    book = Book({"hooks.example": [["127.0.0.2"], ["127.0.0.1"]]})
    async with remote({"/": answer()}) as server:
        async with calling("127.0.0.2", names=book) as outgoing:
            with pytest.raises(NotReachable):  # the server is at the second address
                await post(outgoing, server.url(host="hooks.example"))
            assert book.asked == ["hooks.example"]
        async with calling("127.0.0.2", names=book) as outgoing:
            with pytest.raises(AddressNotAllowed):
                await post(outgoing, server.url(host="hooks.example"))
        assert server.asked == []


async def test_the_operator_may_allow_a_network_or_a_host() -> None:
    names = {"hooks.internal": [HOME], "other.internal": [HOME]}
    async with remote({"/": answer()}) as server:
        async with calling("127.0.0.0/8", names=names) as outgoing:
            assert await post(outgoing, server.url()) == 200
            assert await post(outgoing, server.url(host="hooks.internal")) == 200
        async with calling("hooks.internal", names=names) as outgoing:
            assert await post(outgoing, server.url(host="hooks.internal")) == 200
            with pytest.raises(AddressNotAllowed):
                await post(outgoing, server.url(host="other.internal"))
            with pytest.raises(AddressNotAllowed):
                await post(outgoing, server.url())


async def test_a_v6_address_is_called_like_any_other(unused_port: int) -> None:
    async with calling("::1") as outgoing:
        with pytest.raises(NotReachable):
            await post(outgoing, f"http://[::1]:{unused_port}/")


async def test_names_that_nobody_has(unused_port: int) -> None:
    async with calling(HOME, names={"nothing.example": []}) as outgoing:
        for host in ("nowhere.example", "nothing.example"):
            with pytest.raises(HostNotFound):
                await post(outgoing, f"http://{host}/")
        with pytest.raises(NotReachable):
            await post(outgoing, f"http://127.0.0.1:{unused_port}/")
        with pytest.raises(UrlNotValid):
            await post(outgoing, "http://2130706433/")


# POST


async def test_a_post_arrives_as_it_was_made() -> None:
    async with remote({"/a%2fb": answer(b"thanks", status=201, x_id="7")}) as server, calling(HOME) as outgoing:
        reply = await outgoing.post(
            server.url("/a%2fb?token=a+b%20c&x=%2B&"), b'{"a":1}', {"Content-Type": "application/json"}, seconds=IN_TIME
        )
        assert (reply.status, reply.is_success, bytes(reply.body_start)) == (201, True, b"thanks")
        assert reply.headers["x-id"] == "7"
        assert 0 < reply.took < IN_TIME
        [asked] = server.asked
        assert asked.line == "POST /a%2fb?token=a+b%20c&x=%2B& HTTP/1.1"
        assert asked.body == b'{"a":1}'
        assert asked.headers["content-type"] == "application/json"
        assert asked.headers["host"] == f"127.0.0.1:{server.port}"
        assert asked.headers["user-agent"].startswith("Tideline/")
        assert "authorization" not in asked.headers
        assert "cookie" not in asked.headers


async def test_credentials_in_the_address_become_a_login() -> None:
    async with remote({"/": answer()}) as server, calling(HOME) as outgoing:
        await post(outgoing, f"http://us%40er:pä@127.0.0.1:{server.port}/")
        assert server.asked[0].headers["authorization"] == "Basic dXNAZXI6cMOk"


async def test_cookies_and_proxies_are_not_ours(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port}")
    async with remote({"/": answer(set_cookie="a=b")}) as server, calling(HOME) as outgoing:
        await post(outgoing, server.url())
        await post(outgoing, server.url())
        assert "cookie" not in server.asked[1].headers


async def test_a_redirect_of_a_post_is_an_answer() -> None:
    async with remote({"/": redirect("/there"), "/there": answer()}) as server, calling(HOME) as outgoing:
        assert await post(outgoing, server.url()) == 302
        assert [asked.target for asked in server.asked] == ["/"]


async def test_of_an_answer_to_a_post_only_the_beginning_is_read() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with remote({"/": endless}) as server, calling(HOME) as outgoing:
        reply = await outgoing.post(server.url(), b"", {}, seconds=IN_TIME, most=100)
        assert reply.body_start == b"x" * 100


async def test_a_status_that_came_in_time_counts_although_the_body_does_not() -> None:
    async def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        await hang(writer)

    async with remote({"/": half}) as server, calling(HOME) as outgoing:
        reply = await outgoing.post(server.url(), b"", {}, seconds=0.3)
        assert reply.status == 200
        assert reply.body_start == b"half"


BROKEN: dict[str, bytes] = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc\r\n\r\n",
    "a header without an end": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000,
    "ten thousand headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
}


@pytest.mark.parametrize("bytes_sent", BROKEN.values(), ids=BROKEN)
async def test_what_is_no_answer_is_broken(bytes_sent: bytes) -> None:
    async with remote({"/": bytes_sent}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteBroken):
            await post(outgoing, server.url())


async def test_a_server_that_hangs_or_hangs_up() -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with remote({"/hang": hang, "/up": hang_up}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteTooSlow):
            await post(outgoing, server.url("/hang"), seconds=0.2)
        with pytest.raises(RemoteBroken):
            await post(outgoing, server.url("/up"))


async def test_a_name_server_that_hangs_is_too_slow() -> None:
    class Hanging:
        async def addresses(self, host: str) -> Sequence[str]:
            await asyncio.Event().wait()
            return []

    outgoing = Outgoing(names=Hanging())
    with pytest.raises(RemoteTooSlow):
        await post(outgoing, "http://slow.example/", seconds=0.2)
    with pytest.raises(RemoteTooSlow):
        await fetch(outgoing, "http://slow.example/", patience=Patience(connect=0.2))
    await outgoing.close()


async def test_plain_text_where_tls_is_spoken() -> None:
    async with remote({"/": answer()}) as server, calling(HOME) as outgoing:
        with pytest.raises(NotReachable, match="certificate"):
            await post(outgoing, f"https://127.0.0.1:{server.port}/")


# GET


async def test_a_download_says_what_it_is() -> None:
    given = answer(b"%PDF", content_type="application/pdf", content_disposition='attachment; filename="a b.pdf"')
    async with remote({"/x": given, "/price%20list.pdf": answer(b"y")}) as server, calling(HOME) as outgoing:
        async with outgoing.get(server.url("/x?sig=%2B+"), most=4) as download:
            assert (download.name, download.mimetype, download.size) == ("a b.pdf", "application/pdf", 4)
            assert [chunk async for chunk in download.chunks()] == [b"%PDF"]
        assert server.asked[0].line == "GET /x?sig=%2B+ HTTP/1.1"
        assert server.asked[0].headers["accept-encoding"] == "identity"
        async with outgoing.get(server.url("/price%20list.pdf?a/b"), most=4) as download:
            assert (download.name, download.mimetype) == ("price list.pdf", "")


async def test_redirects_are_followed_a_few_times() -> None:
    hops: dict[str, Answer] = {f"/{n}": redirect(f"{n + 1}?from={n}", 301 + n % 3) for n in range(9)}
    async with remote({**hops, "/5": answer(b"here")}) as server, calling(HOME) as outgoing:
        assert await fetch(outgoing, server.url("/0")) == b"here"
        assert server.asked[-1].target == "/5?from=4"
    async with remote({**hops, "/6": answer(b"here")}) as server, calling(HOME) as outgoing:
        with pytest.raises(TooManyRedirects):
            await fetch(outgoing, server.url("/0"))
        assert len(server.asked) == 6


REDIRECTS = {
    "a private address": ("http://10.0.0.1/", AddressNotAllowed),
    "a name of one": ("http://inside.example/", AddressNotAllowed),
    "a file": ("file:///etc/passwd", UrlNotValid),
    "one number": ("http://2130706433/", UrlNotValid),
    "nowhere": ("http://nowhere.example/", HostNotFound),
}


@pytest.mark.parametrize(("to", "problem"), REDIRECTS.values(), ids=REDIRECTS)
async def test_each_redirect_is_checked_again(to: str, problem: type[Exception]) -> None:
    names = {"outside.example": [HOME], "inside.example": [HOME]}
    async with remote({"/": redirect(to)}) as server, calling("outside.example", names=names) as outgoing:
        with pytest.raises(problem):
            await fetch(outgoing, server.url(host="outside.example"))


async def test_a_login_does_not_go_along_with_a_redirect() -> None:
    async with remote({"/": redirect("/b"), "/b": answer(b"x")}) as server, calling(HOME) as outgoing:
        await fetch(outgoing, f"http://user:secret@127.0.0.1:{server.port}/")
        assert "authorization" in server.asked[0].headers
        assert "authorization" not in server.asked[1].headers


@pytest.mark.parametrize("status", [204 + 96, 304, 401, 404, 500, 503])
async def test_another_status_is_a_refusal(status: int) -> None:
    async with remote({"/": answer(b"", status=status)}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteRefused, match=str(status)):
            await fetch(outgoing, server.url())


SIZES: dict[str, bytes] = {
    "announced": answer(b"x" * 11),
    "without a length": b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 11,
    "in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nxxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n",
    "announced only": b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
    "packed": answer(gzip.compress(b"x" * 11), content_encoding="gzip"),
}


@pytest.mark.parametrize("given", SIZES.values(), ids=SIZES)
async def test_more_than_allowed_is_too_large(given: bytes) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(given)
        writer.write_eof()

    async with remote({"/": once}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteTooLarge):
            await fetch(outgoing, server.url(), most=10)


async def test_a_length_that_lies_is_no_whole_file() -> None:
    async def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        writer.write_eof()

    async with remote({"/": half}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteBroken):
            await fetch(outgoing, server.url())


PACKED = {
    "gzip": ("gzip", gzip.compress(b"hello")),
    "gzip in two members": ("x-gzip", gzip.compress(b"hel") + gzip.compress(b"lo")),
    "zlib": ("deflate", zlib.compress(b"hello")),
    "not at all": ("identity", b"hello"),
}


@pytest.mark.parametrize(("encoding", "body"), PACKED.values(), ids=PACKED)
async def test_what_is_packed_unasked_is_unpacked(encoding: str, body: bytes) -> None:
    async with remote({"/": answer(body, content_encoding=encoding)}) as server, calling(HOME) as outgoing:
        assert await fetch(outgoing, server.url()) == b"hello"


MISPACKED = {
    "torn": ("gzip", gzip.compress(b"hello")[:-9]),
    "no gzip": ("gzip", b"hello"),
    "another way": ("br", b"hello"),
}


@pytest.mark.parametrize(("encoding", "body"), MISPACKED.values(), ids=MISPACKED)
async def test_what_cannot_be_unpacked_is_broken(encoding: str, body: bytes) -> None:
    async with remote({"/": answer(body, content_encoding=encoding)}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteBroken):
            await fetch(outgoing, server.url())


async def test_a_bomb_is_stopped_after_a_few_pieces() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    total = largest = 0

    async def count(outgoing: Outgoing, url: str) -> None:
        nonlocal total, largest
        async with outgoing.get(url, most=1_000_000) as download:
            async for chunk in download.chunks():
                total, largest = total + len(chunk), max(largest, len(chunk))

    async with remote({"/": answer(bomb, content_encoding="gzip")}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteTooLarge):
            await count(outgoing, server.url())
    assert 0 < total <= 1_000_000
    assert 0 < largest <= 65536


async def test_a_packed_stream_of_nothing_is_stopped_too() -> None:
    async def nothing(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(gzip.compress(b"") * 6_000, content_encoding="gzip", content_length=""))
        writer.write_eof()

    async with remote({"/": nothing}) as server, calling(HOME) as outgoing:
        assert await fetch(outgoing, server.url(), most=1_000_000) == b""
        with pytest.raises(RemoteTooLarge):
            await fetch(outgoing, server.url(), most=100_000)


async def test_silence_and_dripping_end() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with remote({"/hang": hang, "/drip": drip}) as server, calling(HOME) as outgoing:
        with pytest.raises(RemoteTooSlow):
            await fetch(outgoing, server.url("/hang"), patience=Patience(silence=0.2))
        with pytest.raises(RemoteTooSlow):
            await fetch(outgoing, server.url("/drip"), patience=Patience(total=0.3))


async def test_what_the_reader_raises_is_its_own() -> None:
    async with remote({"/": answer(b"x")}) as server, calling(HOME) as outgoing:
        with pytest.raises(TimeoutError):
            async with outgoing.get(server.url(), most=10):
                raise TimeoutError


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
