"""The real things that every role is made of, each built once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from tideline.features import webhooks, workspaces
from tideline.features.files import Files, Limits, Links, Objects, Spool, Uploads, Voices
from tideline.platform import keyfile, mail
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.media import Workshop, WorkshopLimits
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.passwords import Passwords
from tideline.platform.wake import Wakes
from tideline.settings import Settings
from tideline.wiring.mails import mail_server

MEGABYTE = 1024 * 1024
SLOWEST = 20  # seconds of sound that the slowest core converts in a second; usual are a hundred
FOR_EVER = 2**31


class SecretKeyLost(Problem):
    code = "secret_key_lost"
    message = "The secret key of this installation is not here."


def simulator_token(keyring: Keyring) -> str:
    """Lets programs drive the phones; made from the secret key, so that it is the same in every process."""
    return f"sim_{keyring.sign('simulator', FOR_EVER)}"


@dataclass(frozen=True)
class Parts:
    """What surfaces and connectors are handed."""

    settings: Settings
    db: Database
    wakes: Wakes
    keyring: Keyring
    access: workspaces.Access
    passwords: Passwords
    sign_in: workspaces.SignIn
    files: Files
    uploads: Uploads
    spool: Spool
    workshop: Workshop
    voices: Voices
    links: Links
    outgoing: Outgoing
    terms: webhooks.Terms
    views: webhooks.Views
    mail_server: mail.Server | None

    @property
    def simulator_token(self) -> str:
        return simulator_token(self.keyring)

    @property
    def outbox_key(self) -> str:
        """Opens the page with the mails of a demo."""
        return self.keyring.sign("outbox", FOR_EVER)

    @property
    def shows_outbox(self) -> bool:
        """A demo shows the mails that nobody carries."""
        return self.settings.demo and self.mail_server is None

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, db: Database) -> "AsyncIterator[Parts]":
        """Build everything; on the way out, the wake-ups that were not told yet are told."""
        wakes = Wakes(db)
        db.wake = wakes.wake
        keyring = await _keyring(settings, db)
        access = workspaces.Access(db, keyring, wakes, public_url=settings.base_url)
        passwords = Passwords()
        files = _files(settings, db)
        links = Links(keyring, settings.base_url)
        outgoing = Outgoing(Allowed.read(settings.callable_besides))
        spool = Spool(settings.spool, largest=files.room.limits.largest, reserve=files.room.limits.reserve_bytes)
        workshop = Workshop(
            WorkshopLimits(
                workers=settings.media_workers,
                memory=settings.media_memory * MEGABYTE,
                voice_seconds=max(60, settings.longest_voice // SLOWEST),
            )
        )
        parts = cls(
            settings=settings,
            db=db,
            wakes=wakes,
            keyring=keyring,
            access=access,
            passwords=passwords,
            sign_in=workspaces.SignIn(db, access, passwords),
            files=files,
            uploads=Uploads(files, outgoing),
            spool=spool,
            workshop=workshop,
            voices=Voices(files, spool, workshop, longest=settings.longest_voice),
            links=links,
            outgoing=outgoing,
            views=webhooks.Views(links.url_of, settings.base_url),
            terms=webhooks.Terms(
                keyring,
                check_address=outgoing.check,
                per_workspace=settings.webhooks_per_workspace,
                waits=tuple(timedelta(seconds=wait) for wait in settings.webhook_retry_waits),
            ),
            mail_server=mail_server(settings),
        )
        parts.spool.clear()
        try:
            yield parts
        finally:
            await parts.outgoing.close()
            await wakes.flush()
            passwords.close()
            await parts.workshop.close()


def _files(settings: Settings, db: Database) -> Files:
    limits = Limits(
        image_bytes=settings.largest_image * MEGABYTE,
        audio_bytes=settings.largest_audio * MEGABYTE,
        video_bytes=settings.largest_video * MEGABYTE,
        document_bytes=settings.largest_document * MEGABYTE,
        workspace_bytes=settings.files_per_workspace * MEGABYTE,
        reserve_bytes=settings.disk_reserve * MEGABYTE,
    )
    if settings.files_url:
        return Files(db, Objects.at(settings.files_url, settings.files_endpoint), limits)
    return Files.in_folder(db, settings.files, limits)


async def _keyring(settings: Settings, db: Database) -> Keyring:
    """The first key is made by the first start. Later on a new one would only hide that the right one is missing:
    every token and session would be refused without a word."""
    path = settings.data_dir / keyfile.NAME
    if settings.secret_key is None and not path.exists():
        async with db.system() as tx:
            if await workspaces.list_workspaces(tx):
                raise SecretKeyLost(
                    f"{path} is missing, and without it no token can be used and no session opened. Put it back from "
                    "your copy, or set TIDELINE_SECRET_KEY. If it is lost for good, make a new one with "
                    f"`(umask 077; openssl rand -base64 32 > {path})`, then rotate every token."
                )
    return Keyring.open(settings.data_dir, settings.secret_key)
