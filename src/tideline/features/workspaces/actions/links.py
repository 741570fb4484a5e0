"""One-time links: single use, 24 hours, only a hash is kept, and a new one makes the older ones void."""

from datetime import timedelta

from tideline.features.workspaces import events
from tideline.features.workspaces.access import Access
from tideline.features.workspaces.actions.team import get_teammate
from tideline.features.workspaces.errors import NotActive
from tideline.features.workspaces.model import PersonId, Purpose, TeammateId
from tideline.features.workspaces.store import doors
from tideline.platform.db import Tx
from tideline.platform.ids import secret_token

LASTS = timedelta(hours=24)


async def sign_in_link(tx: Tx, access: Access, teammate_id: TeammateId) -> str:
    """A link that signs a teammate in once, and lets them choose a password when they have none. For the operator
    to hand over."""
    return await _issue(tx, access, Purpose.SIGN_IN, teammate_id)


async def reset_link(tx: Tx, access: Access, teammate_id: TeammateId) -> str:
    """A link to choose a new password. It opens the person's account in every workspace they belong to, so it
    goes to that person only: by the operator's hand or to their own address."""
    return await _issue(tx, access, Purpose.RESET, teammate_id)


async def issue_link(tx: Tx, access: Access, purpose: Purpose, person: PersonId) -> str:
    """The token of a new link, told once; the surface makes an address of it."""
    token = secret_token()
    await doors.insert_link(tx, access.keyring.token_hash(token), purpose, person, lasts=LASTS)
    return token


async def _issue(tx: Tx, access: Access, purpose: Purpose, teammate_id: TeammateId) -> str:
    teammate = await get_teammate(tx, teammate_id)
    if not teammate.is_active:
        raise NotActive
    tx.record(events.link_made(teammate, purpose))
    return await issue_link(tx, access, purpose, teammate.person_id)
