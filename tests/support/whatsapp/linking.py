"""How a phone takes a device on: by the code it scans, or by eight characters that its owner types."""

import base64
import hashlib
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.whatsapp.accounts import Account
from tests.support.whatsapp.curves import KeyPair, hkdf

ROUNDS = 2 << 16


@dataclass(frozen=True, slots=True)
class Consent:
    """A phone's yes to a device: whose it becomes, and the secret that its word is sealed with."""

    account: Account
    identity: bytes
    secret: bytes


def read_qr(qr: str, account: Account) -> tuple[str, Consent]:
    """The reference that a code names, and the phone's consent."""
    reference, _, identity, secret, *_ = qr.split("#", 1)[-1].split(",")
    return reference, Consent(account, base64.b64decode(identity), base64.b64decode(secret))


@dataclass
class CodeLinking:
    """One linking by eight characters: both sides hide a fresh key behind the code, so that only who knows it learns
    the other's."""

    reference: bytes
    hidden_key: bytes
    phone_key: KeyPair | None = None
    device_key: bytes = b""

    def type_in(self, code: str) -> bytes:
        """The owner typed the code: gives the phone's fresh key, hidden in the same way. A wrong code gives the
        device nonsense, and it gives up."""
        self.phone_key = KeyPair.make()
        self.device_key = _unhide(self.hidden_key, code)
        return _hide(self.phone_key.public, code)

    def finish(self, bundle: bytes, identity: bytes, account: Account) -> Consent:
        """The device sent its keys; both sides have all that the secret is made of."""
        assert self.phone_key
        fresh = self.phone_key.agree(self.device_key)
        salt, nonce, sealed = bundle[:32], bundle[32:44], bundle[44:]
        key = hkdf(fresh, 32, salt=salt, info=b"link_code_pairing_key_bundle_encryption_key")
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        if plain[:32] != identity or plain[32:64] != account.keys.public:
            raise ValueError("the bundle is about other keys")
        secret = hkdf(fresh + account.keys.agree(identity) + plain[64:96], 32, info=b"adv_secret")
        return Consent(account, identity, secret)


def _stretched(code: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", code.replace("-", "").encode(), salt, ROUNDS, 32)


def _hide(public: bytes, code: str) -> bytes:
    salt, start = os.urandom(32), os.urandom(16)
    mask = Cipher(algorithms.AES(_stretched(code, salt)), modes.CTR(start)).encryptor()
    return salt + start + mask.update(public)


def _unhide(hidden: bytes, code: str) -> bytes:
    mask = Cipher(algorithms.AES(_stretched(code, hidden[:32])), modes.CTR(hidden[32:48])).decryptor()
    return mask.update(hidden[48:])
