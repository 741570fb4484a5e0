"""Business numbers: accounts of WhatsApp's Business Platform that a workspace speaks for.

Actions of a workspace (`tx: Tx`):
    add(tx, keyring, NewAccount, owner_id=, kind=CLOUD) -> Opened      InvalidAccount, SecretMissing, AccountExists,
                                                                       PhoneAlreadyLinked
    get(tx, number_id) -> Account                                      or AccountNotFound
    list_accounts(tx) -> dict[NumberId, Account]
    list_of_app(tx, keyring, app_secret) -> list[Account]              those whose webhooks this secret signs
    open_account(tx, keyring, number_id) -> Opened                     with its secrets; or AccountNotFound
    change_secrets(tx, keyring, number_id, token=, app_secret=) -> Opened
    describe(tx, number_id, display_phone=, name=) -> Account          how WhatsApp shows it
    remove(tx, number_id)                                              chats stay, secrets go

Across workspaces (`tx: SystemTx`):
    find_by_path(tx, keyring, path_key) -> Opened | None               whose address was called
    count_unreadable_accounts(tx, keyring) -> int                      reencrypt_accounts(db, keyring) -> int

`Vault(db, keyring)` hands connectors the credentials of a number.
"""

from tideline.features.business.actions.accounts import (
    add,
    change_secrets,
    count_unreadable_accounts,
    describe,
    find_by_path,
    get,
    list_accounts,
    list_of_app,
    open_account,
    reencrypt_accounts,
    remove,
)
from tideline.features.business.errors import AccountExists, AccountNotFound, InvalidAccount, SecretMissing
from tideline.features.business.model import Account, NewAccount, Opened, Secrets
from tideline.features.business.vault import Vault

__all__ = [
    "Account",
    "AccountExists",
    "AccountNotFound",
    "InvalidAccount",
    "NewAccount",
    "Opened",
    "SecretMissing",
    "Secrets",
    "Vault",
    "add",
    "change_secrets",
    "count_unreadable_accounts",
    "describe",
    "find_by_path",
    "get",
    "list_accounts",
    "list_of_app",
    "open_account",
    "reencrypt_accounts",
    "remove",
]
