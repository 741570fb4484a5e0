"""Keys that are not in the database: encryption, keyed hashes of tokens, and signed links.

Several keys may be valid at once. The first one is used for everything new, the others still open what was
made with them. Every key is stretched into one key per purpose, and is named by a fingerprint of itself.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tideline.platform import keyfile
from tideline.platform.errors import Problem

FORMAT = b"\x01"
ID_BYTES = 8
NONCE_BYTES = 12
HEADER_BYTES = len(FORMAT) + ID_BYTES
SIGNATURE_BYTES = 24


class KeyNotHere(Problem):
    code = "key_not_here"
    message = "This was encrypted with a key that is not among the secret keys any more."


class NotDecrypted(Problem):
    """The bytes are damaged, or belong to something else than what they were read for."""

    code = "not_decrypted"
    message = "This could not be decrypted."


def same(one: str | bytes, other: str | bytes) -> bool:
    """Compare secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


@dataclass(frozen=True, slots=True)
class Rotation:
    """What `Keyring.rotate` did. `is_new` is False when the keys come from a setting that it cannot write."""

    key_id: str
    is_new: bool
    reencrypted: int


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    cipher: AESGCM = field(repr=False)
    lookup: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    @classmethod
    def stretch(cls, secret: str) -> "_Key":
        return cls(
            id=_derive(secret, "id")[:ID_BYTES].hex(),
            cipher=AESGCM(_derive(secret, "encryption")),
            lookup=_derive(secret, "lookup"),
            signing=_derive(secret, "signing"),
        )

    def signature(self, what: str, expires: int) -> bytes:
        return _mac(self.signing, f"{expires}\n{what}")[:SIGNATURE_BYTES]


class Keyring:
    """The secret keys of this installation.

    Keys in a file are read again when the file changes, so that a rotation reaches programs that are running.
    """

    def __init__(self, secrets: Sequence[str] = (), *, path: Path | None = None) -> None:
        self._path = path
        self._stamp: keyfile.Stamp | None = None
        self._keys = [_Key.stretch(secret) for secret in secrets]

    @classmethod
    def open(cls, data_dir: Path, secret_key: str | None = None) -> "Keyring":
        """The keys of the setting, or those of `secret.key` in the data folder, which is created on first use."""
        if secret_key:
            return cls(keyfile.parse(secret_key))
        path = data_dir / keyfile.NAME
        keyfile.create_if_missing(path)
        return cls(path=path)

    @property
    def primary_id(self) -> str:
        return self._current()[0].id

    @property
    def key_ids(self) -> list[str]:
        return [key.id for key in self._current()]

    def encrypt(self, plain: str | bytes, about: str) -> bytes:
        """Encrypt under the first key. The result only opens again for the same `about`, such as its row."""
        key = self._current()[0]
        header, nonce = FORMAT + bytes.fromhex(key.id), os.urandom(NONCE_BYTES)
        return header + nonce + key.cipher.encrypt(nonce, _bytes(plain), header + _bytes(about))

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        wanted = key_id_of(sealed)
        key = next((key for key in self._current() if key.id == wanted), None)
        if key is None:
            raise KeyNotHere
        header, nonce, body = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:][:NONCE_BYTES], sealed[HEADER_BYTES:]
        try:
            return key.cipher.decrypt(nonce, body[NONCE_BYTES:], header + _bytes(about))
        except (InvalidTag, ValueError):
            raise NotDecrypted from None

    def token_hash(self, token: str) -> bytes:
        """What is stored of a token, so that the database alone neither tells nor makes one."""
        return _mac(self._current()[0].lookup, token)

    def token_hashes(self, token: str) -> list[bytes]:
        """Where a token may be found: its hash under every valid key, the first key's first."""
        return [_mac(key.lookup, token) for key in self._current()]

    def sign(self, what: str, expires: int) -> str:
        """The signature of a link to `what` that is good before `expires` (Unix seconds)."""
        return _text(self._current()[0].signature(what, expires))

    def is_signed(self, what: str, expires: int, signature: str, *, now: datetime) -> bool:
        """True for a signature of ours, under any valid key, whose time is not over."""
        ours = [same(_text(key.signature(what, expires)), signature) for key in self._current()]
        return any(ours) and now.timestamp() < expires

    async def rotate(self, reencrypt: Callable[[], Awaitable[int]]) -> Rotation:
        """Add a new first key, then have the caller encrypt again what older keys hold.

        The older keys stay valid: sessions and links that are out were made with them. With keys from a
        setting nothing is added; the new key goes in front there first, and this does the rest.
        """
        if self._path:
            keyfile.add(self._path, keyfile.new_key())
        return Rotation(self.primary_id, self._path is not None, await reencrypt())

    def retire_old_keys(self) -> None:
        """Keep the first key only: what is still under an older one ends here (sessions, links, signatures)."""
        if self._path:
            keyfile.keep_only_newest(self._path)

    def _current(self) -> list[_Key]:
        if self._path is None:
            return self._keys
        found = keyfile.stamp(self._path)
        if found not in {None, self._stamp}:
            self._keys = [_Key.stretch(secret) for secret in keyfile.read(self._path)]
            self._stamp = found
        return self._keys


def key_id_of(sealed: bytes) -> str:
    """The id of the key that a ciphertext names."""
    if len(sealed) < HEADER_BYTES + NONCE_BYTES or sealed[: len(FORMAT)] != FORMAT:
        raise NotDecrypted
    return sealed[len(FORMAT) : HEADER_BYTES].hex()


def _derive(secret: str, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) with one block of output."""
    extracted = hmac.digest(b"tideline", _bytes(secret), hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, _bytes(text), hashlib.sha256)


def _text(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def _bytes(text: str | bytes) -> bytes:
    # Whatever a stranger sends is compared and hashed, lone surrogates too; it just matches nothing.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
