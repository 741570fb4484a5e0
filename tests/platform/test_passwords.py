"""Passwords are hashed away from the event loop, and hashes keep up with the times."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from tideline.platform.passwords import Checked, Passwords, PasswordsBusy

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
STRONGER = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(QUICK)
    yield made
    made.close()


async def test_the_right_password_is_right(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await passwords.check(hashed, "correct horse") == Checked(is_right=True)
    assert await passwords.check(hashed, "correct horsf") == Checked(is_right=False)


async def test_composed_characters_are_the_same_however_they_are_typed(passwords: Passwords) -> None:
    hashed = await passwords.hash("Zoë likes cafés")
    assert (await passwords.check(hashed, "Zoe\u0308 likes cafe\u0301s")).is_right


async def test_nobody_has_a_password(passwords: Passwords) -> None:
    assert not (await passwords.check(None, "anything")).is_right
    assert not (await passwords.check(None, "nobody has this password")).is_right


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$broken"])
async def test_a_damaged_hash_fits_no_password(passwords: Passwords, hashed: str) -> None:
    assert not (await passwords.check(hashed, "anything")).is_right


async def test_any_text_can_be_tried(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert not (await passwords.check(hashed, "\ud800\x00")).is_right


async def test_a_hash_of_weaker_times_is_made_anew(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    today = Passwords(STRONGER)
    checked = await today.check(hashed, "correct horse")
    assert checked.rehashed is not None
    assert await today.check(checked.rehashed, "correct horse") == Checked(is_right=True)
    assert (await today.check(hashed, "wrong")).rehashed is None
    today.close()


class WaitingHasher(PasswordHasher):
    """Hashes when the test says so."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go_on = threading.Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        assert self.go_on.wait(30)
        return super().hash(password, salt=salt)


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    hasher = WaitingHasher()
    passwords = Passwords(hasher)
    hashing = asyncio.create_task(passwords.hash("correct horse"))
    await asyncio.sleep(0)
    assert not hashing.done()
    hasher.go_on.set()
    assert (await hashing).startswith("$argon2id$")
    passwords.close()


async def test_a_flood_is_refused_instead_of_queued() -> None:
    hasher = WaitingHasher()
    passwords = Passwords(hasher, most_waiting=3)
    waiting = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(PasswordsBusy):
        await passwords.hash("correct horse")
    hasher.go_on.set()
    assert len(await asyncio.gather(*waiting)) == 3
    assert await passwords.hash("correct horse")
    passwords.close()
