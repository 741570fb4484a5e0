"""Secrets that deliveries are signed with: made here, shown to the workspace, and encrypted in the database."""

import base64
import os

from tideline.platform.crypto import Keyring

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret in the form of Standard Webhooks."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def seal(keyring: Keyring, secret: str, workspace_id: int, webhook_id: int) -> bytes:
    return keyring.encrypt(secret, _about(workspace_id, webhook_id))


def unseal(keyring: Keyring, sealed: bytes, workspace_id: int, webhook_id: int) -> str:
    return keyring.decrypt(sealed, _about(workspace_id, webhook_id)).decode()


def _about(workspace_id: int, webhook_id: int) -> str:
    return f"secret of webhook {webhook_id} in {workspace_id}"
