"""One mail straight to the server, past the outbox: what the operator tries the settings with."""

from datetime import datetime

from tideline.platform.ids import uuid7
from tideline.platform.mail.errors import MailNotTaken
from tideline.platform.mail.message import NotAnAddress, compose
from tideline.platform.mail.model import Accepted, Mail, MailUid, State
from tideline.platform.mail.smtp import Courier, Server

TEXT = "This is a test: whoever runs Tideline wants to know whether its mails arrive.\n"


async def try_out(server: Server, to: str, now: datetime) -> None:
    """Raises `MailNotTaken` with what the server said."""
    mail = Mail(
        uid=MailUid(uuid7()),
        workspace_id=None,
        kind="test",
        recipient=to,
        name="",
        subject="A test from Tideline",
        sealed=None,
        state=State.PENDING,
        attempts=1,
        next_at=now,
        problem=None,
        created_at=now,
        give_up_at=now,
        settled_at=None,
    )
    try:
        message = compose(mail, TEXT, server.sender)
    except NotAnAddress:
        raise MailNotTaken(f"{to} is no address that mail can be sent to.") from None
    courier = Courier(server)
    try:
        outcome = await courier.deliver(message, to)
        await courier.goodbye()
    finally:
        courier.close()
    if not isinstance(outcome, Accepted):
        raise MailNotTaken(f"The mail server did not take the mail: {outcome.problem}")
