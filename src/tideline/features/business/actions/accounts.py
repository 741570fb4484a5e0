"""Adding business numbers, changing their secrets, taking them out; and opening them for who speaks for them."""

import re
from dataclasses import replace

import structlog

from tideline.features import numbers
from tideline.features.business import sealing
from tideline.features.business.actions.templates import ask_for_templates
from tideline.features.business.errors import AccountExists, AccountNotFound, InvalidAccount, SecretMissing
from tideline.features.business.model import Account, NewAccount, Opened, Secrets
from tideline.features.business.store import accounts as store
from tideline.features.numbers import Number, NumberId, NumberKind
from tideline.features.numbers.port import TOKEN_NOT_ACCEPTED, AccountState, StateChanged
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted, same
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.ids import secret_token

PHONE = re.compile(r"[1-9][0-9]{6,14}")
PLATFORM_ID = re.compile(r"[0-9]{1,32}")
LONGEST_SECRET = 4096

log = structlog.get_logger(__name__)


async def add(
    tx: Tx, keyring: Keyring, new: NewAccount, *, owner_id: int, kind: NumberKind = NumberKind.CLOUD
) -> Opened:
    """A business number of the workspace, which belongs to this teammate. Its chats come back if it was here before.

    Raises InvalidAccount, SecretMissing, AccountExists, or PhoneAlreadyLinked while a phone with this number is linked.
    """
    _check(new)
    known = await store.find_by_phone_number_id(tx, new.phone_number_id)
    if known and not (await numbers.get(tx, known.number_id)).is_gone:
        raise AccountExists
    number = await numbers.add_business(tx, new.phone, owner_id=owner_id, name=new.name, kind=kind)
    if known and known.number_id != number.id:
        raise AccountExists("Another business number of the workspace has this id.")
    secrets = Secrets(new.token, new.app_secret, secret_token("verify_"), secret_token("in_"))
    account = Account(
        workspace_id=tx.workspace_id,
        number_id=number.id,
        phone_number_id=new.phone_number_id,
        waba_id=new.waba_id,
        display_phone=new.display_phone or f"+{new.phone}",
        name=new.name,
        secrets=sealing.seal(keyring, secrets, tx.workspace_id, number.id),
        created_at=tx.now,
        updated_at=tx.now,
    )
    await store.save(tx, account)
    await store.set_path(tx, number.id, keyring.token_hash(secrets.path_key))
    numbers.tell_with(tx.recorded, await numbers.get(tx, number.id))
    await ask_for_templates(tx, number.id)
    return Opened(account, secrets)


def _check(new: NewAccount) -> None:
    if not PHONE.fullmatch(new.phone):
        raise InvalidAccount("The phone of a business number is given with its country code, 7 to 15 digits.")
    if not (PLATFORM_ID.fullmatch(new.phone_number_id) and PLATFORM_ID.fullmatch(new.waba_id)):
        raise InvalidAccount("The ids of the phone number and of the business account are digits, as Meta shows them.")
    _check_secrets(new.token, new.app_secret)


def _check_secrets(*secrets: str) -> None:
    if not all(secrets):
        raise SecretMissing
    if any(len(one) > LONGEST_SECRET or not one.isascii() or not one.isprintable() for one in secrets):
        raise InvalidAccount("An access token and an app secret are one line of plain letters, digits and signs.")


async def get(tx: Tx, number_id: int) -> Account:
    account = await store.find(tx, number_id)
    if account is None:
        raise AccountNotFound
    return account


async def list_accounts(tx: Tx) -> dict[NumberId, Account]:
    """The accounts of the workspace by their numbers, also those that were removed and still have chats."""
    return {account.number_id: account for account in await store.list_all(tx)}


async def open_account(tx: Tx, keyring: Keyring, number_id: int) -> Opened:
    """With its secrets, for the operator and for connectors. Raises AccountNotFound also when it was removed."""
    return _opened(keyring, await get(tx, number_id))


async def list_of_app(tx: Tx, keyring: Keyring, app_secret: str) -> list[Account]:
    """The accounts of the workspace that this app speaks for: what it signs may be about any of them. Numbers that
    are gone, or were linked with a phone since, hear nothing any more."""
    found = [(one, sealing.unseal(keyring, one)) for one in await store.list_all(tx)]
    ours = [account for account, secrets in found if secrets and same(secrets.app_secret, app_secret)]
    known = await numbers.get_many(tx, [account.number_id for account in ours])
    return [one for one in ours if (number := known[one.number_id]).is_business and not number.is_gone]


async def change_secrets(
    tx: Tx, keyring: Keyring, number_id: int, *, token: str | None = None, app_secret: str | None = None
) -> Opened:
    """Exchange the access token, the app secret or both. A number that was lost, or stood still, because of its token
    goes on."""
    number = await numbers.lock(tx, number_id)
    opened = await open_account(tx, keyring, number_id)
    secrets = replace(
        opened.secrets, token=token or opened.secrets.token, app_secret=app_secret or opened.secrets.app_secret
    )
    _check_secrets(secrets.token, secrets.app_secret)
    sealed = sealing.seal(keyring, secrets, tx.workspace_id, number_id)
    account = replace(opened.account, secrets=sealed, updated_at=tx.now)
    await store.save(tx, account)
    if number.state_reason == TOKEN_NOT_ACCEPTED:
        await numbers.report(tx, number_id, [StateChanged(AccountState.ONLINE)])
    if number.is_business and number.is_gone:
        await numbers.add_business(
            tx, number.phone, owner_id=number.owner_id, name=number.account_name, kind=number.kind
        )
        await ask_for_templates(tx, number_id)
    return Opened(account, secrets)


async def describe(tx: Tx, number_id: int, *, display_phone: str, name: str) -> Account:
    """Keep how WhatsApp shows the number."""
    await numbers.lock(tx, number_id)
    account = await get(tx, number_id)
    described = replace(account, display_phone=display_phone, name=name, updated_at=tx.now)
    if (described.display_phone, described.name) != (account.display_phone, account.name):
        await store.save(tx, described)
    return described


async def remove(tx: Tx, number_id: int) -> None:
    """Take the number out: its secrets are forgotten and its address is closed; chats and messages stay."""
    account = await get(tx, number_id)
    await numbers.unlink(tx, number_id)
    await _forget(tx, account)


async def unlink(tx: Tx, number_id: int, reason: str = "removed") -> Number:
    """End the link of a number of any kind. A business number is taken out as `remove` does it."""
    number = await numbers.unlink(tx, number_id, reason)
    if number.is_business and (account := await store.find(tx, number_id)):
        await _forget(tx, account)
    return number


async def _forget(tx: Tx, account: Account) -> None:
    await store.save(tx, replace(account, secrets=None, updated_at=tx.now))
    await store.delete_path(tx, account.number_id)


# Across workspaces --------------------------------------------------------------------------------------------


async def find_by_path(tx: SystemTx, keyring: Keyring, path_key: str) -> Opened | None:
    """The account whose address was called."""
    account = await store.find_by_path(tx, keyring.token_hashes(path_key))
    return _opened(keyring, account) if account and account.secrets else None


async def reencrypt_accounts(db: Database, keyring: Keyring) -> int:
    """Put the secrets of every account under the first key, and say how many were moved. Can be run again."""
    async with db.system() as tx:
        recoded = [new for one in await store.list_sealed(tx) if (new := _recoded(keyring, one))]
        return await store.recode(tx, recoded) if recoded else 0


async def count_unreadable_accounts(tx: SystemTx, keyring: Keyring) -> int:
    """How many accounts need a key that is not here."""
    return sum(_recoded(keyring, one) is None for one in await store.list_sealed(tx))


def _opened(keyring: Keyring, account: Account) -> Opened:
    secrets = sealing.unseal(keyring, account)
    if secrets is None:
        raise AccountNotFound
    return Opened(account, secrets)


def _recoded(keyring: Keyring, account: Account) -> tuple[Account, bytes, bytes] | None:
    try:
        secrets = _opened(keyring, account).secrets
    except (KeyNotHere, NotDecrypted) as problem:
        log.warning("business.secrets_not_reencrypted", number=account.number_id, reason=problem.code)
        return None
    sealed = sealing.seal(keyring, secrets, account.workspace_id, account.number_id)
    return account, sealed, keyring.token_hash(secrets.path_key)
