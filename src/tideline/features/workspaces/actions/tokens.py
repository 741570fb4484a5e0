"""API tokens: one per teammate, readable again, dead at once when rotated."""

from collections.abc import Collection
from datetime import datetime

import structlog

from tideline.features.workspaces import events
from tideline.features.workspaces.access import TOKENS, Access
from tideline.features.workspaces.actions.membership import lock_team
from tideline.features.workspaces.actions.team import get_teammate
from tideline.features.workspaces.errors import NotActive, TokenExists, TokenNotFound
from tideline.features.workspaces.model import TeammateId, WorkspaceId
from tideline.features.workspaces.store import tokens as store
from tideline.platform.crypto import KeyNotHere, NotDecrypted
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.ids import secret_token

PREFIX = "tla_"
BATCH = 500

log = structlog.get_logger()


async def create_token(
    tx: Tx,
    access: Access,
    teammate_id: TeammateId,
    *,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
) -> str:
    """A first token for an active teammate, or one in the place of an expired one. Without scopes it may do
    everything its teammate may."""
    former = await _lock(tx, teammate_id)
    if former and former.is_valid(tx.now):
        raise TokenExists
    token = await _replace(tx, access, teammate_id, scopes, expires_at)
    tx.record(events.token_created(teammate_id))
    return token


async def show_token(tx: Tx, access: Access, teammate_id: TeammateId) -> str:
    """The token as it was first told."""
    await get_teammate(tx, teammate_id)
    found = await store.find_unrevoked(tx, teammate_id)
    if found is None or found.ciphertext is None or not found.is_valid(tx.now):
        raise TokenNotFound
    return _open(access, found)


async def rotate_token(tx: Tx, access: Access, teammate_id: TeammateId) -> str:
    """A new token; the old one is dead when this transaction commits. Scopes stay, and a token that was to live
    for some time gets as long again."""
    former = await _lock(tx, teammate_id)
    scopes = former.scopes if former else ()
    lives = former.expires_at - former.created_at if former and former.expires_at else None
    token = await _replace(tx, access, teammate_id, scopes, tx.now + lives if lives else None)
    tx.record(events.token_rotated(teammate_id))
    return token


async def reencrypt_tokens(db: Database, access: Access, *, batch: int = BATCH) -> int:
    """Put every token under the first key: its ciphertext and its hash. Says how many were moved.

    For `Keyring.rotate`. Can be stopped at any time and run again; tokens work all along. What no valid key
    opens is left as it is.
    """
    moved, after = 0, b""
    while True:
        async with db.system() as tx:
            found = await store.lock_under_other_keys(tx, access.keyring.primary_id, after=after, limit=batch)
            recoded = [new for token in found if (new := _recode(access, token))]
            if recoded:
                await store.recode(tx, access.keyring.primary_id, recoded)
        if not found:
            return moved
        moved, after = moved + len(recoded), found[-1].token_hash


async def count_unreadable_tokens(tx: SystemTx, access: Access) -> int:
    """How many live tokens need a key that is not here: more than none means that a key was lost."""
    return await store.count_under_other_keys(tx, access.keyring.key_ids)


async def _lock(tx: Tx, teammate_id: TeammateId) -> store.Token | None:
    """The unrevoked token of an active teammate; the team is held, so that two rotations take turns."""
    await lock_team(tx)
    teammate = await get_teammate(tx, teammate_id)
    if not teammate.is_active:
        raise NotActive
    return await store.find_unrevoked(tx, teammate_id)


async def _replace(
    tx: Tx, access: Access, teammate_id: TeammateId, scopes: Collection[str], expires_at: datetime | None
) -> str:
    token = secret_token(PREFIX)
    await store.revoke(tx, teammate_id)
    await store.insert(
        tx,
        store.Token(
            token_hash=access.keyring.token_hash(token),
            workspace_id=WorkspaceId(tx.workspace_id),
            teammate_id=teammate_id,
            ciphertext=access.keyring.encrypt(token, _about(tx.workspace_id, teammate_id)),
            key_id=access.keyring.primary_id,
            scopes=tuple(sorted(set(scopes))),
            created_at=tx.now,
            expires_at=expires_at,
            revoked_at=None,
        ),
    )
    tx.wake(TOKENS)
    return token


def _recode(access: Access, token: store.Token) -> store.Recoded | None:
    try:
        plain = _open(access, token)
    except (KeyNotHere, NotDecrypted) as problem:
        log.warning("token.not_reencrypted", teammate=token.teammate_id, reason=problem.code)
        return None
    return store.Recoded(
        old_hash=token.token_hash,
        new_hash=access.keyring.token_hash(plain),
        ciphertext=access.keyring.encrypt(plain, _about(token.workspace_id, token.teammate_id)),
    )


def _open(access: Access, token: store.Token) -> str:
    assert token.ciphertext is not None
    return access.keyring.decrypt(token.ciphertext, _about(token.workspace_id, token.teammate_id)).decode()


def _about(workspace_id: int, teammate_id: TeammateId) -> str:
    return f"token of {teammate_id} in {workspace_id}"
