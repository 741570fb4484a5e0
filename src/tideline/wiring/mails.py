"""Mail as the settings want it: the server that takes it, and when it is deleted."""

from datetime import timedelta

from tideline.platform import mail
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.timers import Every, Timer
from tideline.settings import Settings


class NeedsMailFrom(Problem):
    code = "needs_mail_from"
    message = (
        "With TIDELINE_SMTP_HOST, Tideline has to know who its mails come from: set TIDELINE_MAIL_FROM, such as "
        "Harbour Coffee <inbox@example.com>."
    )


def mail_server(settings: Settings) -> mail.Server | None:
    """Where mails go; None when they are kept for the operator."""
    if settings.smtp_host is None:
        return None
    try:
        sender = mail.From.read(settings.mail_from or "")
    except mail.NotAnAddress:
        raise NeedsMailFrom from None
    return mail.Server(
        host=settings.smtp_host,
        port=settings.smtp_port or mail.PORTS[settings.smtp_security],
        security=mail.Security(settings.smtp_security),
        sender=sender,
        user=settings.smtp_user,
        password=settings.smtp_password or "",
        timeout=settings.smtp_timeout,
    )


def old_mails(db: Database, outbox: mail.Outbox, *, days: int) -> Timer:
    """Deletes what is older than so many days."""
    return Timer("old mails", Every(timedelta(hours=1)), lambda: outbox.sweep(db, keep=timedelta(days=days)))
