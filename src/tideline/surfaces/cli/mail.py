"""Mails: what is in the outbox, what one says, and whether the mail server takes any."""

from argparse import Namespace
from uuid import UUID

from tideline.platform.mail import MailNotFound, NoMailServer, State, try_out
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Toolbox


async def list_newest(tools: Toolbox, options: Namespace) -> None:
    state = State(options.state) if options.state else None
    async with tools.desk() as desk, desk.db.system_read() as tx:
        found = await desk.access.outbox.newest(tx, limit=min(max(1, options.limit), 100_000), state=state)
    rows = [
        (one.uid, f"{one.created_at:%Y-%m-%dT%H:%MZ}", one.state.value, one.kind, one.recipient, one.problem or "")
        for one in found
    ]
    table(("MAIL", "WRITTEN", "STATE", "KIND", "TO", "PROBLEM"), rows)


async def show(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system_read() as tx:
        found = await desk.access.outbox.get(tx, _uid(options.mail))
        text = desk.access.outbox.read(found)
    print(f"To: {found.name} <{found.recipient}>\nSubject: {found.subject}\n\n{text}", end="")


async def send(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        await desk.access.outbox.send_again(tx, _uid(options.mail))
    print("It is sent by the running Tideline; `tideline mail list` shows what became of it.")


async def test(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        if desk.mail_server is None:
            raise NoMailServer
        await try_out(desk.mail_server, options.to, desk.db.clock.now())
        print(f"{desk.mail_server.host} took a mail to {options.to}.")


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MailNotFound from None
