"""The secrets of an account as the database has them: encrypted together, for this account only."""

import msgspec

from tideline.features.business.model import Account, Secrets
from tideline.platform.crypto import Keyring


def seal(keyring: Keyring, secrets: Secrets, workspace_id: int, number_id: int) -> bytes:
    return keyring.encrypt(msgspec.json.encode(secrets), _about(workspace_id, number_id))


def unseal(keyring: Keyring, account: Account) -> Secrets | None:
    """None once the account was removed."""
    if account.secrets is None:
        return None
    plain = keyring.decrypt(account.secrets, _about(account.workspace_id, account.number_id))
    return msgspec.json.decode(plain, type=Secrets)


def _about(workspace_id: int, number_id: int) -> str:
    return f"secrets of business number {number_id} in {workspace_id}"
