"""What the pages stand on."""

from dataclasses import dataclass

from tideline.features import files, workspaces
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database


@dataclass(frozen=True)
class DashboardDeps:
    """`public_url` decides whether cookies are for https only; `has_simulator` whether its desk is worth a link."""

    db: Database
    sign_in: workspaces.SignIn
    keyring: Keyring
    links: files.Links
    public_url: str
    has_simulator: bool

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
