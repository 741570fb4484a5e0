"""The secret that a partner and this server share: it signs requests and events, so it has to be readable here."""

import secrets

from tideline.features.partners.model import Partner
from tideline.platform.crypto import Keyring


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def seal(keyring: Keyring, secret: str, partner_id: str) -> bytes:
    return keyring.encrypt(secret, _about(partner_id))


def unseal(keyring: Keyring, partner: Partner) -> str:
    return keyring.decrypt(partner.secret, _about(partner.id)).decode()


def _about(partner_id: str) -> str:
    return f"secret of partner {partner_id}"
