"""Passwords: argon2 in threads of its own, because one check keeps a core busy for a tenth of a second."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tideline.platform.errors import Problem

T = TypeVar("T")

THREADS = 2
MOST_WAITING = 64


class PasswordsBusy(Problem):
    """More checks wait than could be answered in time: a flood, or a machine that is far too small."""

    code = "passwords_busy"
    message = "Too many people are signing in right now. Try again in a moment."


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password was right, and its new hash when the old one is weaker than hashes are today."""

    is_right: bool
    rehashed: str | None = None


class Passwords:
    """Hashes and checks passwords away from the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None, *, most_waiting: int = MOST_WAITING) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._decoy = ""
        self._waiting = 0
        self._most_waiting = most_waiting

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(_typed(password)))

    async def check(self, hashed: str | None, password: str) -> Checked:
        """Check a password. Without a hash it takes as long and says no, so that time does not tell who exists."""
        return await self._in_thread(lambda: self._check(hashed, _typed(password)))

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _check(self, hashed: str | None, password: bytes) -> Checked:
        try:
            self._hasher.verify(hashed or self._decoy_hash(), password)
        except (VerificationError, InvalidHashError):
            return Checked(is_right=False)
        if hashed is None:
            return Checked(is_right=False)
        return Checked(True, self._hasher.hash(password) if self._hasher.check_needs_rehash(hashed) else None)

    def _decoy_hash(self) -> str:
        self._decoy = self._decoy or self._hasher.hash("nobody has this password")
        return self._decoy

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise PasswordsBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _typed(password: str) -> bytes:
    """The same password typed on another keyboard is the same password: one form for composed characters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
