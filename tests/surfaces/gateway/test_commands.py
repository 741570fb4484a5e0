"""Read marks, reactions, ending a link and files that come in, through a running gateway."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import A
from tests.surfaces.gateway.network import FakeNetwork
from tests.surfaces.gateway.test_pairing import Running, Start, ref, seen, start
from tideline.features import files, messages, numbers
from tideline.features.files import File, FileNotFound, Files, Limits, NewFile, Purpose
from tideline.features.messages import Attachment
from tideline.features.numbers import Command, Fetch, MarkRead, NumberId
from tideline.features.numbers.port import (
    MediaKind,
    MediaRef,
    MediaRejected,
    MessageKey,
    MessageReceived,
    NotLinked,
    Offline,
    Peer,
    RateLimited,
    UnknownOutcome,
    Unsupported,
    Via,
)
from tideline.platform.db import Tx

__all__ = ["start"]

ITEMS = "FROM lanes.item i JOIN lanes.lane l ON l.id = i.lane_id WHERE l.kind <> $1"
"""All that waits, but for the thumbnails of what came in, which are no matter of the gateway."""
KEY = MessageKey(Peer(phone="15550002001"), "ABC", from_me=False)


async def linked(office: Office, running: Running, phone: str = "15550001001") -> NumberId:
    pairing = await office.begin_link()
    running.connector.scan(ref(pairing), phone)
    number_id = (await seen(office, pairing, lambda row: row.number_id)).number_id
    assert number_id
    await until(lambda: number_id in running.connector.sessions)
    return number_id


async def order(office: Office, number_id: int, *commands: Command) -> None:
    async def ask(tx: Tx) -> None:
        numbers.order(tx, number_id, commands)

    await office.run(ask)


async def expect(office: Office, name: str = "a.jpg", mimetype: str = "image/jpeg") -> tuple[File, MediaRef]:
    [file] = await office.run(files.expect, [NewFile(name, mimetype, Purpose.MEDIA)])
    return file, MediaRef(MediaKind.IMAGE, name, mimetype, 0, f"ref/{file.uid}")


async def waiting(office: Office) -> int:
    async with office.db.system_read() as tx:
        count: int = await tx.value(f"SELECT count(*) {ITEMS}", files.PREVIEW_LANE)
    return count


async def until_done(office: Office) -> None:
    async def nothing_waits() -> bool:
        return await waiting(office) == 0

    await until(nothing_waits, "the last command")


async def test_messages_are_marked_as_read(office: Office, network: FakeNetwork, start: Start) -> None:
    number_id = await linked(office, await start())
    await order(office, number_id, MarkRead([KEY]))
    await until_done(office)
    assert network.read == [KEY]


async def test_a_file_comes_in_behind_its_message(
    office: Office, network: FakeNetwork, store: Files, start: Start
) -> None:
    number_id = await linked(office, await start())
    file, media = await expect(office)
    network.media[media.ref] = [b"one", b"two"]
    await order(office, number_id, Fetch(file.uid, media))
    await until_done(office)
    stored = await office.run(files.get, file.uid)
    assert stored.is_stored
    assert b"".join([chunk async for chunk in store.chunks(stored)]) == b"onetwo"


async def test_a_file_that_whatsapp_has_no_more_is_given_up(office: Office, network: FakeNetwork, start: Start) -> None:
    number_id = await linked(office, await start())
    file, media = await expect(office)
    network.media[media.ref] = [MediaRejected()]
    await order(office, number_id, Fetch(file.uid, media))
    await until_done(office)
    with pytest.raises(FileNotFound):
        await office.run(files.get, file.uid)


async def attachment(office: Office, number_id: int, media: MediaRef) -> Attachment:
    """A message came in with this file; what its reader is told of the file, once that is known."""
    event = MessageReceived(
        KEY.chat, KEY.external_id, office.db.clock.now(), from_me=False, via=Via.CONTACT, text="Look", media=media
    )
    await office.run(messages.receive, number_id, [event])
    [row] = (await office.rows("tenant.message"))["tenant.message"]

    async def told() -> bool:
        message = await office.run(messages.get, UUID(str(row["uid"])))
        return message.attachment is not None and (message.attachment.is_stored or bool(message.attachment.problem))

    await until(told, "what became of the file")
    message = await office.run(messages.get, UUID(str(row["uid"])))
    assert message.attachment
    assert message.text == "Look", "the message is there whatever becomes of its file"
    return message.attachment


async def test_a_file_that_is_too_large_is_not_fetched_and_its_message_says_so(
    office: Office, network: FakeNetwork, start: Start
) -> None:
    number_id = await linked(office, await start())
    said = MediaRef(MediaKind.IMAGE, "a.jpg", "image/jpeg", 17 * 1024 * 1024, "says so")
    network.media[said.ref] = [AssertionError("nobody asked for it")]
    kept = await attachment(office, number_id, said)
    assert (kept.is_stored, kept.filename, kept.problem) == (False, "a.jpg", "file_too_large")
    await until_done(office)


async def test_a_file_that_turns_out_too_large_is_given_up(office: Office, network: FakeNetwork, start: Start) -> None:
    number_id = await linked(office, await start())
    lies = MediaRef(MediaKind.VIDEO, "a.mp4", "video/mp4", 5, "lies")
    network.media[lies.ref] = [bytes(1024 * 1024)] * 17
    assert (await attachment(office, number_id, lies)).problem == "file_too_large"


FULL = {
    "the disk is full": (Limits(reserve_bytes=2**62), "disk_full"),
    "the workspace is full": (Limits(reserve_bytes=0, workspace_bytes=3), "workspace_full"),
}


@pytest.mark.parametrize(("limits", "problem"), FULL.values(), ids=FULL)
async def test_a_file_without_room_waits_for_some_and_its_message_says_so(
    office: Office,
    network: FakeNetwork,
    store: Files,
    start: Start,
    clock: HandClock,
    limits: Limits,
    problem: str,
) -> None:
    number_id = await linked(office, await start())
    roomy, store.room.limits = store.room.limits, limits
    media = MediaRef(MediaKind.IMAGE, "a.jpg", "image/jpeg", 5, "ref")
    network.media[media.ref] = [b"whole"]
    waits = await attachment(office, number_id, media)
    assert (waits.is_stored, waits.problem) == (False, problem)
    store.room.limits = roomy
    looks = count()

    async def nothing_waits() -> bool:
        if next(looks) % 100 == 0:  # the file may be put off a moment after the clock was moved
            clock.advance(timedelta(seconds=6))
        return await waiting(office) == 0

    await until(nothing_waits, "the last command")
    file = await office.run(files.get, waits.uid)
    assert (file.is_stored, file.size) == (True, 5)


BROKEN: dict[str, Callable[[], Exception]] = {
    "no connection": Offline,
    "a torn stream": ConnectionResetError,
}


@pytest.mark.parametrize("problem", BROKEN.values(), ids=BROKEN)
async def test_a_file_that_breaks_off_is_fetched_again(
    office: Office,
    network: FakeNetwork,
    start: Start,
    clock: HandClock,
    problem: Callable[[], Exception],
) -> None:
    number_id = await linked(office, await start())
    file, media = await expect(office)
    network.media[media.ref] = [b"half", problem()]
    await order(office, number_id, Fetch(file.uid, media))

    async def tried_once() -> bool:
        return await attempts(office) == 2

    await until(tried_once, "the first attempt")
    assert not (await office.run(files.get, file.uid)).is_stored
    network.media[media.ref] = [b"whole"]
    clock.advance(timedelta(seconds=6))
    await until_done(office)
    assert (await office.run(files.get, file.uid)).size == 5


async def attempts(office: Office) -> int:
    async with office.db.system_read() as tx:
        most: int = await tx.value(f"SELECT coalesce(max(attempt), 0) {ITEMS}", files.PREVIEW_LANE)
    return most


# Reactions ---------------------------------------------------------------------------------------------------


async def hear(office: Office, number_id: int) -> UUID:
    """A message that came in."""
    event = MessageReceived(KEY.chat, KEY.external_id, office.db.clock.now(), from_me=False, via=Via.CONTACT, text="Hi")
    await office.run(messages.receive, number_id, [event])
    [row] = (await office.rows("tenant.message"))["tenant.message"]
    return UUID(str(row["uid"]))


async def own_reactions(office: Office) -> list[tuple[object, object]]:
    rows = (await office.rows("tenant.reaction"))["tenant.reaction"]
    return [(row["emoji"], row["is_waiting"]) for row in rows]


async def test_reactions_are_brought_in_their_order(office: Office, network: FakeNetwork, start: Start) -> None:
    number_id = await linked(office, await start())
    uid = await hear(office, number_id)
    for emoji in ("👍", None):
        await office.run(messages.set_reaction, uid, emoji)
        await until_done(office)
    assert network.reactions == [(KEY, "👍"), (KEY, None)]
    assert await own_reactions(office) == [(None, False)]


async def test_of_reactions_that_wait_only_the_newest_is_brought(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock
) -> None:
    running = await start()
    number_id = await linked(office, running)
    uid = await hear(office, number_id)
    await running.gateway.stop()
    for emoji in ("👍", "🎉", "❤️"):
        clock.advance(timedelta(seconds=1))
        await office.run(messages.set_reaction, uid, emoji)
    await start()
    await until_done(office)
    assert network.reactions == [(KEY, "❤️")]
    assert await own_reactions(office) == [("❤️", False)]


PASSING: dict[str, Callable[[], Exception]] = {
    "no connection": Offline,
    "too fast": RateLimited,
    "nobody knows": UnknownOutcome,
    "a bug": ZeroDivisionError,
}


@pytest.mark.parametrize("problem", PASSING.values(), ids=PASSING)
async def test_a_reaction_that_does_not_get_through_is_tried_again(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock, problem: Callable[[], Exception]
) -> None:
    number_id = await linked(office, await start())
    uid = await hear(office, number_id)
    network.failing_reactions.append(problem())
    await office.run(messages.set_reaction, uid, "👍")

    async def tried_once() -> bool:
        return await attempts(office) == 2

    await until(tried_once, "the first attempt")
    assert await own_reactions(office) == [("👍", True)]
    clock.advance(timedelta(seconds=6))
    await until_done(office)
    assert network.reactions == [(KEY, "👍")]
    assert await own_reactions(office) == [("👍", False)]


async def test_a_reaction_outlasts_any_loss_of_the_connection(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock
) -> None:
    number_id = await linked(office, await start())
    uid = await hear(office, number_id)
    network.failing_reactions += [Offline() for _ in range(12)]
    await office.run(messages.set_reaction, uid, "👍")
    for attempt in range(2, 14):

        async def tried(so_often: int = attempt) -> bool:
            return await attempts(office) == so_often

        await until(tried, f"attempt {attempt}")
        clock.advance(timedelta(minutes=5, seconds=1))
    await until_done(office)
    assert network.reactions == [(KEY, "👍")]


@pytest.mark.parametrize("problem", [Unsupported, NotLinked])
async def test_a_reaction_that_whatsapp_refuses_does_not_count(
    office: Office, network: FakeNetwork, start: Start, problem: type[Exception]
) -> None:
    number_id = await linked(office, await start())
    uid = await hear(office, number_id)
    network.failing_reactions.append(problem())
    await office.run(messages.set_reaction, uid, "👍")
    await until_done(office)
    assert await own_reactions(office) == [(None, False)]
    facts = (await office.rows("tenant.fact"))["tenant.fact"]
    told = [row["payload"] for row in facts if row["kind"] == "ReactionChanged"]
    assert [fact.get("failure", {}).get("code") for fact in told] == [None, problem.code]  # type: ignore[attr-defined]


async def test_a_reaction_that_waited_for_a_number_that_is_gone_does_not_count(
    office: Office, network: FakeNetwork, start: Start
) -> None:
    running = await start()
    number_id = await linked(office, running)
    uid = await hear(office, number_id)
    await running.gateway.stop()
    await office.run(messages.set_reaction, uid, "👍")
    await office.run(numbers.unlink, number_id)
    await start()
    await until_done(office)
    assert network.reactions == []
    assert await own_reactions(office) == [(None, False)]


async def test_unlinking_ends_the_link_at_whatsapp(office: Office, network: FakeNetwork, start: Start) -> None:
    running = await start()
    number_id = await linked(office, running)
    await office.run(numbers.unlink, number_id)
    await until_done(office)
    assert network.unlinked == [number_id]
    assert running.connector.sessions == set()


async def test_a_late_order_to_unlink_leaves_a_new_link_alone(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock
) -> None:
    """Nobody ran the number while it was unlinked and linked again; the old order must not end the new link."""
    old = await office.link("15550001001", A)
    await office.run(numbers.unlink, old.number.id)
    clock.advance(timedelta(seconds=1))
    await office.link("15550001001", A)
    running = await start()
    await until(lambda: old.number.id in running.connector.sessions)
    await until_done(office)
    assert network.unlinked == []
    assert (await office.run(numbers.get, old.number.id)).is_connected


async def test_read_marks_wait_while_the_number_is_paused(office: Office, network: FakeNetwork, start: Start) -> None:
    running = await start()
    number_id = await linked(office, running)
    await office.run(numbers.pause, number_id)
    await until(lambda: not running.connector.sessions)
    await order(office, number_id, MarkRead([KEY]))
    await office.run(numbers.resume, number_id)
    await until_done(office)
    assert network.read == [KEY]
