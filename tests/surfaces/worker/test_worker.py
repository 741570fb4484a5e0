"""The worker: facts get their numbers, and the chores happen by the clock, once however many workers there are."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tideline.features import files, messages, numbers, workspaces
from tideline.features.files import Files, NewFile, Purpose
from tideline.features.messages import Outgoing, ToPhone
from tideline.features.numbers import PairingState
from tideline.features.workspaces import SignIn
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.once import Once, do_once
from tideline.platform.passwords import Passwords
from tideline.platform.timers import Every, Timer
from tideline.platform.wake import Wakes
from tideline.surfaces.worker import Worker

KEYS = Keyring(["a key for tests, long enough"])


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock, max_size=20)
    yield opened
    await opened.close()


@pytest.fixture
def wakes(db: Database) -> Wakes:
    made = Wakes()
    db.wake = made.wake
    return made


@pytest.fixture
async def office(db: Database, wakes: Wakes) -> Office:
    return await Office.open(db, wakes)


@pytest.fixture
def store(db: Database, tmp_path: Path) -> Files:
    return Files.in_folder(db, tmp_path / "files")


class Rounds:
    """A timer from outside, such as the nightly backup."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1


@pytest.fixture
def rounds() -> Rounds:
    return Rounds()


@pytest.fixture
async def workers(db: Database, wakes: Wakes, store: Files, rounds: Rounds) -> AsyncIterator[list[Worker]]:
    """Two of them, running."""
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    sign_in = SignIn(db, workspaces.Access(db, KEYS, wakes), passwords)
    timers = [Timer("from outside", Every(timedelta(hours=1)), rounds)]
    made = [Worker(db, store, Dispatcher(db, wakes), sign_in, node=node, timers=timers) for node in ("first", "second")]
    tasks = [asyncio.create_task(worker.run()) for worker in made]
    yield made
    for worker in made:
        await worker.stop()
    await asyncio.gather(*tasks)
    passwords.close()


async def test_facts_are_numbered(office: Office, workers: list[Worker]) -> None:
    await office.link()

    async def numbered() -> bool:
        rows = (await office.rows("tenant.fact"))["tenant.fact"]
        return bool(rows) and sorted(row["seq"] or 0 for row in rows) == list(range(1, len(rows) + 1))

    await until(numbered, "the numbering")


async def test_a_timer_from_outside_runs_once_for_both(workers: list[Worker], rounds: Rounds, clock: HandClock) -> None:
    for expected in (1, 2, 3):

        async def ran(times: int = expected) -> bool:
            return rounds.runs >= times

        await until(ran, "the timer")
        assert rounds.runs == expected
        clock.advance(timedelta(hours=1))


async def test_a_send_nobody_vouches_for_fails_after_ten_minutes(
    office: Office, workers: list[Worker], clock: HandClock
) -> None:
    await office.link()
    await office.run(messages.send_batch, [Outgoing(ToPhone("+15550002001"), text="Hello?")])

    async def begin(tx: Tx) -> None:
        """What a gateway that died between call and answer leaves."""
        await tx.execute(
            "UPDATE tenant.message SET status = 'Sending', sending_at = $2 WHERE workspace = $1",
            tx.workspace_id,
            tx.now,
        )

    await office.run(begin)

    async def failed() -> bool:
        [row] = (await office.rows("tenant.message"))["tenant.message"]
        return bool(row["status"] == "Failed")

    clock.advance(timedelta(minutes=9))
    clock.advance(timedelta(seconds=59))
    assert not await failed()
    clock.advance(timedelta(minutes=1))
    await until(failed, "the failure")


async def test_files_left_half_done_are_swept(office: Office, workers: list[Worker], clock: HandClock) -> None:
    [file] = await office.run(files.expect, [NewFile("a.pdf", "application/pdf", Purpose.UPLOAD)])

    async def swept() -> bool:
        return not (await office.run(files.get_many, [file.uid]))[file.uid].is_stored and bool(
            [row for row in (await office.rows("tenant.file"))["tenant.file"] if row["swept_at"]]
        )

    clock.advance(timedelta(hours=3))
    await until(swept, "the sweep")


async def test_links_that_have_ended_are_forgotten(office: Office, workers: list[Worker], clock: HandClock) -> None:
    pairing = await office.begin_link()
    await office.run(numbers.create_pairing_link, KEYS, pairing.id)

    async def forgotten() -> bool:
        clock.advance(timedelta(hours=1))  # the timer may have run just before the links were over
        return not (await office.rows("directory.pairing_link"))["directory.pairing_link"]

    async def expired() -> bool:
        return (await office.run(numbers.get_pairing, pairing.id)).state is PairingState.EXPIRED

    clock.advance(timedelta(hours=2))
    await until(forgotten, "the sweep of links")
    await until(expired, "the end of the attempt that no gateway took")


async def test_an_idempotency_key_is_forgotten_after_its_day(
    office: Office, workers: list[Worker], clock: HandClock
) -> None:
    key = Once(office.owner_id, "order-4711", b"body", timedelta(days=1), lambda done: b"answer")

    async def ran(tx: Tx) -> None: ...

    await office.run(lambda tx: do_once(tx, key, ran))

    async def remembered() -> int:
        return len((await office.rows("tenant.idempotency_key"))["tenant.idempotency_key"])

    async def forgotten() -> bool:
        clock.advance(timedelta(minutes=10))  # the timer may have run just before a day was over
        return not await remembered()

    assert await remembered() == 1
    clock.advance(timedelta(days=1))
    await until(forgotten, "the end of the key")
