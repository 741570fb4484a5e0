"""The credentials of business numbers, as connectors ask for them."""

from tideline.features.business.actions import accounts
from tideline.features.business.errors import AccountNotFound
from tideline.features.numbers.port import AccountRef, Credentials, NotLinked
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database


class Vault:
    """Implements `tideline.features.numbers.port.Vault`. Nothing is kept: a new token counts from its commit on."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring

    async def credentials(self, account: AccountRef) -> Credentials:
        try:
            async with self._db.read(account.workspace_id) as tx:
                opened = await accounts.open_account(tx, self._keyring, account.number_id)
        except AccountNotFound as problem:
            raise NotLinked from problem
        return Credentials(
            phone_number_id=opened.account.phone_number_id,
            waba_id=opened.account.waba_id,
            token=opened.secrets.token,
            app_secret=opened.secrets.app_secret,
        )
