"""Who is who: WhatsApp names a person by a LID, Tideline by the phone number as soon as anybody has told it."""

import os
from pathlib import Path
from typing import Any, Final

from tideline.features.numbers.port import Peer

PEOPLE: Final = ("s.whatsapp.net", "hosted", "c.us")
HIDDEN: Final = ("lid", "hosted.lid")
GROUPS: Final = "g.us"


class People:
    """The phones behind LIDs as this number has learned them, and who the number itself is. Pure memory: `Known`
    below keeps it."""

    def __init__(self, phone: str = "", lid: str | None = None, known: dict[str, str] | None = None) -> None:
        self.phone = phone
        self.lid = lid
        self.known = known if known is not None else {}
        if lid:
            self.known[lid] = phone

    def peer(self, jid: Any) -> Peer | None:
        """Whom an address names; None for what is neither a person nor a group (lists, channels, statuses)."""
        if jid.Server == GROUPS:
            return Peer(group=f"{jid.User}@{GROUPS}")
        if jid.Server in PEOPLE and jid.User:
            return Peer(phone=jid.User)
        if jid.Server in HIDDEN and jid.User:
            phone = self.known.get(jid.User)
            return Peer(phone=phone) if phone else Peer(lid=jid.User)
        return None

    def person(self, text: str) -> Peer | None:
        """The same for an address as text, such as those inside of messages."""
        user, _, server = text.partition("@")
        return self.peer(_Jid(user.partition(":")[0], server))

    def is_own(self, jid: Any) -> bool:
        return bool(jid.User) and (
            (jid.Server in PEOPLE and jid.User == self.phone) or (jid.Server in HIDDEN and jid.User == self.lid)
        )

    def learn(self, one: Any, other: Any) -> tuple[str, str] | None:
        """Two addresses of one person, in either order; gives the phone and the LID when both are there."""
        for hidden, open_ in ((one, other), (other, one)):
            if hidden.Server in HIDDEN and hidden.User and open_.Server in PEOPLE and open_.User:
                self.known[hidden.User] = open_.User
                return open_.User, hidden.User
        return None


class _Jid:
    def __init__(self, user: str, server: str) -> None:
        self.User = user
        self.Server = server


class Known:
    """The pairs that the server has stored, in a file that only grows; lines cut off by a crash are told again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.pairs: dict[str, str] = {}
        if path.exists():
            for line in path.read_text("ascii", "ignore").splitlines():
                lid, _, phone = line.partition(" ")
                if lid.isdigit() and phone.isdigit():
                    self.pairs[lid] = phone

    def keep(self, pairs: list[tuple[str, str]]) -> None:
        fresh = [(lid, phone) for lid, phone in pairs if self.pairs.get(lid) != phone]
        if fresh:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w") as file:
                file.writelines(f"{lid} {phone}\n" for lid, phone in fresh)
            self.pairs.update(fresh)
