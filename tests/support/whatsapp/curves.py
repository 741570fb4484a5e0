"""Curve25519 as WhatsApp uses it: key agreement by a library, signatures (XEdDSA) in plain Python, slow and short."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_M1: Final = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class KeyPair:
    private: bytes
    public: bytes

    @classmethod
    def make(cls) -> "KeyPair":
        key = X25519PrivateKey.generate()
        return cls(key.private_bytes_raw(), key.public_key().public_bytes_raw())

    def agree(self, public: bytes) -> bytes:
        """The secret that this key and the other side's share."""
        return X25519PrivateKey.from_private_bytes(self.private).exchange(X25519PublicKey.from_public_bytes(public))

    def sign(self, message: bytes) -> bytes:
        """XEdDSA with the sign of the point in the last byte, as libsignal does it."""
        secret = _clamp(self.private)
        scalar = int.from_bytes(secret, "little")
        public = _pack(_times(scalar, _BASE))
        seed = b"\xfe" + b"\xff" * 31 + secret + message + os.urandom(64)
        nonce = int.from_bytes(hashlib.sha512(seed).digest(), "little") % _ORDER
        commitment = _pack(_times(nonce, _BASE))
        challenge = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little") % _ORDER
        proof = bytearray(((nonce + challenge * scalar) % _ORDER).to_bytes(32, "little"))
        proof[31] = (proof[31] & 0x7F) | (public[31] & 0x80)
        return commitment + bytes(proof)


def hkdf(secret: bytes, size: int, *, salt: bytes = b"\0" * 32, info: bytes = b"") -> bytes:
    """RFC 5869 with SHA-256."""
    key = hmac.new(salt, secret, hashlib.sha256).digest()
    made, block, count = b"", b"", 1
    while len(made) < size:
        block = hmac.new(key, block + info + bytes([count]), hashlib.sha256).digest()
        made, count = made + block, count + 1
    return made[:size]


def _clamp(private: bytes) -> bytes:
    key = bytearray(private)
    key[0] &= 248
    key[31] = (key[31] & 127) | 64
    return bytes(key)


def _recover_x(y: int) -> int:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P)
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_M1 % _P
    return _P - x if x % 2 else x


_BASE_Y: Final = 4 * pow(5, _P - 2, _P) % _P
_BASE_X: Final = _recover_x(_BASE_Y)
_BASE: Final[Point] = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def _plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _plus(result, point)
        point = _plus(point, point)
        scalar >>= 1
    return result


def _pack(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")
