"""Whose address was called: the account, its secrets, and the numbers that its app may speak of."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tideline.features import business
from tideline.features.business import Account, Opened
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted
from tideline.platform.db import Database

REMEMBERED_SECONDS: Final = 2.0
MOST_REMEMBERED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Door:
    """One address, as it is now. What its app signs may be about `numbers`, by the platform's ids, and no others."""

    workspace_id: int
    number_id: int
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    numbers: Mapping[str, int]
    accounts: Mapping[str, Sequence[int]]


class Doors:
    """Remembers for two seconds who is behind an address; what is behind none is looked for every time."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._known: OrderedDict[str, tuple[float, Door]] = OrderedDict()

    async def find(self, key: str) -> Door | None:
        now = time.monotonic()
        known = self._known.get(key)
        if known and now - known[0] < REMEMBERED_SECONDS:
            return known[1]
        door = await self._look(key)
        self._known.pop(key, None)
        if door:
            self._known[key] = (now, door)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return door

    async def _look(self, key: str) -> Door | None:
        try:
            async with self._db.system() as tx:
                opened = await business.find_by_path(tx, self._keyring, key)
                if opened is None:
                    return None
                async with tx.workspace(opened.account.workspace_id) as own:
                    siblings = await business.list_of_app(own, self._keyring, opened.secrets.app_secret)
        except (KeyNotHere, NotDecrypted):
            return None  # `tideline doctor` says which
        return _door(opened, siblings)


def _door(opened: Opened, siblings: Sequence[Account]) -> Door:
    accounts: dict[str, list[int]] = {}
    for one in sorted(siblings, key=lambda account: account.number_id):
        accounts.setdefault(one.waba_id, []).append(one.number_id)
    return Door(
        opened.account.workspace_id,
        opened.account.number_id,
        opened.secrets.app_secret,
        opened.secrets.verify_token,
        {one.phone_number_id: one.number_id for one in siblings},
        accounts,
    )
