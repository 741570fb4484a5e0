"""Links with which somebody outside links a phone for a teammate: made, looked through, used once, revoked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from tideline.features import workspaces
from tideline.features.numbers import qr_links
from tideline.features.numbers.actions.linking import begin_link, cancel_pairing, link_topic
from tideline.features.numbers.errors import QrLinkOver, TooManyCodes
from tideline.features.numbers.linking import LinkingLimits
from tideline.features.numbers.model import NumberKind, Pairing, PairingMethod
from tideline.features.numbers.qr_links import LinkState, NewLink, QrLink, SeenThrough, UsableLink
from tideline.features.numbers.store import pairings as pairing_store
from tideline.features.numbers.store import qr_links as store
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.ids import secret_token, uuid7

PREFIX = "qr_"
BATCH = 500

log = structlog.get_logger(__name__)


async def create_link_for(
    tx: Tx, keyring: Keyring, teammate_id: int, lifetime: timedelta = qr_links.LIFETIME
) -> NewLink:
    """A link for an active teammate. It takes the place of an earlier one, and an attempt begun there is cancelled.

    A number that the teammate has stays as it is; whoever wants it unlinked does that afterwards.
    """
    teammate = await workspaces.get_teammate(tx, workspaces.TeammateId(teammate_id))
    workspaces.ensure_may(teammate.role, workspaces.Action.LINK_NUMBER)
    if not teammate.is_active:
        raise workspaces.NotActive
    token, expires_at = secret_token(PREFIX), tx.now + lifetime
    has_replaced = await revoke_link_of(tx, teammate.id)
    while not await _insert(tx, keyring, token, teammate.id, expires_at):
        # somebody made one in this very moment
        has_replaced |= await revoke_link_of(tx, teammate.id)
    return NewLink(token, expires_at, has_replaced)


async def _insert(tx: Tx, keyring: Keyring, token: str, teammate_id: int, expires_at: datetime) -> bool:
    uid = uuid7()
    return await store.insert(
        tx,
        uid,
        teammate_id,
        expires_at,
        token_hash=keyring.token_hash(token),
        ciphertext=keyring.encrypt(token, _about(uid)),
        key_id=keyring.primary_id,
    )


async def revoke_link_of(tx: Tx, teammate_id: int) -> bool:
    """The teammate's link leads nowhere any more. Says whether there was one that worked."""
    link = await store.revoke(tx, teammate_id)
    if link is None:
        return False
    tx.wake(link_topic(link.uid))
    pairing = await pairing_store.find_newest_through(tx, link.uid)
    if pairing and pairing.is_open:
        await cancel_pairing(tx, pairing.id)
    return link.state(tx.now) is LinkState.USABLE


async def revoke_links_of(tx: Tx, teammate_ids: Collection[int]) -> None:
    """The same for many, of whom few have a link that works."""
    for sealed in await store.list_usable(tx):
        if sealed.link.teammate_id in teammate_ids:
            await revoke_link_of(tx, sealed.link.teammate_id)


async def list_usable_links(tx: Tx, keyring: Keyring) -> list[UsableLink]:
    """The links of the workspace that work, as they can be given away once more."""
    return [
        UsableLink(token, sealed.link.teammate_id, sealed.link.expires_at)
        for sealed in await store.list_usable(tx)
        if (token := _open(keyring, sealed))
    ]


async def find_qr_link(tx: SystemTx, keyring: Keyring, token: str) -> QrLink | None:
    """The link of a token, also one that is over."""
    return await store.find(tx, keyring.token_hashes(token))


async def look_through(tx: Tx, link_uid: UUID) -> SeenThrough:
    """Whether the link works now, and how its newest attempt goes. One of a teammate who is out works no more."""
    link = await store.find_by_uid(tx, link_uid)
    if link is None:
        raise QrLinkOver
    return SeenThrough(await _state(tx, link), await pairing_store.find_newest_through(tx, link_uid))


async def begin_through(
    tx: Tx,
    link_uid: UUID,
    kind: NumberKind,
    method: PairingMethod = PairingMethod.QR,
    phone: str | None = None,
    *,
    limits: LinkingLimits | None = None,
) -> Pairing:
    """Begin to link a phone. There is one attempt at a time: the same once more is the one that goes on, another one
    ends it. Raises QrLinkOver, TooManyCodes after five within an hour, and what `begin_link` raises."""
    link = await store.lock(tx, link_uid)
    if link is None or await _state(tx, link) is not LinkState.USABLE:
        raise QrLinkOver
    newest = await pairing_store.find_newest_through(tx, link_uid)
    if newest and qr_links.is_same_attempt(newest, method, phone, tx.now):
        return newest
    begun = await pairing_store.begun_through(tx, link_uid, since=tx.now - qr_links.WINDOW, most=qr_links.ATTEMPTS)
    if wait := qr_links.wait_for_attempt(begun, tx.now):
        raise TooManyCodes(wait)
    if newest and newest.is_open:
        await cancel_pairing(tx, newest.id)
    return await begin_link(tx, link.teammate_id, kind, method, phone, limits=limits, through=link_uid)


async def delete_old_qr_links(tx: SystemTx) -> int:
    """Those whose page has said for long enough that they are over."""
    return await store.delete_old(tx, tx.now - qr_links.TOLD_FOR)


async def reencrypt_qr_links(db: Database, keyring: Keyring, *, batch: int = BATCH) -> int:
    """Put every link that works under the first key; for `Keyring.rotate`. Says how many were moved."""
    moved, after = 0, UUID(int=0)
    while True:
        async with db.system() as tx:
            found = await store.lock_under_other_keys(tx, keyring.primary_id, after=after, limit=batch)
            recoded = [_recode(keyring, sealed, token) for sealed in found if (token := _open(keyring, sealed))]
            if recoded:
                await store.recode(tx, keyring.primary_id, recoded)
        if not found:
            return moved
        moved, after = moved + len(recoded), found[-1].link.uid


def _recode(keyring: Keyring, sealed: store.Sealed, token: str) -> store.Recoded:
    uid = sealed.link.uid
    return store.Recoded(uid, keyring.token_hash(token), keyring.encrypt(token, _about(uid)))


def _open(keyring: Keyring, sealed: store.Sealed) -> str | None:
    """Nothing for a link whose key is not here any more: it cannot be shown again, and its page is not found."""
    try:
        return keyring.decrypt(sealed.ciphertext, _about(sealed.link.uid)).decode()
    except (KeyNotHere, NotDecrypted) as problem:
        log.warning("qr_link.not_opened", link=str(sealed.link.uid), reason=problem.code)
        return None


def _about(uid: UUID) -> str:
    return f"QR link {uid}"


async def _state(tx: Tx, link: QrLink) -> LinkState:
    """What the link is worth now that its teammate may be out, or the workspace suspended."""
    state = link.state(tx.now)
    if state is not LinkState.USABLE:
        return state
    if (await workspaces.get_workspace(tx)).suspended_at:
        return LinkState.CLOSED
    found = await workspaces.find_teammates(tx, [workspaces.TeammateId(link.teammate_id)])
    return state if any(teammate.is_active for teammate in found.values()) else LinkState.REVOKED
