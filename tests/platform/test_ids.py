"""Uids: UUIDv7 that grow."""

import threading
import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tideline.platform.ids import uuid7


def test_uids_of_one_process_grow_strictly() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_also_when_threads_make_them() -> None:
    made: list[list[UUID]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda mine=mine: mine.extend(uuid7() for _ in range(3000))) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({uid for mine in made for uid in mine}) == 12_000


def test_a_uid_says_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    uid = uuid7()
    assert abs((uid.int >> 80) - before) < 5_000
    assert (uid.version, uid.variant) == (7, "specified in RFC 4122")


@given(st.integers(0, 2**48 - 1))
def test_a_uid_of_a_given_time(at_ms: int) -> None:
    uid = uuid7(at_ms)
    assert uid.int >> 80 == at_ms
    assert uid.version == 7
