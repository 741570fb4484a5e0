"""The outbox: mails are put into it in the transaction of their cause, and wait there to be sent or read."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted, key_id_of
from tideline.platform.db import Connection, Database, SystemTx, Tx
from tideline.platform.ids import uuid7
from tideline.platform.mail import store
from tideline.platform.mail.errors import MailNotFound, MailWasSent
from tideline.platform.mail.model import Letter, Mail, MailUid, State

TOPIC: Final = "mail"  # wakes those who send
BATCH: Final = 500
NOBODY: Final = UUID(int=0)


async def withdraw(tx: Connection, about: str) -> None:
    """Letters about this that were not sent yet need not be sent any more."""
    await store.withdraw(tx, about)


async def withdraw_all(tx: Connection, about: Sequence[str]) -> None:
    """The same about many things, in one statement."""
    await store.withdraw_all(tx, about)


class Outbox:
    """Texts of mails hold links that open accounts: nobody reads them without the keys of the installation."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def post(self, tx: Connection, letter: Letter) -> MailUid:
        """Put a letter in. An older one about the same that was not sent is gone."""
        await store.withdraw(tx, letter.about)
        uid = MailUid(uuid7())
        workspace_id = tx.workspace_id if isinstance(tx, Tx) else None
        await store.insert(tx, uid, workspace_id, letter, self._keyring.encrypt(letter.text, _about(uid)))
        tx.wake(TOPIC)
        return uid

    async def get(self, tx: Connection, uid: UUID) -> Mail:
        found = await store.find(tx, uid)
        if found is None:
            raise MailNotFound
        return found

    async def newest(
        self, tx: Connection, *, limit: int, state: State | None = None, workspace_id: int | None = None
    ) -> Sequence[Mail]:
        return await store.list_newest(tx, limit, state, workspace_id)

    async def count(self, tx: Connection) -> Mapping[State, int]:
        """How many mails are in which state; states without any are missing."""
        return await store.count(tx)

    def read(self, mail: Mail) -> str:
        """The text of a mail that was not sent."""
        if mail.sealed is None:
            raise MailWasSent
        return self._keyring.decrypt(mail.sealed, _about(mail.uid)).decode()

    async def send_again(self, tx: SystemTx, uid: UUID) -> None:
        """Begin anew with a mail that failed or was kept."""
        mail = await self.get(tx, uid)
        if not await store.send_again(tx, mail.uid):
            raise MailWasSent
        tx.wake(TOPIC)

    async def sweep(self, db: Database, *, keep: timedelta) -> int:
        """Delete what is older than that, whatever became of it."""
        async with db.system() as tx:
            return await store.delete_before(tx, tx.now - keep)

    async def reencrypt(self, db: Database, *, batch: int = BATCH) -> int:
        """Put every text under the first key, and say how many; can be stopped and run again."""
        moved, after = 0, NOBODY
        while True:
            async with db.system() as tx:
                found = await store.lock_sealed(tx, after=after, limit=batch)
                resealed = [(uid, new) for uid, sealed in found if (new := self._reseal(uid, sealed)) is not None]
                await store.reseal(tx, resealed)
            if not found:
                return moved
            moved, after = moved + len(resealed), found[-1][0]

    def _reseal(self, uid: MailUid, sealed: bytes) -> bytes | None:
        if key_id_of(sealed) == self._keyring.primary_id:
            return None
        try:
            return self._keyring.encrypt(self._keyring.decrypt(sealed, _about(uid)), _about(uid))
        except (KeyNotHere, NotDecrypted):
            return None


def _about(uid: UUID) -> str:
    return f"mail {uid}"
