"""What the pages stand on."""

from dataclasses import dataclass

from tideline.features import files, workspaces
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.mail import Outbox


@dataclass(frozen=True)
class DashboardDeps:
    """`public_url` decides whether cookies are for https only; `has_simulator` whether its desk is worth a link.
    `has_mail` says whether mails leave this server. A demo without shows its outbox under `outbox_key`."""

    db: Database
    sign_in: workspaces.SignIn
    keyring: Keyring
    links: files.Links
    public_url: str
    has_simulator: bool
    has_mail: bool = False
    outbox: Outbox | None = None
    outbox_key: str = ""

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def outbox_path(self) -> str | None:
        return f"/outbox/{self.outbox_key}" if self.outbox else None
