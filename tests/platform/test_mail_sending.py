"""Mails on their way: a real SMTP server that takes them, wants them later, refuses them, or is not there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support.mail_server import Certificates, MailServer, certificates, mail_server
from tests.support.waiting import until
from tests.support.world import HandClock
from tideline.platform import installation
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.mail import (
    Letter,
    Mail,
    MailNotFound,
    MailWasSent,
    Outbox,
    Security,
    Sender,
    Server,
    State,
    withdraw,
)
from tideline.platform.wake import Wakes

# aiosmtpd has these opinions about the servers that tests make of it
pytestmark = [
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

LINK = "https://inbox.example.com/link/a-secret-token"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as made:
        yield made


class Post:
    """An outbox with what a test needs around it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.wakes = Wakes()
        db.wake = self.wakes.wake
        self.outbox = Outbox(Keyring(["a key for tests, long enough"]))

    async def put(self, to: str = "ines@harbour.example", *, about: str | None = None, **named: Any) -> Mail:
        values = {"kind": "invitation", "name": "Ines Okafor", "subject": "Join", "text": f"Hello\n\n{LINK}\n", **named}
        async with self.db.system() as tx:
            uid = await self.outbox.post(tx, Letter(to=to, about=about or f"invitation of {to}", **values))
        return await self.look(uid)

    async def look(self, uid: Any) -> Mail:
        async with self.db.system_read() as tx:
            return await self.outbox.get(tx, uid)

    def sender(self, server: Server | None, **named: Any) -> Sender:
        return Sender(self.db, self.wakes, self.outbox, server, **named)

    async def round(self, server: Server | None, rounds: int = 1) -> None:
        sender = self.sender(server)
        for _ in range(rounds):
            await sender.round()
        await sender.close()


@pytest.fixture
def post(db: Database) -> Post:
    return Post(db)


async def test_a_mail_is_sent_and_its_text_is_gone(post: Post, server: MailServer) -> None:
    mail = await post.put(name="Ínés")
    await post.round(server.settings())
    [taken] = server.taken
    assert (taken.mail_from, taken.rcpt_tos) == ("inbox@harbour.example", ["ines@harbour.example"])
    assert LINK in server.mails[0].get_content()
    after = await post.look(mail.uid)
    assert (after.state, after.attempts, after.problem, after.sealed) == (State.SENT, 1, None, None)
    with pytest.raises(MailWasSent):
        post.outbox.read(after)
    await post.round(server.settings())
    assert len(server.taken) == 1


async def test_many_mails_share_a_connection(post: Post, server: MailServer) -> None:
    for n in range(12):
        await post.put(f"{n}@harbour.example")
    await post.round(server.settings(), 4)
    assert sorted(one.rcpt_tos[0] for one in server.taken) == sorted(f"{n}@harbour.example" for n in range(12))
    assert server.connections == 1


async def test_without_a_server_a_mail_is_kept_and_can_be_read(post: Post) -> None:
    mail = await post.put()
    await post.round(None)
    kept = await post.look(mail.uid)
    assert (kept.state, kept.attempts) == (State.KEPT, 0)
    assert LINK in post.outbox.read(kept)


async def test_the_text_is_not_in_the_database(post: Post) -> None:
    mail = await post.put()
    async with post.db.system_read() as tx:
        row = await tx.row("SELECT * FROM directory.mail")
    assert mail.sealed
    assert "secret-token" not in str(dict(row or {})) + mail.sealed.decode("latin-1")
    assert "secret-token" not in repr(mail)


async def test_an_operator_has_a_kept_mail_sent_later(post: Post, server: MailServer, clock: HandClock) -> None:
    mail = await post.put()
    await post.round(None)
    clock.advance(timedelta(days=3))
    async with post.db.system() as tx:
        await post.outbox.send_again(tx, mail.uid)
    await post.round(server.settings())
    assert (await post.look(mail.uid)).state is State.SENT
    async with post.db.system() as tx:
        with pytest.raises(MailWasSent):
            await post.outbox.send_again(tx, mail.uid)


async def test_a_newer_mail_about_the_same_takes_the_place_of_the_older(post: Post, server: MailServer) -> None:
    older = await post.put(about="invitation of 7")
    other = await post.put(about="invitation of 8")
    newer = await post.put(about="invitation of 7")
    with pytest.raises(MailNotFound):
        await post.look(older.uid)
    await post.round(server.settings(), 2)
    assert {(await post.look(one.uid)).state for one in (other, newer)} == {State.SENT}
    await post.put(about="invitation of 7")
    assert (await post.look(newer.uid)).state is State.SENT


# What servers say --------------------------------------------------------------------------------------------


async def test_a_mailbox_that_is_none_fails_at_once_and_holds_nobody_up(post: Post, server: MailServer) -> None:
    server.on_rcpt = lambda address: "550 5.1.1 no such user" if address.startswith("nobody") else "250 OK"
    nobody, ines = await post.put("nobody@harbour.example"), await post.put()
    await post.round(server.settings())
    failed = await post.look(nobody.uid)
    assert (failed.state, failed.problem) == (State.FAILED, "550 5.1.1 no such user")
    assert LINK in post.outbox.read(failed)
    assert (await post.look(ines.uid)).state is State.SENT


async def test_a_greylisted_mail_is_tried_again_in_its_own_time(
    post: Post, server: MailServer, clock: HandClock
) -> None:
    answers = iter(["451 4.7.1 greylisted", "451 4.7.1 greylisted", "250 OK"])
    server.on_rcpt = lambda address: next(answers) if address.startswith("slow") else "250 OK"
    slow, ines = await post.put("slow@harbour.example"), await post.put()
    await post.round(server.settings(), 2)
    assert server.tried == ["slow@harbour.example", "ines@harbour.example"]
    waiting = await post.look(slow.uid)
    assert (waiting.state, waiting.problem) == (State.PENDING, "451 4.7.1 greylisted")
    assert waiting.next_at == clock.now() + timedelta(seconds=30)
    assert (await post.look(ines.uid)).state is State.SENT
    clock.advance(timedelta(seconds=30))
    await post.round(server.settings(), 2)
    clock.advance(timedelta(seconds=59))
    await post.round(server.settings())
    assert (await post.look(slow.uid)).attempts == 2
    clock.advance(timedelta(seconds=1))
    await post.round(server.settings())
    assert ((await post.look(slow.uid)).state, len(server.taken)) == (State.SENT, 2)


async def test_a_mail_whose_content_is_refused_fails(post: Post, server: MailServer) -> None:
    server.on_data = lambda _: "554 5.7.1 looks like spam"
    mail = await post.put()
    await post.round(server.settings())
    assert (await post.look(mail.uid)).problem == "554 5.7.1 looks like spam"
    assert (await post.look(mail.uid)).state is State.FAILED


TROUBLES = {
    "sender refused": {"on_mail": lambda _: "550 5.7.1 not your address"},
    "wants a password": {"on_rcpt": lambda _: "530 5.7.0 authentication required"},
    "going down": {"on_rcpt": lambda _: "421 4.3.2 shutting down"},
}


@pytest.mark.parametrize("said", TROUBLES.values(), ids=TROUBLES)
async def test_trouble_is_nobodys_fault_and_only_one_mail_asks_about_it(
    post: Post, server: MailServer, clock: HandClock, said: dict[str, Any]
) -> None:
    vars(server).update(said)
    mails = [await post.put(f"{n}@harbour.example") for n in range(7)]
    sender = post.sender(server.settings())
    rests = [await sender.round() for _ in range(4)]
    assert rests == [5.0, 10.0, 20.0, 40.0]
    after = [await post.look(mail.uid) for mail in mails]
    assert {mail.state for mail in after} == {State.PENDING}
    assert sorted(mail.attempts for mail in after) == [0, 0, 0, 1, 1, 1, 1]
    vars(server).update(on_mail=lambda _: "250 OK", on_rcpt=lambda _: "250 OK")
    clock.advance(timedelta(minutes=1))
    for _ in range(3):
        await sender.round()
    await sender.close()
    assert {(await post.look(mail.uid)).state for mail in mails} == {State.SENT}


async def test_no_server_at_all_is_trouble_until_the_links_are_over(post: Post, clock: HandClock) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = MailServer(port=nobody.getsockname()[1]).settings()
        mail = await post.put()
        await post.round(settings)
        waiting = await post.look(mail.uid)
        assert (waiting.state, "Connection refused" in str(waiting.problem)) == (State.PENDING, True)
        clock.advance(timedelta(hours=24))
        await post.round(settings)
    assert ((await post.look(mail.uid)).state, (await post.look(mail.uid)).attempts) == (State.FAILED, 2)


async def test_a_name_that_leads_nowhere_is_trouble(post: Post) -> None:
    mail = await post.put()
    await post.round(MailServer(host="mail.invalid", port=25).settings())
    assert (await post.look(mail.uid)).state is State.PENDING


async def test_a_server_that_says_nothing_is_left_after_a_while(post: Post) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with listener:
        mail = await post.put()
        port = listener.sockets[0].getsockname()[1]
        await asyncio.wait_for(post.round(MailServer(port=port).settings(timeout=0.2)), 10)
    after = await post.look(mail.uid)
    assert (after.state, "timed out" in str(after.problem)) == (State.PENDING, True)


async def test_a_server_that_drips_is_cut_off(post: Post) -> None:
    """Each byte comes in time, the whole answer never does."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                writer.write(b"2")
                await writer.drain()
                await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.05)
        except ConnectionError:
            pass

    listener = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with listener:
        mail = await post.put()
        port = listener.sockets[0].getsockname()[1]
        await asyncio.wait_for(post.round(MailServer(port=port).settings(timeout=0.2)), 10)
    assert (await post.look(mail.uid)).problem == "The mail server was too slow."


async def test_a_server_that_takes_its_time_over_a_mail_gets_it_again(
    post: Post, server: MailServer, clock: HandClock
) -> None:
    server.delay = asyncio.Event()
    mail = await post.put()
    await post.round(server.settings(timeout=0.2))
    assert (await post.look(mail.uid)).state is State.PENDING
    server.delay.set()
    clock.advance(timedelta(seconds=30))
    await post.round(server.settings())
    assert (await post.look(mail.uid)).state is State.SENT
    assert len({one["Message-ID"] for one in server.mails}) == 1


# Passwords and TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def trusted(server: MailServer, security: Security, certified: Certificates, **named: Any) -> Server:
    return server.settings(security, host="localhost", context=certified.client, **named)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_an_encrypted_connection_with_a_password(post: Post, certified: Certificates, security: Security) -> None:
    mail = await post.put()
    async with encrypted(security, certified) as server:
        await post.round(trusted(server, security, certified, user="inbox", password="right"))
        assert len(server.taken) == 1
    assert (await post.look(mail.uid)).state is State.SENT


def encrypted(security: Security, certified: Certificates) -> AbstractAsyncContextManager[MailServer]:
    users = {"inbox": "right"}
    if security is Security.TLS:
        return mail_server(tls=certified.server, users=users)
    return mail_server(starttls=certified.server, users=users)


async def test_a_wrong_password_is_trouble_and_is_not_told(post: Post, certified: Certificates) -> None:
    mail = await post.put()
    async with encrypted(Security.STARTTLS, certified) as server:
        with structlog.testing.capture_logs() as logs:
            await post.round(trusted(server, Security.STARTTLS, certified, user="inbox", password="a wrong one"))
        assert server.taken == []
    after = await post.look(mail.uid)
    assert (after.state, str(after.problem)[:3]) == (State.PENDING, "535")
    assert "a wrong one" not in f"{logs}{after}"


async def test_a_server_without_starttls_gets_neither_password_nor_mail(post: Post, server: MailServer) -> None:
    mail = await post.put()
    await post.round(server.settings(Security.STARTTLS, user="inbox", password="right"))
    after = await post.look(mail.uid)
    assert (after.state, server.tried) == (State.PENDING, [])
    assert "STARTTLS" in str(after.problem)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    post: Post, certified: Certificates, security: Security
) -> None:
    mail = await post.put()
    async with encrypted(security, certified) as server:
        await post.round(server.settings(security, host="localhost", timeout=3.0))
        assert server.tried == []
    assert "CERTIFICATE_VERIFY_FAILED" in str((await post.look(mail.uid)).problem)


async def test_a_certificate_for_another_name_gets_no_mail(post: Post, tmp_path: Path) -> None:
    mail, other = await post.put(), certificates(tmp_path, "elsewhere.example")
    async with mail_server(tls=other.server) as server:
        await post.round(trusted(server, Security.TLS, other))
        assert server.tried == []
    assert "Hostname mismatch" in str((await post.look(mail.uid)).problem)


# The loop ----------------------------------------------------------------------------------------------------


async def test_a_mail_goes_out_as_soon_as_it_is_written(post: Post, server: MailServer) -> None:
    sender = post.sender(server.settings(), poll=60)
    running = asyncio.create_task(sender.run())
    first = await post.put()
    await sent(post, first)
    second = await post.put("mo@harbour.example")
    await sent(post, second)
    sender.stop()
    await asyncio.wait_for(running, 5)


async def sent(post: Post, mail: Mail) -> None:
    async def is_sent() -> bool:
        return (await post.look(mail.uid)).state is State.SENT

    await until(is_sent)


async def test_two_nodes_send_each_mail_once(post: Post, server: MailServer) -> None:
    for n in range(30):
        await post.put(f"{n}@harbour.example")
    one, other = post.sender(server.settings()), post.sender(server.settings())
    for _ in range(6):
        await asyncio.gather(one.round(), other.round())
    await one.close()
    await other.close()
    assert sorted(server.tried) == sorted(f"{n}@harbour.example" for n in range(30))


async def test_a_mail_in_the_hands_of_a_node_that_died_is_sent_later(
    post: Post, server: MailServer, clock: HandClock
) -> None:
    mail = await post.put()
    server.delay = asyncio.Event()
    dying = asyncio.create_task(post.sender(server.settings()).round())

    async def is_in_hand() -> bool:
        return bool(server.tried)

    await until(is_in_hand)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    server.delay.set()
    await post.round(server.settings())
    assert server.tried == ["ines@harbour.example"]
    clock.advance(timedelta(seconds=5 * 3 * server.settings().timeout + 30))
    await post.round(server.settings())
    assert (await post.look(mail.uid)).state is State.SENT


async def test_after_a_restore_nothing_is_sent_until_the_release(post: Post, server: MailServer) -> None:
    mail = await post.put()
    async with post.db.system() as tx:
        await installation.begin_again(tx)
    await post.round(server.settings())
    assert ((await post.look(mail.uid)).state, server.tried) == (State.PENDING, [])


async def test_a_withdrawn_mail_is_not_sent(post: Post, server: MailServer) -> None:
    await post.put(about="invitation of 7")
    async with post.db.system() as tx:
        await withdraw(tx, "invitation of 7")
    await post.round(server.settings())
    assert server.tried == []


async def test_a_million_waiting_mails_cost_a_dead_server_nothing(post: Post, clock: HandClock) -> None:
    """One mail is tried in a round, however many wait, and the index leads to it."""
    await post.put()
    async with post.db.system() as tx:
        await tx.execute(
            """
            INSERT INTO directory.mail SELECT gen_random_uuid(), NULL, kind, 'about ' || n, recipient, name, subject,
                   sealed, 'pending', 0, next_at + n * interval '1 ms', NULL, created_at, give_up_at, NULL
            FROM directory.mail, generate_series(1, 20000) n
            """
        )
    async with post.db.system_read() as tx:
        await tx.execute("ANALYZE directory.mail")
        ready = "state = 'pending' AND next_at <= now() ORDER BY next_at"
        plan = await tx.fetch(f"EXPLAIN SELECT uid FROM directory.mail WHERE {ready} LIMIT 5")
    assert "Index Scan using mail_pending" in str(plan)


# Keeping -----------------------------------------------------------------------------------------------------


async def test_old_mails_are_deleted_whatever_became_of_them(post: Post, server: MailServer, clock: HandClock) -> None:
    old = await post.put()
    await post.round(server.settings())
    clock.advance(timedelta(days=20))
    young = await post.put("mo@harbour.example")
    clock.advance(timedelta(days=11))
    assert await post.outbox.sweep(post.db, keep=timedelta(days=30)) == 1
    with pytest.raises(MailNotFound):
        await post.look(old.uid)
    await post.look(young.uid)


async def test_mails_can_be_read_after_the_key_was_changed(post: Post) -> None:
    mails = [await post.put(f"{n}@harbour.example") for n in range(5)]
    newer = Outbox(Keyring(["a newer key for tests, long", "a key for tests, long enough"]))
    assert await newer.reencrypt(post.db, batch=2) == 5
    assert await newer.reencrypt(post.db, batch=2) == 0
    alone = Outbox(Keyring(["a newer key for tests, long"]))
    for mail in mails:
        assert LINK in alone.read(await post.look(mail.uid))


async def test_a_mail_whose_key_is_lost_fails(post: Post, server: MailServer) -> None:
    mail = await post.put()
    post.outbox = Outbox(Keyring(["another key for tests, long"]))
    await post.round(server.settings())
    assert ((await post.look(mail.uid)).state, server.tried) == (State.FAILED, [])


async def test_what_is_logged_names_nobody(post: Post, server: MailServer) -> None:
    server.on_rcpt = lambda address: f"550 no such user {address}"
    await post.put()
    with structlog.testing.capture_logs() as logs:
        await post.round(server.settings())
    assert [line["event"] for line in logs] == ["mail.attempted"]
    assert "harbour" not in str(logs)
    assert "token" not in str(logs)
