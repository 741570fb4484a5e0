"""What a token in the address leads to: the link of a teammate, or just one attempt."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from tideline.features import numbers, workspaces
from tideline.features.numbers import LinkState, QrLink
from tideline.platform import qr
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.surfaces.dashboard.qr_page.shown import View

LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Door:
    """Either a `link` or, for whoever began an attempt elsewhere, its id."""

    workspace_id: int
    link: QrLink | None
    pairing_id: int | None = None

    @property
    def key(self) -> UUID | int | None:
        return self.link.uid if self.link else self.pairing_id

    @property
    def topic(self) -> str:
        return numbers.link_topic(self.link.uid) if self.link else numbers.PAIRINGS_TOPIC


async def find(db: Database, keyring: Keyring, token: str) -> Door | None:
    if len(token) > LONGEST_TOKEN:
        return None
    async with db.system_read() as tx:
        if link := await numbers.find_qr_link(tx, keyring, token):
            return Door(link.workspace_id, link)
        ref = await numbers.find_pairing_link(tx, keyring, token)
    return Door(ref.workspace_id, None, ref.pairing_id) if ref else None


async def look(db: Database, door: Door) -> View:
    """What is behind it now. Its code is drawn here, beside the event loop; whoever shows the view finds it drawn."""
    view = await _read(db, door)
    if view.pairing and view.pairing.qr:
        await asyncio.to_thread(qr.draw, view.pairing.qr)
    return view


async def _read(db: Database, door: Door) -> View:
    async with db.read(door.workspace_id) as tx:
        name = (await workspaces.get_workspace(tx)).display_name
        if door.link:
            seen = await numbers.look_through(tx, door.link.uid)
            return View(name, seen.state, seen.pairing, expires_at=door.link.expires_at)
        assert door.pairing_id
        pairing = await numbers.get_pairing(tx, door.pairing_id)
        return View(name, LinkState.USABLE, pairing, can_begin=False)
