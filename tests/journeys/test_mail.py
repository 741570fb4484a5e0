"""Mails of a running Tideline: to a real SMTP server, or kept for whoever runs it."""

import asyncio
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.journeys.conftest import Demo, entered
from tests.journeys.test_commands import done, of_demo, refused
from tests.support.clients import eventually
from tests.support.mail_server import MailServer, mail_server
from tests.support.serving import Served, tideline

LINK = re.compile(r"^http://\S+/link/\S+$", re.MULTILINE)


def settings(server: MailServer) -> dict[str, str]:
    return {
        "TIDELINE_SMTP_HOST": server.host,
        "TIDELINE_SMTP_PORT": str(server.port),
        "TIDELINE_SMTP_SECURITY": "none",
        "TIDELINE_MAIL_FROM": "Northquay Coffee <inbox@northquay.example>",
    }


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as made:
        yield made


@pytest.fixture
async def mailing(server: MailServer, data_dir: Path) -> AsyncIterator[Demo]:
    """A demo that sends its mails."""
    served = Served(data_dir, settings=settings(server))
    async with entered(served) as demo:
        yield demo
    served.close()


async def run(data_dir: Path, *arguments: str, **more: str) -> "CompletedProcess[str]":
    """A command; the mail server answers meanwhile."""
    return await asyncio.to_thread(lambda: tideline(data_dir, *arguments, **more))


async def mail_to(server: MailServer, address: str) -> EmailMessage:
    async def has_come() -> bool:
        return any(one.rcpt_tos == [address] for one in server.taken)

    await eventually(has_come, f"a mail to {address}")
    return next(mail for mail, one in zip(server.mails, server.taken, strict=True) if one.rcpt_tos == [address])


async def test_whoever_is_invited_joins_by_the_link_in_the_mail(mailing: Demo, server: MailServer) -> None:
    await mailing.customer.invite_teammate(email="ines@northquay.example", role="agent")
    mail = await mail_to(server, "ines@northquay.example")
    assert mail["From"] == "Northquay Coffee <inbox@northquay.example>"
    [link] = LINK.findall(mail.get_content().replace("\r\n", "\n"))
    async with mailing.http.get(link) as page:
        assert "Join the workspace" in await page.text()

    # a command has no mail settings of its own: the running Tideline sends what it wrote
    where = ("--workspace", mailing.facts["workspace_id"], "--email", "nora@northquay.example")
    said = done(await run(mailing.served.data_dir, "teammate", "invite", *where))
    mail = await mail_to(server, "nora@northquay.example")
    assert LINK.findall(said) == LINK.findall(mail.get_content().replace("\r\n", "\n"))

    listed = done(await run(mailing.served.data_dir, "mail", "list"))
    assert re.search(r" sent +invitation +ines@northquay\.example$", listed, re.MULTILINE)
    uid = re.search(r"^(\S+) .* ines@", listed, re.MULTILINE)
    assert uid
    assert "its text is not kept" in refused(await run(mailing.served.data_dir, "mail", "show", uid[1]))
    assert link not in mailing.served.output
    assert "ines@" not in mailing.served.output


async def test_settings_are_tried_out(server: MailServer, data_dir: Path) -> None:
    said = done(await run(data_dir, "mail", "test", "--to", "you@northquay.example", **settings(server)))
    assert said == "127.0.0.1 took a mail to you@northquay.example.\n"
    assert (await mail_to(server, "you@northquay.example"))["Subject"] == "A test from Tideline"
    no_tls = {**settings(server), "TIDELINE_SMTP_SECURITY": "starttls"}
    assert "STARTTLS" in refused(await run(data_dir, "mail", "test", "--to", "you@northquay.example", **no_tls))
    assert "no mail server" in refused(await run(data_dir, "mail", "test", "--to", "you@northquay.example"))
    nobody = {**settings(server), "TIDELINE_MAIL_FROM": ""}
    assert "TIDELINE_MAIL_FROM" in refused(await run(data_dir, "mail", "test", "--to", "a@b.example", **nobody))
    wrong = {**settings(server), "TIDELINE_MAIL_FROM": "nobody"}
    assert "expected an address" in refused(await run(data_dir, "mail", "list", **wrong))


async def test_without_a_server_mails_are_kept_and_read(demo: Demo) -> None:
    said = done(of_demo(demo, "teammate", "invite", "--email", "vera@northquay.example", "--name", "Vera Sund"))

    async def is_kept() -> str | None:
        listed = done(tideline(demo.served.data_dir, "mail", "list", "--state", "kept"))
        found = re.search(r"^(\S+) .* vera@northquay\.example$", listed, re.MULTILINE)
        return found[1] if found else None

    uid = await eventually(is_kept, "a kept mail")
    shown = done(tideline(demo.served.data_dir, "mail", "show", str(uid)))
    assert shown.startswith("To: Vera Sund <vera@northquay.example>\nSubject: Join ")
    assert LINK.findall(shown) == LINK.findall(said)
    assert "There is no such mail." in refused(tideline(demo.served.data_dir, "mail", "show", "nonsense"))
    page = next(line.split()[1] for line in demo.served.output.splitlines() if line.startswith("  mails "))
    async with demo.http.get(page) as answer:
        assert LINK.findall(said)[0] in await answer.text()


async def test_people_and_teams_are_changed_on_the_command_line(demo: Demo) -> None:
    done(of_demo(demo, "team", "create", "--title", "Sales"))
    done(of_demo(demo, "team", "rename", "--title", "sales", "--to", "Service"))
    done(
        of_demo(demo, "teammate", "invite", "--email", "liv@northquay.example", "--team", "Service", "--role", "agent")
    )
    whose = ("--email", "liv@northquay.example")
    assert re.search(r"^liv@\S+ +Liv +Agent +Service +invited$", done(of_demo(demo, "teammate", "list")), re.MULTILINE)
    assert re.search(r"^Service +1$", done(of_demo(demo, "team", "list")), re.MULTILINE)
    assert "still belong" in refused(of_demo(demo, "team", "remove", "--title", "Service"))
    said = done(of_demo(demo, "teammate", "change", *whose, "--role", "admin", "--team", "Default"))
    assert said == "liv@northquay.example: Admin, team Default, invited\n"
    assert "not active" in refused(of_demo(demo, "teammate", "suspend", *whose))
    done(of_demo(demo, "team", "remove", "--title", "Service"))
    done(of_demo(demo, "teammate", "remove", *whose))
    assert "Nobody in this workspace" in refused(of_demo(demo, "teammate", "remove", *whose))
    kai = ("--email", "kai@northquay.example")
    assert done(of_demo(demo, "teammate", "suspend", *kai)).endswith("suspended\n")
    assert done(of_demo(demo, "teammate", "restore", *kai)).endswith("active\n")
