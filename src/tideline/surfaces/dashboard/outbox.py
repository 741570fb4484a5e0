"""The mails that a demo did not send, for whoever tries it: its address is a secret, because links open accounts."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from tideline.platform.crypto import same
from tideline.platform.db import Database
from tideline.platform.mail import Mail, Outbox, State
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.visits import NotHere

MOST = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail with its text in pieces: `link` is the one line that can be clicked."""

    mail: Mail
    before: str
    link: str | None
    after: str


class OutboxPage:
    def __init__(self, db: Database, pages: Pages, outbox: Outbox, *, key: str, public_url: str) -> None:
        self._db = db
        self._pages = pages
        self._outbox = outbox
        self._key = key
        self._link = re.compile(rf"^{re.escape(public_url)}/link/[\w-]+$", re.MULTILINE | re.ASCII)

    async def show(self, request: Request) -> Response:
        if not same(request.path_params["key"], self._key):
            raise NotHere
        async with self._db.system_read() as tx:
            found = await self._outbox.newest(tx, limit=MOST)
        shown = [self._shown(mail) for mail in found if mail.state is not State.SENT]
        return self._pages.page(request, "outbox.html", mails=shown)

    def _shown(self, mail: Mail) -> Shown:
        text = self._outbox.read(mail)
        link = self._link.search(text)
        if link is None:
            return Shown(mail, text, None, "")
        return Shown(mail, text[: link.start()], link[0], text[link.end() :])
