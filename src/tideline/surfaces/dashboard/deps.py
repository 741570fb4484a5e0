"""What the pages stand on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tideline.features import files, messages, webhooks, workspaces
from tideline.features.numbers import LinkingLimits, NumberKind
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.mail import Outbox
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard.first_run import FirstRun
from tideline.surfaces.dashboard.frames import NOBODY, Host, HostOf


async def _never() -> None:
    await asyncio.Event().wait()


async def _nobody(_workspace_id: int) -> Host:
    return NOBODY


@dataclass(frozen=True)
class DashboardDeps:
    """`public_url` decides whether cookies are for https only; `has_simulator` whether its desk is worth a link.
    `has_mail` says whether mails leave this server, `audit_days` for how long the audit log is kept. A demo without
    mail shows its outbox under `outbox_key`.

    Pictures of contacts are read from `store`.

    With `first_run` the first page of an installation without a workspace makes one (first_page.py).

    Whoever writes in a chat needs `sends`, and with files `carrier`, `uploads`, `voices` and `spool`; without them the
    pages only show.

    Of the QR page: numbers of `link_kind` are linked there, at most as often as `linking_limits` say; it is shown
    in the name of the workspace's host (`host_of`), and inside its pages; nobody waits for news longer than
    `until_the_end`."""

    db: Database
    sign_in: workspaces.SignIn
    access: workspaces.Access
    terms: webhooks.Terms
    keyring: Keyring
    links: files.Links
    public_url: str
    has_simulator: bool
    store: files.Files | None = None
    sends: messages.SendQueue | None = None
    carrier: messages.Carrier | None = None
    uploads: files.Uploads | None = None
    voices: files.Voices | None = None
    spool: files.Spool | None = None
    has_mail: bool = False
    audit_days: int = 400
    first_run: FirstRun | None = None
    outbox: Outbox | None = None
    outbox_key: str = ""
    wakes: Wakes = field(default_factory=Wakes)
    link_kind: NumberKind = NumberKind.SIMULATOR
    linking_limits: LinkingLimits = field(default_factory=LinkingLimits)
    host_of: HostOf = _nobody
    until_the_end: Callable[[], Awaitable[None]] = _never

    @property
    def largest_files(self) -> dict[str, int]:
        """The most bytes of a file by the first word of its type, as far as it is known here; `*` for all others."""
        if self.store is None:
            return {}
        limits = self.store.room.limits
        return {kind: limits.of_type(f"{kind}/x") for kind in ("image", "audio", "video", "*")}

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def outbox_path(self) -> str | None:
        return f"/outbox/{self.outbox_key}" if self.outbox else None
