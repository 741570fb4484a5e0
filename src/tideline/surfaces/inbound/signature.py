"""`X-Hub-Signature-256`: made over the bytes as they came, never over what they mean. No I/O."""

import hashlib
import hmac
import re
from typing import Final

_FORM: Final = re.compile(rb"sha256=([0-9a-fA-F]{64})")


def is_signed(body: bytes, headers: list[bytes], secret: str) -> bool:
    """True for exactly one whole SHA-256 signature that is right. SHA-1 alone counts for nothing."""
    if len(headers) != 1:
        return False
    given = _FORM.fullmatch(headers[0].strip())
    if given is None:
        return False
    ours = hmac.digest(secret.encode(), body, hashlib.sha256)
    return hmac.compare_digest(ours, bytes.fromhex(given[1].decode()))
