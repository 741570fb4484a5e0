"""What the operator decides about partners: who there is, their secret, where events go, who may embed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from tideline.features import webhooks, workspaces
from tideline.features.partners import secrets
from tideline.features.partners.errors import InvalidOrigin, InvalidPartner, PartnerExists, PartnerNotFound
from tideline.features.partners.groups import set_up
from tideline.features.partners.model import Grants, NewPartner, Partner
from tideline.features.partners.store import owned
from tideline.features.partners.store import partners as store
from tideline.features.webhooks import Terms
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted
from tideline.platform.db import Database, SystemTx

LONGEST_NAME: Final = 100
MOST_ORIGINS: Final = 100
HOST: Final = r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:]+\]"
ORIGIN: Final = re.compile(rf"(https?)://({HOST})(?::([0-9]{{1,5}}))?", re.ASCII)
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

log = structlog.get_logger(__name__)


async def create(
    tx: SystemTx,
    keyring: Keyring,
    *,
    name: str,
    partner_id: str | None = None,
    secret: str | None = None,
    grants: Grants | None = None,
) -> NewPartner:
    """A new partner. The id follows from the name unless it is given; the secret is made here unless it is."""
    partner_id = partner_id or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63]
    if not store.is_id(partner_id) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidPartner
    granted = grants or Grants()
    if not granted.plan.strip() or len(granted.plan) > LONGEST_NAME or not granted.plan.isprintable():
        raise InvalidPartner(f"A plan has a name of up to {LONGEST_NAME} characters.")
    for amount in (granted.messages_quota, granted.api_calls_quota, granted.transactions_quota, granted.plan_id):
        if not 0 <= amount < 2**31:
            raise workspaces.InvalidAmount
    secret = secret or secrets.new_secret()
    made = await store.insert(tx, partner_id, name.strip(), secrets.seal(keyring, secret, partner_id), granted)
    if made is None:
        raise PartnerExists
    await set_up(tx, made)
    return NewPartner(made, secret)


async def get(tx: SystemTx, partner_id: str) -> Partner:
    found = await store.find(tx, partner_id) if store.is_id(partner_id) else None
    if found is None:
        raise PartnerNotFound
    return found


async def find(tx: SystemTx, partner_id: str) -> Partner | None:
    return await store.find(tx, partner_id)


async def list_partners(tx: SystemTx) -> Sequence[Partner]:
    return await store.list_all(tx)


async def count_workspaces(tx: SystemTx) -> Mapping[str, int]:
    """How many workspaces each partner has; those without any are not in it."""
    return await owned.count_of_each(tx)


async def rotate_secret(tx: SystemTx, keyring: Keyring, partner_id: str, secret: str | None = None) -> NewPartner:
    """Another secret. What is signed with the former one is refused from now on."""
    fresh = secret or secrets.new_secret()
    sealed = secrets.seal(keyring, fresh, partner_id)
    return NewPartner(await _change(tx, partner_id, lambda one: replace(one, secret=sealed)), fresh)


async def set_webhook(
    tx: SystemTx, terms: Terms, partner_id: str, url: str | None, *, signs_bodies: bool | None = None
) -> Partner:
    """Where events go; nowhere without an address, and what waits for a partner then just goes away."""
    if url is not None:
        webhooks.check_address(terms, url)

    def change(one: Partner) -> Partner:
        signs = one.signs_bodies if signs_bodies is None else signs_bodies
        return replace(one, webhook_url=url, signs_bodies=signs, errors_counter=0)

    return await _change(tx, partner_id, change)


async def set_origins(tx: SystemTx, partner_id: str, origins: Sequence[str]) -> Partner:
    """Which pages may embed the page with the QR code: exactly these, whatever they were before."""
    if len(origins) > MOST_ORIGINS:
        raise InvalidOrigin(f"A partner has up to {MOST_ORIGINS} origins.")
    clean = tuple(dict.fromkeys(clean_origin(origin) for origin in origins))
    return await _change(tx, partner_id, lambda one: replace(one, origins=clean))


async def set_grants(
    tx: SystemTx,
    partner_id: str,
    *,
    messages: int | None = None,
    api_calls: int | None = None,
    transactions: int | None = None,
) -> Partner:
    """What workspaces that this partner makes from now on may use in a period; what is None stays."""

    def change(one: Partner) -> Partner:
        known = one.grants
        grants = replace(
            known,
            messages_quota=known.messages_quota if messages is None else messages,
            api_calls_quota=known.api_calls_quota if api_calls is None else api_calls,
            transactions_quota=known.transactions_quota if transactions is None else transactions,
        )
        return replace(one, grants=grants)

    for amount in (messages, api_calls, transactions):
        if amount is not None and not 0 <= amount < 2**31:
            raise workspaces.InvalidAmount
    return await _change(tx, partner_id, change)


async def set_active(tx: SystemTx, partner_id: str, is_active: bool) -> Partner:
    """One that is switched off is refused, and told nothing."""
    return await _change(tx, partner_id, lambda one: replace(one, is_active=is_active))


async def find_partner_of(tx: SystemTx, workspace_id: int) -> Partner | None:
    """In whose name the QR page of this workspace is shown, and inside whose pages."""
    told = (await owned.partners_of(tx, [workspace_id])).get(workspace_id)
    return told.partner if told and told.partner.is_active else None


async def set_billed_directly(tx: SystemTx, slug: str, billed: bool) -> None:
    """Close a workspace to its partner, or open it again."""
    await owned.set_billed_directly(tx, await workspaces.get_workspace_id(tx, slug), billed)


async def reencrypt_partners(db: Database, keyring: Keyring) -> int:
    """Put every secret under the first key, and say how many were moved."""
    moved = 0
    async with db.system() as tx:
        for partner in await store.list_all(tx):
            if secret := _open(keyring, partner):
                moved += await store.recode(tx, partner, secrets.seal(keyring, secret, partner.id))
    return moved


async def count_unreadable_partners(tx: SystemTx, keyring: Keyring) -> int:
    """How many partners have a secret that needs a key which is not here."""
    return sum(_open(keyring, partner) is None for partner in await store.list_all(tx))


def clean_origin(text: str) -> str:
    """An origin as browsers write it: in lower case, without the port that goes without saying."""
    found = ORIGIN.fullmatch(text.strip().lower())
    port = int(found[3]) if found and found[3] else None
    if found is None or (port is not None and not 0 < port < 2**16):
        raise InvalidOrigin(f"{text[:200]!r} is no origin. {InvalidOrigin.message}")
    origin = f"{found[1]}://{found[2]}"
    return origin if port is None or port == DEFAULT_PORTS[found[1]] else f"{origin}:{port}"


def _open(keyring: Keyring, partner: Partner) -> str | None:
    try:
        return secrets.unseal(keyring, partner)
    except (KeyNotHere, NotDecrypted) as problem:
        log.warning("partner.secret_not_opened", partner=partner.id, reason=problem.code)
        return None


async def _change(tx: SystemTx, partner_id: str, change: Callable[[Partner], Partner]) -> Partner:
    before = await store.lock(tx, partner_id)
    if before is None:
        raise PartnerNotFound
    after = change(before)
    await store.save(tx, after)
    return after
