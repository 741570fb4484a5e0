"""Backup, restore and release: nothing goes out twice because a machine was set up again."""

import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import Demo, entered
from tests.journeys.test_commands import done, refused
from tests.support.clients import Phone, eventually
from tests.support.customer import Customer
from tests.support.serving import Served, tideline
from tideline.client.models import Message


@pytest.fixture
def restored(make_data_dir: Callable[[], Path]) -> Iterator[Callable[..., Served]]:
    """Restores a backup into a fresh folder and serves it."""
    started: list[Served] = []

    def restore(archive: Path, *, key: Path | None = None) -> Served:
        folder = make_data_dir()
        said = done(tideline(folder, "restore", str(archive)))
        assert "nothing is sent or delivered until you run `tideline release`" in said
        if key:
            (folder / "secret.key").write_bytes(key.read_bytes())
        started.append(Served(folder))
        return started[-1]

    yield restore
    for served in started:
        served.close()


async def test_a_restored_installation_holds_what_it_would_send_until_it_is_released(
    data_dir: Path, tmp_path: Path, restored: Callable[..., Served]
) -> None:
    archive = tmp_path / "tideline.tar"
    async with a_backup(data_dir, archive) as (customer, ana):
        await ana.write("+15550100001", "The order", file=FILE)
        chat = await customer.chat(phone=ana.phone)
        await with_file(customer, chat.id)
    async with entered(restored(archive)) as again:
        customer, ana, folder = again.customer, same_phone(again, ana), again.served.data_dir
        assert (await customer.get_chat(chat.id)).phone == ana.phone
        message = await with_file(customer, chat.id)
        assert await customer.fetched(message.attachment_url) == b"two bags"
        uid = await customer.say(ana.phone, "After the restore")
        await ana.write("+15550100001", "Still coming in")
        await customer.said(chat.id, "Still coming in")
        assert (await customer.get_message(uid)).status == "Pending"
        assert "held since the restore; 0 messages" in tideline(folder, "doctor").stdout
        assert done(tideline(folder, "release")) == "Sending and delivery go on.\n"
        await customer.until_status(uid, "Delivered")
        assert "Nothing is held" in refused(tideline(folder, "release"))


async def test_what_waited_in_the_backup_can_be_dropped(
    data_dir: Path, tmp_path: Path, restored: Callable[..., Served]
) -> None:
    archive = tmp_path / "tideline.tar"
    async with a_backup(data_dir, archive, TIDELINE_SEND_GAP="14") as (customer, ana):
        await customer.until_status(await customer.say(ana.phone, "Goes at once"), "Delivered")
        used = await customer.credits_used()
        uid = await customer.say(ana.phone, "Waits for its turn")
    async with entered(restored(archive)) as again:
        customer, ana, folder = again.customer, same_phone(again, ana), again.served.data_dir
        waiting = await customer.get_message(uid)
        assert (waiting.status, waiting.data["restored"]) == ("Pending", True)
        assert "1 messages waited in the backup" in tideline(folder, "doctor").stdout
        said = done(tideline(folder, "release", "--drop-pending"))
        assert said.startswith("1 messages that waited in the backup are marked as failed.")
        await customer.until_status(uid, "Failed")
        assert await customer.credits_used() == used
        await customer.until_status(await customer.say(ana.phone, "After the release"), "Delivered")
        assert "Waits for its turn" not in [message["text"] for message in await ana.messages()]


FILE = {"filename": "order.txt", "mimetype": "text/plain", "base64": "dHdvIGJhZ3M="}


@asynccontextmanager
async def a_backup(data_dir: Path, archive: Path, **settings: str) -> AsyncIterator[tuple[Customer, Phone]]:
    """A demo with a new phone; when the block ends it is backed up, and served no more."""
    served = Served(data_dir, settings=settings)
    try:
        async with entered(served) as demo:
            yield demo.customer, await demo.simulator.phone("+15550730001", "Ana")
            done(tideline(data_dir, "backup", str(archive), "--with-key"))
    finally:
        served.close()


def same_phone(demo: Demo, phone: Phone) -> Phone:
    """The same phone in the world of another server."""
    return Phone(demo.simulator, phone.phone, phone.jid, phone.lid)


async def with_file(customer: Customer, chat_id: int) -> Message:
    async def look() -> Message | None:
        message = await customer.said(chat_id, "The order")
        return message if message.attachment_url else None

    return await eventually(look, "the file")


async def test_a_backup_without_keys_needs_the_key_file_beside_it(
    data_dir: Path, tmp_path: Path, restored: Callable[..., Served]
) -> None:
    served = Served(data_dir)
    archive = tmp_path / "tideline.tar"
    try:
        token = served.demo["api_token"]
        said = done(tideline(data_dir, "backup", str(archive)))
    finally:
        served.close()
    assert "The secret keys are not in it." in said
    again = restored(archive, key=data_dir / "secret.key")
    assert again.demo["api_token"] == token


def test_a_backup_is_for_its_owner_only_and_never_written_over(data_dir: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tideline.tar"
    done(tideline(data_dir, "migrate"))
    done(tideline(data_dir, "backup", str(archive)))
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert "exists already" in refused(tideline(data_dir, "backup", str(archive)))


def test_a_backup_is_restored_into_an_empty_folder_only(data_dir: Path, tmp_path: Path) -> None:
    archive = tmp_path / "tideline.tar"
    done(tideline(data_dir, "migrate"))
    done(tideline(data_dir, "backup", str(archive)))
    assert "not empty" in refused(tideline(data_dir, "restore", str(archive)))


def test_an_empty_database_has_nothing_to_back_up(data_dir: Path, tmp_path: Path) -> None:
    assert "no Tideline yet" in refused(tideline(data_dir, "backup", str(tmp_path / "tideline.tar")))
