"""What a partner does with its workspaces and the places in them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from tideline.features import business, numbers, workspaces
from tideline.features.numbers import Number
from tideline.features.partners.errors import (
    UserNotActive,
    UserNotFound,
    UserNotInWorkspace,
    WorkspaceBilledDirectly,
    WorkspaceNotOwned,
)
from tideline.features.partners.model import (
    ApiToken,
    Details,
    Owned,
    Partner,
    QrLinkMade,
    QrLinkShown,
    Summary,
    Suspended,
    Used,
    without_seat,
)
from tideline.features.partners.store import owned as store
from tideline.features.partners.store import spans
from tideline.features.workspaces import Access, Status, Teammate, TeammateId, Workspace
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.facts import Actor

ACTOR: Final = Actor("partner")
ZONE: Final = "UTC"
BY_PARTNER: Final = "disconnected by partner"
BY_NEW_LINK: Final = "qr link regenerated"
KEPT_AFTER_DELETION: Final = timedelta(days=1)

log = structlog.get_logger(__name__)


async def open_workspace(
    tx: SystemTx, partner: Partner, *, display_name: str, seats: int, mail_domain: str
) -> Workspace:
    """A workspace of this partner with a placeholder as its owner. Raises SlugTaken, whoever has the slug."""
    grants = partner.grants
    workspace = await workspaces.create_with_placeholder(
        tx,
        display_name=display_name,
        zone=ZONE,
        seats=seats,
        plan=grants.plan,
        messages_quota=grants.messages_quota,
        api_calls_quota=grants.api_calls_quota,
        transactions_quota=grants.transactions_quota,
        mail_domain=mail_domain,
    )
    await store.give(tx, workspace.id, partner.id)
    return workspace


async def find_owned(tx: SystemTx, partner: Partner, slug: str) -> int:
    """The workspace that a partner names, if it is there, its own, and not billed directly."""
    place = await store.find(tx, slug) if workspaces.is_slug(slug) else None
    if place is None:
        raise workspaces.WorkspaceNotFound
    if place.partner_id != partner.id:
        raise WorkspaceNotOwned
    if place.billed_directly:
        raise WorkspaceBilledDirectly
    return place.workspace_id


async def find_made(tx: SystemTx, partner: Partner, slug: str) -> int:
    """A workspace that this partner made, for whoever looks after the installation: also one that it may not manage."""
    place = await store.find(tx, slug) if workspaces.is_slug(slug) else None
    if place is None or place.partner_id != partner.id:
        raise workspaces.WorkspaceNotFound
    return place.workspace_id


async def list_used(tx: SystemTx, owned: Sequence[Owned]) -> Mapping[int, Used]:
    """How much these workspaces use of what they have."""
    return await store.list_used(tx, [one.workspace_id for one in owned])


async def list_owned(tx: SystemTx, partner: Partner, *, page: int, size: int) -> tuple[Sequence[Owned], bool]:
    """The workspaces of a partner, the oldest first, and whether more follow."""
    found = await store.list_of(tx, partner.id, limit=size + 1, skip=(page - 1) * size)
    return found[:size], len(found) > size


async def summary(tx: Tx, suspended: Sequence[Suspended] = ()) -> Summary:
    workspace, quotas = await workspaces.get_workspace(tx), await workspaces.quotas(tx)
    owner, teams = await workspaces.get_owner(tx), await workspaces.list_teams(tx)
    return Summary(workspace, quotas.seats.used, owner.id, teams[0].id, suspended)


async def details(tx: Tx, keyring: Keyring, public_url: str) -> Details:
    links = await numbers.list_usable_links(tx, keyring)
    return Details(
        workspace=await workspaces.get_workspace(tx),
        quotas=await workspaces.quotas(tx),
        members=await workspaces.list_teammates(tx),
        numbers=await numbers.list_numbers(tx),
        links=[QrLinkShown(_address(public_url, one.token), one.teammate_id, one.expires_at) for one in links],
    )


async def update(tx: Tx, *, display_name: str | None, seats: int | None) -> Summary:
    """Another name, another number of seats. With fewer seats than people, some are suspended with their numbers."""
    suspended: list[Suspended] = []
    if display_name is not None:
        await workspaces.rename_workspace(tx, display_name)
    if seats is not None:
        await workspaces.set_seats(tx, seats)
        suspended = await _take_seats(tx, seats)
        await workspaces.notice_seats(tx)
    return await summary(tx, suspended)


async def _take_seats(tx: Tx, seats: int) -> list[Suspended]:
    known = await numbers.list_numbers(tx)
    losing = [one.id for one in without_seat(seats, await workspaces.list_teammates(tx), known)]
    if not losing:
        return []
    suspended = [Suspended(one, _linked(known, one)) for one in losing]
    await numbers.pause_many(tx, [number.id for one in suspended for number in one.numbers])
    await numbers.revoke_links_of(tx, losing)
    await workspaces.free_seats(tx, losing)
    return suspended


async def get_member(tx: Tx, partner: Partner, user_id: int, *, active: bool = False) -> Teammate:
    """A member of the workspace. Of others a partner learns only whether they are in another one of its own."""
    try:
        member = await workspaces.get_teammate(tx, TeammateId(user_id))
    except workspaces.TeammateNotFound:
        is_elsewhere = await store.has_user_elsewhere(tx, partner.id, user_id)
        raise (UserNotInWorkspace if is_elsewhere else UserNotFound) from None
    if active and member.status is not Status.ACTIVE:
        raise UserNotActive
    return member


async def give_qr_link(tx: Tx, keyring: Keyring, public_url: str, member: Teammate, hours: int) -> QrLinkMade:
    """A link with which somebody links a phone for this member: the one before it works no more, and the number that
    the member has is disconnected."""
    made = await numbers.create_link_for(tx, keyring, member.id, timedelta(hours=hours))
    ended = await disconnect(tx, member, BY_NEW_LINK)
    link = QrLinkShown(_address(public_url, made.token), member.id, made.expires_at)
    return QrLinkMade(link, bool(ended), made.has_replaced)


async def disconnect(tx: Tx, member: Teammate, reason: str = BY_PARTNER) -> list[Number]:
    """End the links of the member's numbers; those that were linked, the newest first."""
    linked = _linked(await numbers.list_numbers(tx), member.id)
    return [await numbers.unlink(tx, number.id, reason) for number in linked]


async def show_token(tx: Tx, access: Access) -> ApiToken:
    """The token of the workspace, a first one if there is none."""
    owner = await workspaces.get_owner(tx)
    try:
        return ApiToken(await workspaces.show_token(tx, access, owner.id))
    except workspaces.TokenNotFound:
        pass
    try:
        return ApiToken(await workspaces.create_token(tx, access, owner.id))
    except workspaces.TokenExists:  # somebody else asked for a first one in this very moment
        return ApiToken(await workspaces.show_token(tx, access, owner.id))


async def rotate_token(tx: Tx, access: Access) -> ApiToken:
    """Another token; the one before it is dead at once. A first one is no rotation, and nobody is told of it."""
    owner = await workspaces.get_owner(tx)
    try:
        token = await workspaces.create_token(tx, access, owner.id)
    except workspaces.TokenExists:
        token = await workspaces.rotate_token(tx, access, owner.id)
    return ApiToken(token, tx.now)


async def remove_member(tx: Tx, member: Teammate) -> None:
    """Take a member out for good, with the link of the numbers; chats and messages stay. First of all the member, so
    that no phone is linked meanwhile."""
    await workspaces.remove(tx, member.id)
    await numbers.revoke_link_of(tx, member.id)
    await disconnect(tx, member)


async def suspend_workspace(tx: Tx) -> None:
    """Nobody gets in, and its numbers are paused."""
    await workspaces.suspend_workspace(tx)
    await numbers.pause_many(tx, [number.id for number in await numbers.list_numbers(tx)])


async def restore_workspace(tx: Tx) -> None:
    """Open it again. The numbers of those who have a seat go on."""
    await workspaces.restore_workspace(tx)
    seated = {one.id for one in await workspaces.list_teammates(tx) if one.is_active}
    known = await numbers.list_numbers(tx)
    await numbers.resume_many(tx, [one.id for one in known if one.is_paused and one.owner_id in seated])


async def delete_workspace(tx: Tx) -> None:
    """End its links and close it; what is in it is removed a day later, when its last events have been told."""
    await workspaces.suspend_workspace(tx)  # from now on no phone is linked
    await numbers.revoke_links_of(tx, [one.id for one in await workspaces.list_teammates(tx)])
    for number in await numbers.list_numbers(tx):
        await business.unlink(tx, number.id, BY_PARTNER)
    await store.mark_deleted(tx, tx.workspace_id)


async def remove_deleted(db: Database) -> int:
    """Remove the workspaces that were deleted a day ago, and say how many were."""
    async with db.system() as tx:
        deleted = await store.list_deleted(tx, tx.now - KEPT_AFTER_DELETION)
    return sum([await _remove(db, workspace_id) for workspace_id in deleted])


async def _remove(db: Database, workspace_id: int) -> bool:
    """One that cannot be removed keeps no other one here."""

    async def remove(tx: Tx) -> None:
        await workspaces.remove_workspace(tx)
        await spans.end_all(tx)  # a number that somehow stayed is billed no longer

    try:
        await db.run(workspace_id, remove)
    except Exception:
        log.exception("workspace.not_removed", workspace=workspace_id)
        return False
    return True


def _linked(known: Sequence[Number], owner_id: int) -> list[Number]:
    return [one for one in known if one.owner_id == owner_id and not one.is_gone and not one.is_business]


def _address(public_url: str, token: str) -> str:
    return f"{public_url.rstrip('/')}/qr/{token}"
