"""Proof of who sent a delivery: the headers of Standard Webhooks (https://www.standardwebhooks.com). No I/O."""

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tideline.features.webhooks.model import Webhook
from tideline.features.webhooks.secrets import PREFIX, unseal
from tideline.platform.crypto import Keyring

KEYS_KEPT = 10_000


def headers(uid: UUID, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The id is the same for every attempt of a delivery; there is a signature for each key that is valid."""
    told = {
        "Content-Type": "application/json",
        "webhook-id": str(uid),
        "webhook-timestamp": str(timestamp),
    }
    if keys:
        told["webhook-signature"] = " ".join(_signature(uid, timestamp, body, key) for key in keys)
    return told


def _signature(uid: UUID, timestamp: int, body: bytes, key: bytes) -> str:
    signed = hmac.digest(key, b"%s.%d.%s" % (str(uid).encode(), timestamp, body), hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))


class Keys:
    """The keys that a webhook's deliveries are signed with. Opening a secret takes longer than signing with it."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._open: OrderedDict[bytes, bytes] = OrderedDict()

    def of(self, webhook: Webhook, now: datetime) -> list[bytes]:
        sealed = [webhook.secret]
        if webhook.former_until is not None and now < webhook.former_until:
            sealed.append(webhook.former_secret)
        return [self._key(one, webhook) for one in sealed if one is not None]

    def _key(self, sealed: bytes, webhook: Webhook) -> bytes:
        known = self._open.get(sealed)
        if known is None:
            known = key_of(unseal(self._keyring, sealed, webhook.workspace_id, webhook.id))
            self._open[sealed] = known
            if len(self._open) > KEYS_KEPT:
                self._open.popitem(last=False)
        return known
