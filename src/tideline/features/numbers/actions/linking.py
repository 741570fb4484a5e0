"""Linking a phone: beginning, what a gateway reports on the way, and the number that comes of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tideline.features import workspaces
from tideline.features.numbers import events, linking, states
from tideline.features.numbers.actions import numbers
from tideline.features.numbers.errors import PairingNotFound, PhoneNeeded, QrLinkOver, TooManyLinkingAttempts
from tideline.features.numbers.linking import LinkingLimits
from tideline.features.numbers.model import (
    PAIRING_LIFETIME,
    Change,
    FactKind,
    Lease,
    Number,
    NumberKind,
    NumberState,
    Owner,
    Pairing,
    PairingMethod,
)
from tideline.features.numbers.port import Paired, PairingRef
from tideline.features.numbers.store import leases as lease_store
from tideline.features.numbers.store import numbers as number_store
from tideline.features.numbers.store import pairings as store
from tideline.features.numbers.store import qr_links as qr_link_store
from tideline.platform.crypto import Keyring
from tideline.platform.db import SystemTx, Tx
from tideline.platform.ids import secret_token

TOLD_FOR = timedelta(hours=1)  # how long the page of an attempt can tell how it ended
PAIRINGS_TOPIC = "pairings"  # an attempt was begun or went on; gateways and whoever began it look again
SHELVES = 64


@dataclass(frozen=True, slots=True)
class Linked:
    """A number that was just linked, and the lease with which this gateway holds its session."""

    number: Number
    lease: Lease


HOUR = timedelta(hours=1)


async def begin_link(
    tx: Tx,
    teammate_id: int,
    kind: NumberKind,
    method: PairingMethod = PairingMethod.QR,
    phone: str | None = None,
    *,
    limits: LinkingLimits | None = None,
    through: UUID | None = None,
) -> Pairing:
    """Ask the gateways for a QR code, or for a code to type on the phone. The row tells how it goes on, and which
    link it was begun `through`.

    Each attempt costs a process, so a teammate has one at a time: another one ends the first. Raises PermissionDenied
    for somebody whose role has no numbers, TooManyLinkingAttempts when the workspace has begun too many.
    """
    teammate = await workspaces.get_teammate(tx, workspaces.TeammateId(teammate_id))
    workspaces.ensure_may(teammate.role, workspaces.Action.LINK_NUMBER)
    if method is PairingMethod.CODE and not phone:
        raise PhoneNeeded
    if not kind.is_simulated:
        await _ensure_few(tx, limits or LinkingLimits())
        for older in await store.list_open_of(tx, teammate_id):
            await cancel_pairing(tx, older)
    _wake(tx, through)
    return await store.insert(
        tx,
        kind,
        teammate_id=teammate_id,
        method=method,
        phone=phone,
        expires_at=tx.now + PAIRING_LIFETIME,
        link_uid=through,
    )


async def _ensure_few(tx: Tx, limits: LinkingLimits) -> None:
    begun = await store.begun_since(tx, tx.now - HOUR)
    if len(begun) >= limits.per_hour:
        free_at = begun[-limits.per_hour] + HOUR if limits.per_hour else tx.now + HOUR
        raise TooManyLinkingAttempts(retry_after=max(1, int((free_at - tx.now).total_seconds())))


async def get_pairing(tx: Tx, pairing_id: int) -> Pairing:
    pairing = await store.find(tx, pairing_id)
    if pairing is None:
        raise PairingNotFound
    return pairing


async def cancel_pairing(tx: Tx, pairing_id: int) -> Pairing:
    """Give up an attempt. One that has ended already stays as it is."""
    pairing = await _lock(tx, pairing_id)
    return await advance(tx, pairing_id, linking.cancelled(tx.now)) if pairing.is_open else pairing


async def create_pairing_link(tx: Tx, keyring: Keyring, pairing_id: int) -> str:
    """A token for the page on which this attempt can be followed, and its end be read."""
    pairing = await get_pairing(tx, pairing_id)
    token = secret_token("qr_")
    await store.insert_link(tx, keyring.token_hash(token), pairing.id, pairing.expires_at + TOLD_FOR)
    return token


async def find_pairing_link(tx: SystemTx, keyring: Keyring, token: str) -> PairingRef | None:
    """Which attempt a link leads to."""
    return await store.find_link(tx, keyring.token_hashes(token))


async def delete_expired_pairing_links(tx: SystemTx) -> int:
    return await store.delete_expired_links(tx)


# For gateways ------------------------------------------------------------------------------------------------


async def list_open_pairings(tx: SystemTx, kinds: Collection[str]) -> list[Pairing]:
    """Attempts of all workspaces that wait for a gateway or are in the hands of one."""
    return await store.list_open(tx, list(kinds))


async def advance(tx: Tx, pairing_id: int, step: linking.Step) -> Pairing:
    """Take an attempt one step further; raises PairingClosed when it has ended."""
    pairing = step(await _lock(tx, pairing_id))
    await _save(tx, pairing)
    return pairing


async def take_pairing(tx: Tx, pairing_id: int, node: UUID) -> Pairing | None:
    """Become the gateway that works on this attempt, unless another one was quicker."""
    if not linking.is_free(await _lock(tx, pairing_id), tx.now):
        return None
    taken = await advance(tx, pairing_id, linking.taken(node, tx.now))
    return taken if taken.is_open else None


async def link(tx: Tx, paired: Paired, node: UUID, ttl: timedelta) -> Linked:
    """The phone confirmed: the number is there, or there again with its chats, and this node holds its session.

    Raises PhoneAlreadyLinked when the phone is linked and well in this workspace.
    """
    await workspaces.hold_team(tx)  # whoever takes the seat or closes the workspace finds the number, or comes first
    await qr_link_store.use(tx, paired.pairing.pairing_id)  # links come before attempts, as in `begin_through`
    pairing = await _lock(tx, paired.pairing.pairing_id)
    teammate = await workspaces.get_teammate(tx, workspaces.TeammateId(pairing.teammate_id))
    if pairing.link_uid and not (teammate.is_active and await _is_open(tx)):
        raise QrLinkOver  # the link was closed while its page waited for the phone
    owner = Owner(teammate.id, teammate.display_name, teammate.email, teammate.team_id)
    linked = await _link_new(tx, pairing, paired, owner, node, ttl) or await _link_again(
        tx, pairing, paired, owner, node, ttl
    )
    await _save(tx, linking.linked(linked.number, tx.now)(pairing))
    return linked


async def _is_open(tx: Tx) -> bool:
    return (await workspaces.get_workspace(tx)).suspended_at is None


async def _link_new(
    tx: Tx, pairing: Pairing, paired: Paired, owner: Owner, node: UUID, ttl: timedelta
) -> Linked | None:
    number_id = await number_store.insert(
        tx,
        pairing.kind,
        paired.phone,
        jid=numbers.jid_of(paired.phone),
        lid=paired.lid,
        name=paired.account_name,
        owner_id=owner.id,
    )
    if number_id is None:
        return None
    number = await numbers.get(tx, number_id)
    tx.record(events.fact(Change(number, NumberState.UNLINKED, FactKind.CONNECTED)))
    return Linked(number, await lease_store.insert(tx, number_id, pairing.kind, node, tx.now + ttl))


async def _link_again(tx: Tx, pairing: Pairing, paired: Paired, owner: Owner, node: UUID, ttl: timedelta) -> Linked:
    known = await numbers.find_by_phone(tx, paired.phone)
    assert known
    # The lease comes before the number, as everywhere: whoever stores under the old epoch finishes first.
    await lease_store.lock(tx, known.id)
    change = states.link_again(await numbers.lock(tx, known.id), pairing.kind, paired, owner, tx.now)
    await numbers.apply(tx, change)
    return Linked(change.number, await lease_store.take(tx, known.id, pairing.kind, node, tx.now + ttl))


async def session_to_adopt(tx: Tx, number_id: int) -> PairingRef | None:
    """The attempt under which the connector still keeps the number's session, if it was not handed over yet."""
    pairing_id = await store.find_to_adopt(tx, number_id)
    return PairingRef(pairing_id=pairing_id, workspace_id=tx.workspace_id) if pairing_id else None


async def mark_adopted(tx: Tx, number_id: int, pairing: PairingRef) -> None:
    await store.mark_adopted(tx, number_id, pairing.pairing_id)


async def _save(tx: Tx, pairing: Pairing) -> None:
    await store.save(tx, pairing)
    _wake(tx, pairing.link_uid)


def link_topic(link_uid: UUID) -> str:
    """What wakes a page that waits for news about this link. Many pages may wait at once, so each hears of few others;
    and topics are few, because they are counted for ever."""
    return f"{PAIRINGS_TOPIC} {link_uid.int % SHELVES}"


def _wake(tx: Tx, link_uid: UUID | None) -> None:
    tx.wake(PAIRINGS_TOPIC)
    if link_uid:
        tx.wake(link_topic(link_uid))


async def _lock(tx: Tx, pairing_id: int) -> Pairing:
    pairing = await store.lock(tx, pairing_id)
    if pairing is None:
        raise PairingNotFound
    return pairing
