"""Pictures of people and groups: looked at after the first meeting, kept as files, renewed when they change."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import A
from tests.surfaces.gateway.test_with_simulator import ANA, Start, link, start, world
from tideline.connectors.simulator import Draft, SimulatorConnector, World
from tideline.connectors.simulator.files import once
from tideline.features import chats
from tideline.features.files import Files
from tideline.features.numbers.port import AccountRef, MediaKind, Offline, Peer, Picture, Unsupported

__all__ = ["start", "world"]

ONE, OTHER = b"\xff\xd8\xff\xe0 one picture", b"\xff\xd8\xff\xe0 another picture"
SHOP = "15550001001"
Look = Callable[[SimulatorConnector, AccountRef, Peer], Awaitable[Picture | None]]


async def show(world: World, data: bytes | None, mimetype: str = "image/jpeg") -> None:
    file = await world.store_file(MediaKind.IMAGE, "me", mimetype, once(data)) if data else None
    await world.show_picture(ANA, file)


async def chat(office: Office) -> dict[str, Any]:
    found = (await office.rows("tenant.chat"))["tenant.chat"]
    return found[0] if found else {"photo_uid": None}


async def looked(office: Office) -> list[dict[str, Any]]:
    return (await office.rows("tenant.chat_photo"))["tenant.chat_photo"]


async def shown(office: Office, store: Files, data: bytes | None) -> None:
    """The chat shows this, sooner or later."""

    async def is_shown() -> bool:
        uid = (await chat(office))["photo_uid"]
        if uid is None or data is None:
            return uid is None and data is None and bool(await looked(office))
        file = await store.get(office.id, uid)
        return b"".join([chunk async for chunk in store.chunks(file)]) == data

    await until(is_shown, "the picture")


async def kept(office: Office) -> list[str]:
    return [str(row["state"]) for row in (await office.rows("tenant.file"))["tenant.file"]]


async def test_the_picture_of_somebody_new_is_kept(office: Office, world: World, store: Files, start: Start) -> None:
    await start(A)
    await link(office, world, SHOP)
    await show(world, ONE)
    await world.write(Draft(ANA, SHOP, text="Hello"))
    await shown(office, store, ONE)


async def test_a_change_is_followed_at_once(office: Office, world: World, store: Files, start: Start) -> None:
    await start(A)
    await link(office, world, SHOP)
    await world.write(Draft(ANA, SHOP, text="Hello"))
    await shown(office, store, None)
    await show(world, ONE)
    await shown(office, store, ONE)
    await show(world, OTHER)
    await shown(office, store, OTHER)
    await show(world, None)
    await shown(office, store, None)
    assert await kept(office) == ["deleted", "deleted"]


async def test_a_group_has_one_too(office: Office, world: World, store: Files, start: Start) -> None:
    await start(A)
    await link(office, world, SHOP)
    group = await world.create_group("Sunday ride", [SHOP, ANA])
    file = await world.store_file(MediaKind.IMAGE, "us", "image/jpeg", once(ONE))
    await world.show_group_picture(group.jid, file)
    await shown(office, store, ONE)


async def test_what_is_no_picture_is_not_kept(office: Office, world: World, start: Start) -> None:
    await start(A)
    await link(office, world, SHOP)
    await show(world, b"<svg onload='alert(1)'/>", "image/svg+xml")
    await world.write(Draft(ANA, SHOP, text="Hello"))
    await until(lambda: looked(office), "a look")
    assert (await chat(office))["photo_uid"] is None


async def test_a_day_later_a_chat_that_goes_on_is_looked_at_again(
    office: Office, world: World, store: Files, start: Start, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Peer] = []
    usual = SimulatorConnector.picture

    async def look(self: SimulatorConnector, account: AccountRef, peer: Peer) -> Picture | None:
        looks.append(peer)
        return await usual(self, account, peer)

    monkeypatch.setattr(SimulatorConnector, "picture", look)
    await start(A)
    await link(office, world, SHOP)
    await show(world, ONE)
    await world.write(Draft(ANA, SHOP, text="Hello"))
    await shown(office, store, ONE)
    before = (await chat(office))["photo_uid"]
    assert await office.run(chats.renew_photos) == 0
    clock.advance(timedelta(hours=25))
    assert await office.run(chats.renew_photos) == 0  # nobody said anything since
    clock.advance(timedelta(hours=25))
    await world.write(Draft(ANA, SHOP, text="Hello again"))

    async def has_talked() -> bool:
        return bool((await chat(office))["last_message_at"] > (await looked(office))[0]["looked_at"])

    await until(has_talked)
    assert await office.run(chats.renew_photos) == 1
    assert await office.run(chats.renew_photos) == 0
    await until(lambda: len(looks) == 2, "a second look")
    assert (await chat(office))["photo_uid"] == before
    assert await kept(office) == ["stored"]


@pytest.mark.parametrize(
    "problem", [Offline(), Unsupported(), RuntimeError("a bug")], ids=["offline", "never", "a bug"]
)
async def test_a_picture_that_cannot_be_had_is_left_until_tomorrow(
    office: Office, world: World, start: Start, clock: HandClock, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    looks: list[Peer] = []

    async def look(self: SimulatorConnector, account: AccountRef, peer: Peer) -> Picture | None:
        looks.append(peer)
        raise problem

    monkeypatch.setattr(SimulatorConnector, "picture", look)
    await start(A)
    await link(office, world, SHOP)
    await world.write(Draft(ANA, SHOP, text="Hello"))

    async def is_put_off() -> bool:
        clock.advance(timedelta(seconds=1))
        return bool(await looked(office))

    await until(is_put_off, "the end of the tries")
    assert 1 <= len(looks) <= 3
    [row] = await looked(office)
    assert (row["picture_id"], (await chat(office))["photo_uid"]) == (None, None)
    assert row["due_at"] > clock.now() + timedelta(hours=23)
