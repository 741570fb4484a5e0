"""The server's side of the handshake `Noise_XX_25519_AESGCM_SHA256`, and the two ciphers that come out of it."""

import hashlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.whatsapp.curves import hkdf

NAME = b"Noise_XX_25519_AESGCM_SHA256\0\0\0\0"


class Cipher:
    """AES-GCM with a counter, one direction of a connection."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)
        self._count = 0

    def encrypt(self, plain: bytes, extra: bytes | None = None) -> bytes:
        return self._key.encrypt(self._nonce(), plain, extra)

    def decrypt(self, sealed: bytes, extra: bytes | None = None) -> bytes:
        return self._key.decrypt(self._nonce(), sealed, extra)

    def _nonce(self) -> bytes:
        self._count += 1
        return b"\0" * 8 + struct.pack(">I", self._count - 1)


class Handshake:
    """Mixes keys in, and encrypts under what has been mixed so far."""

    def __init__(self, header: bytes) -> None:
        self._hash = self._salt = NAME
        self._cipher = Cipher(NAME)
        self.saw(header)

    def saw(self, data: bytes) -> None:
        self._hash = hashlib.sha256(self._hash + data).digest()

    def mix(self, secret: bytes) -> None:
        made = hkdf(secret, 64, salt=self._salt)
        self._salt = made[:32]
        self._cipher = Cipher(made[32:])

    def encrypt(self, plain: bytes) -> bytes:
        sealed = self._cipher.encrypt(plain, self._hash)
        self.saw(sealed)
        return sealed

    def decrypt(self, sealed: bytes) -> bytes:
        plain = self._cipher.decrypt(sealed, self._hash)
        self.saw(sealed)
        return plain

    def split(self) -> tuple[Cipher, Cipher]:
        """What the client writes with, and what it reads with."""
        made = hkdf(b"", 64, salt=self._salt)
        return Cipher(made[:32]), Cipher(made[32:])
