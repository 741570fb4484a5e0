"""Which partner is calling: by the id in a header and a JWT that only this partner can have signed."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeGuard

from tideline.features.partners import secrets
from tideline.features.partners.errors import (
    InvalidSignature,
    MissingClaim,
    MissingHeader,
    PartnerNotActive,
    PartnerNotFound,
    TimestampOutOfRange,
    TokenNotActive,
    TokenNotReadable,
)
from tideline.features.partners.model import Partner
from tideline.features.partners.store import partners as store
from tideline.platform import jwt
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database

LEEWAY: Final = 30
"""So many seconds two clocks may differ."""
NOTED_EVERY: Final = timedelta(minutes=1)
WINDOW: Final = 3600
"""So long a token may be good, in seconds."""


class PartnerAccess:
    """Lets partners in. The token's times are compared with the real clock, whatever a test has set ours to."""

    def __init__(self, db: Database, keyring: Keyring, *, unix_time: Callable[[], float] = time.time) -> None:
        self._db = db
        self._keyring = keyring
        self._unix_time = unix_time

    async def authenticate(self, partner_id: str | None, token: str | None) -> Partner:
        """Both are needed, and nothing takes the place of either. The order of the checks is the contract's."""
        if not partner_id:
            raise MissingHeader("X-TL-Partner-Id is missing.")
        if not token:
            raise MissingHeader("Authorization: Bearer with a token is missing.")
        partner = await self._find(partner_id)
        try:
            read = jwt.read(token)
        except jwt.NotReadable:
            raise TokenNotReadable from None
        if not read.is_signed_with(secrets.unseal(self._keyring, partner)):
            raise InvalidSignature
        check_claims(read.claims, partner.id, self._unix_time())
        if not partner.is_active:
            raise PartnerNotActive
        await self._note(partner)
        return partner

    async def _note(self, partner: Partner) -> None:
        """When somebody called last is a question of minutes; not every call writes."""
        before = self._db.clock.now() - NOTED_EVERY
        if partner.called_at is None or partner.called_at < before:
            async with self._db.system() as tx:
                await store.note_call(tx, partner.id, before)

    async def _find(self, partner_id: str) -> Partner:
        async with self._db.system_read() as tx:
            found = await store.find(tx, partner_id) if store.is_id(partner_id) else None
        if found is None:
            raise PartnerNotFound
        return found


def check_claims(claims: Mapping[str, Any], partner_id: str, now: float) -> None:
    named, since, until = claims.get("partner_id"), claims.get("nbf"), claims.get("exp")
    if not isinstance(named, str):
        raise MissingClaim("partner_id")
    if not _is_time(since):
        raise MissingClaim("nbf")
    if not _is_time(until):
        raise MissingClaim("exp")
    if named != partner_id:
        raise InvalidSignature("The partner_id claim is not the partner of the header.")
    if since > now + LEEWAY:
        raise TokenNotActive
    if until <= now - LEEWAY:
        raise TimestampOutOfRange
    if until - since > WINDOW:
        raise TimestampOutOfRange(f"A token is good for {WINDOW} seconds at most.")


def _is_time(value: Any) -> TypeGuard[float]:
    """Seconds since 1970; some programs write them with a fraction."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
