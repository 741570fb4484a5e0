"""From the lane to WhatsApp: at most once, whatever happens in between."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.features.messages.outlet import Outlet
from tests.support.world import NODE, World
from tideline.features import files, messages, numbers
from tideline.features.chats import Chat
from tideline.features.files import Files, Measures, NewFile, Purpose
from tideline.features.messages import Failure, MessageUid
from tideline.features.messages.jobs import Sending
from tideline.features.numbers import LeaseLost
from tideline.features.numbers.port import (
    ColdContactBlocked,
    ConnectorProblem,
    Media,
    MediaKind,
    MessageReceived,
    NotLinked,
    Offline,
    Peer,
    RateLimited,
    Sound,
    StatusChanged,
    UnknownOutcome,
    Via,
)
from tideline.platform import lanes
from tideline.platform.lanes import Held, LaneLost


class Post:
    """A number's lane, the connector behind it, and a worker that takes one turn at a time."""

    def __init__(self, world: World, chat: Chat, files: Files) -> None:
        self.world = world
        self.chat = chat
        self.outlet = Outlet(world.clock)
        self.files = files
        self.sending = Sending(world.db, self.outlet.as_connector(), files, world.lease_of)

    async def claim(self) -> Held | None:
        async with self.world.db.system() as tx:
            helds = await lanes.claim(tx, numbers.SEND_LANE, groups=[self.chat.number_id])
        return helds[0] if helds else None

    async def turn(self) -> bool:
        """Send what is first on the lane; false when nothing is ready."""
        held = await self.claim()
        if held:
            await self.sending(held)
        return held is not None

    async def dies_before(self, held: Held) -> None:
        """Whoever held the lane is gone, and its lease runs out."""
        self.world.clock.advance(timedelta(minutes=5))
        async with self.world.db.system() as tx:
            assert await lanes.expire(tx) >= 1

    async def receive(self, *events: Any) -> None:
        await self.world.run(messages.receive, self.chat.number_id, list(events))

    async def status(self, uid: UUID) -> str:
        return (await self.world.message(uid)).status

    def echo(self, uid: UUID, external_id: str, *, client_ref: bool = True) -> MessageReceived:
        ref = str(uid) if client_ref else None
        return self.world.written(
            self.chat.peer, "Thank you", from_me=True, via=Via.ECHO, external_id=external_id, client_ref=ref
        )

    def receipt(self, external_id: str, status: str, peer: Peer | None = None, **named: Any) -> StatusChanged:
        at = self.world.clock.advance()
        return StatusChanged(peer or self.chat.peer, [external_id], status, at, **named)  # type: ignore[arg-type]


@pytest.fixture
async def post(world: World, tmp_path: Path) -> Post:
    chat = await world.chat(await world.number(), "15550100234", name="Mira")
    return Post(world, chat, Files.in_folder(world.db, tmp_path))


async def test_a_message_goes_out_and_its_receipts_come_back(post: Post) -> None:
    uid = await post.world.send(post.chat, "Thank you")
    assert await post.turn()
    [sent] = post.outlet.sent
    assert (sent.to, sent.text, sent.client_ref) == (post.chat.peer, "Thank you", str(uid))
    assert (sent.account.number_id, sent.account.workspace_id) == (post.chat.number_id, post.world.id)
    assert await post.status(uid) == "Sent"
    await post.receive(post.receipt("OUT1", "delivered"))
    assert await post.status(uid) == "Delivered"
    await post.receive(post.receipt("OUT1", "read"))
    assert await post.status(uid) == "Read"
    steps = await post.world.run(messages.status_history, uid)
    assert [step.status for step in steps] == ["Sent", "Delivered", "Read"]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    told = await post.world.facts("MessageStatusChanged")
    assert [payload["message"]["status"] for _, payload in told] == ["Sent", "Delivered", "Read"]
    assert [payload["status_before"] for _, payload in told] == ["Sending", "Sent", "Delivered"]
    assert not await post.turn()


KINDS: dict[str, tuple[str, MediaKind | None, MediaKind, str]] = {
    "a picture": ("image/png", None, MediaKind.IMAGE, "image/png"),
    "a picture as a document": ("image/png", MediaKind.DOCUMENT, MediaKind.DOCUMENT, "image/png"),
    "sound": ("audio/ogg", None, MediaKind.AUDIO, "audio/ogg"),
    "a voice note": ("audio/ogg", MediaKind.VOICE, MediaKind.VOICE, "audio/ogg; codecs=opus"),
}


@pytest.mark.parametrize(("mimetype", "asked", "kind", "told"), KINDS.values(), ids=KINDS)
async def test_a_file_goes_out_as_it_was_asked(
    post: Post, mimetype: str, asked: MediaKind | None, kind: MediaKind, told: str
) -> None:
    new = NewFile("a.ogg", mimetype, Purpose.UPLOAD, measures=Measures(seconds=6.7, waveform=bytes(64)))
    file = await post.files.save(post.world.id, new, _bytes())
    uid = await post.world.send(post.chat, None, file_uid=file.uid, kind=asked)
    await post.turn()
    [sent] = post.outlet.sent
    assert isinstance(sent.content, Media)
    assert (sent.content.kind, sent.content.mimetype) == (kind, told)
    assert sent.content.sound == (Sound(7, bytes(64)) if kind is MediaKind.VOICE else None)
    assert (await post.world.message(uid)).content == kind
    [(_, fact)] = await post.world.facts("MessageSent")
    assert fact["message"]["content"] == kind


@pytest.mark.parametrize(("seconds", "told"), [(0.02, 1), (0.5, 1), (59.6, 60), (3600.0, 3600)])
async def test_phones_count_whole_seconds(post: Post, seconds: float, told: int) -> None:
    new = NewFile("a.ogg", "audio/ogg", Purpose.UPLOAD, measures=Measures(seconds=seconds, waveform=bytes(64)))
    file = await post.files.save(post.world.id, new, _bytes())
    await post.world.send(post.chat, None, file_uid=file.uid, kind=MediaKind.VOICE)
    await post.turn()
    [sent] = post.outlet.sent
    assert isinstance(sent.content, Media)
    assert sent.content.sound == Sound(told, bytes(64))


async def test_messages_leave_in_the_order_in_which_they_were_queued(post: Post) -> None:
    for n in range(5):
        await post.world.send(post.chat, str(n))
    while await post.turn():
        pass
    assert post.outlet.texts == ["0", "1", "2", "3", "4"]


async def test_a_reply_names_what_it_quotes(post: Post) -> None:
    asked = await post.world.hear(post.chat, "Tuesday?", external_id="IN1")
    await post.world.send(post.chat, "Yes", reply_to=asked.uid)
    await post.turn()
    key = post.outlet.sent[0].reply_to
    assert key
    assert (key.external_id, key.from_me, key.chat) == ("IN1", False, post.chat.peer)


async def test_a_file_goes_out_with_its_bytes(post: Post) -> None:
    async def chunks() -> Any:
        yield b"beans"

    file = await post.files.save(post.world.id, NewFile("beans.jpg", "image/jpeg", Purpose.UPLOAD), chunks())
    await post.world.send(post.chat, "Look", file_uid=file.uid)
    await post.turn()
    content = post.outlet.sent[0].content
    assert isinstance(content, Media)
    assert (content.kind, content.filename, content.size, content.caption) == ("image", "beans.jpg", 5, "Look")
    assert post.outlet.files == [b"beans"]


async def test_a_file_that_is_gone_fails_the_message(post: Post) -> None:
    file = await post.world.file()
    uid = await post.world.send(post.chat, None, file_uid=file.uid)
    await post.world.run(files.delete, file.uid)
    await post.turn()
    assert await post.status(uid) == "Failed"
    assert await post.world.credits_used() == 0
    assert not post.outlet.sent


async def test_a_file_whose_bytes_are_lost_fails_the_message(post: Post) -> None:
    file = await post.files.save(post.world.id, NewFile("a.pdf", "application/pdf", Purpose.UPLOAD), _bytes())
    uid = await post.world.send(post.chat, None, file_uid=file.uid)
    await post.files.objects.remove(file.object_path)
    await post.turn()
    assert (await post.world.message(uid)).failure == Failure("file_not_found", "This file does not exist.")
    assert await post.world.credits_used() == 0
    assert not post.outlet.sent


async def test_a_message_waits_while_the_place_of_its_file_is_away(post: Post) -> None:
    file = await post.files.save(post.world.id, NewFile("a.pdf", "application/pdf", Purpose.UPLOAD), _bytes())
    uid = await post.world.send(post.chat, None, file_uid=file.uid)
    post.outlet.next.append(files.FileStoreAway())
    await post.turn()
    assert await post.status(uid) == "Pending"
    post.world.clock.advance(timedelta(seconds=3))
    await post.turn()
    assert await post.status(uid) == "Sent"
    assert len(post.outlet.sent) == 1


# What goes wrong -----------------------------------------------------------------------------------------------

FINAL = [ColdContactBlocked(), NotLinked()]


@pytest.mark.parametrize("problem", FINAL, ids=lambda problem: problem.code)
async def test_a_final_refusal_fails_the_message_and_gives_the_credits_back(
    post: Post, problem: ConnectorProblem
) -> None:
    file = await post.files.save(post.world.id, NewFile("a.pdf", "application/pdf", Purpose.UPLOAD), _bytes())
    uid = await post.world.send(post.chat, "Hello", file_uid=file.uid)
    assert await post.world.credits_used() == 2
    post.outlet.next.append(problem)
    await post.turn()
    message = await post.world.message(uid)
    assert (message.status, message.failure) == ("Failed", Failure(problem.code, problem.message))
    assert await post.world.credits_used() == 0
    [entry] = await post.world.run(messages.status_history, uid)
    assert (entry.status, entry.failure) == ("Failed", message.failure)
    assert not await post.turn()


async def test_what_waits_for_a_lost_number_fails_at_once_and_not_at_the_pace_of_sending(post: Post) -> None:
    uids = [await post.world.send(post.chat, str(n)) for n in range(3)]
    await post.world.run(lanes.set_group, post.world.id, numbers.SEND_LANE, post.chat.number_id, width=1, gap=(60, 60))
    await post.world.disconnect(await post.world.run(numbers.get, post.chat.number_id))
    while await post.turn():
        pass
    assert [await post.status(uid) for uid in uids] == ["Failed"] * 3
    assert await post.world.credits_used() == 0
    assert not post.outlet.sent


async def _bytes() -> Any:
    yield b"x"


NOT_NOW = {"offline": (Offline(), 2), "rate limited": (RateLimited(), 30)}


@pytest.mark.parametrize(("problem", "seconds"), NOT_NOW.values(), ids=NOT_NOW)
async def test_what_passes_is_tried_again_and_keeps_the_order(
    post: Post, problem: ConnectorProblem, seconds: int
) -> None:
    first, second = await post.world.send(post.chat, "First"), await post.world.send(post.chat, "Second")
    post.outlet.next.append(problem)
    await post.turn()
    assert [await post.status(uid) for uid in (first, second)] == ["Pending", "Pending"]
    assert not await post.turn()
    post.world.clock.advance(timedelta(seconds=seconds))
    while await post.turn():
        pass
    assert post.outlet.texts == ["First", "Second"]
    assert await post.world.credits_used() == 2


UNKNOWN: list[Exception] = [UnknownOutcome(), RuntimeError("a bug in a connector")]


@pytest.mark.parametrize("problem", UNKNOWN, ids=["it says so", "it broke"])
async def test_what_nobody_knows_is_never_sent_again(post: Post, problem: Exception) -> None:
    uid = await post.world.send(post.chat, "Hello")
    post.outlet.next.append(problem)
    await post.turn()
    assert await post.status(uid) == "Sending"
    assert not await post.turn()
    post.world.clock.advance(timedelta(minutes=9))
    assert await post.world.run(messages.settle_unknown, timedelta(minutes=10)) == 0
    post.world.clock.advance(timedelta(minutes=2))
    assert await post.world.run(messages.settle_unknown, timedelta(minutes=10)) == 1
    message = await post.world.message(uid)
    assert (message.status, message.data) == ("Failed", {"outcome": "unknown"})
    assert await post.world.credits_used() == 1
    assert await post.world.run(messages.settle_unknown, timedelta(minutes=10)) == 0
    assert not post.outlet.sent


async def test_an_echo_says_that_whatsapp_has_it_after_all(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    post.outlet.next.append(UnknownOutcome())
    await post.turn()
    post.world.clock.advance(timedelta(minutes=11))
    await post.world.run(messages.settle_unknown, timedelta(minutes=10))
    await post.receive(post.echo(uid, "W1"))
    message = await post.world.message(uid)
    assert (message.status, message.data, message.failure) == ("Sent", {}, None)
    await post.receive(post.receipt("W1", "delivered"))
    assert await post.status(uid) == "Delivered"
    assert await post.world.credits_used() == 1
    assert len(await post.world.history(post.chat)) == 1


async def test_a_crash_before_the_call_is_in_doubt_too(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    held = await post.claim()
    assert held
    post.outlet.open.clear()
    attempt = asyncio.create_task(post.sending(held))
    await post.outlet.entered.wait()
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)
    assert await post.status(uid) == "Sending"
    await post.dies_before(held)
    post.outlet.open.set()
    assert await post.turn()
    assert post.outlet.sent == []
    assert await post.status(uid) == "Sending"
    assert not await post.turn()


async def test_a_crash_before_the_outcome_is_stored_is_healed_by_the_echo(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    held = await post.claim()
    assert held

    async def crash(_: object) -> None:
        raise asyncio.CancelledError

    post.outlet.after_send = crash
    with pytest.raises(asyncio.CancelledError):
        await post.sending(held)
    await post.dies_before(held)
    await post.receive(post.echo(uid, "OUT1"))
    assert await post.status(uid) == "Sent"
    assert await post.turn()
    assert len(post.outlet.sent) == 1
    assert await post.status(uid) == "Sent"


async def test_an_echo_before_the_answer_changes_nothing(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    post.outlet.after_send = lambda _: post.receive(post.echo(uid, "OUT1"))
    await post.turn()
    assert await post.status(uid) == "Sent"
    assert len(await post.world.history(post.chat)) == 1
    assert await post.world.fact_kinds("MessageSent", "MessageStatusChanged") == ["MessageSent", "MessageStatusChanged"]


async def test_an_echo_that_does_not_say_whose_it_is_gives_way(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")

    async def overtaken(_: object) -> None:
        await post.receive(post.echo(uid, "OUT1", client_ref=False), post.receipt("OUT1", "delivered"))

    post.outlet.after_send = overtaken
    await post.turn()
    [message] = await post.world.history(post.chat)
    assert (message.uid, message.status) == (uid, "Delivered")
    assert (await post.world.reload(post.chat)).last_message_uid == uid


def voucher(post: Post, ref: str, external_id: str) -> MessageReceived:
    """What the Business Platform tells of a message: our reference and its own, and nothing else."""
    return post.world.written(
        Peer(phone="15550100999") if external_id == "UNKNOWN" else post.chat.peer,
        None,
        from_me=True,
        via=Via.ECHO,
        external_id=external_id,
        client_ref=ref,
    )


async def test_who_vouches_for_what_is_in_doubt_need_not_repeat_it(post: Post) -> None:
    uid = await post.world.send(post.chat, "Thank you")
    post.outlet.next.append(UnknownOutcome())
    await post.turn()
    await post.receive(voucher(post, str(uid), "W1"), post.receipt("W1", "delivered"))
    [message] = await post.world.history(post.chat)
    assert (message.uid, message.status, message.text) == (uid, "Delivered", "Thank you")


async def test_who_vouches_for_what_we_never_sent_adds_nothing(post: Post) -> None:
    before = await post.world.rows()
    await post.receive(voucher(post, "0193a5b0-7c1e-7000-8000-000000000001", "UNKNOWN"))
    assert await post.world.rows() == before


async def test_an_echo_that_does_not_say_whose_it_is_belongs_to_what_is_in_doubt(post: Post) -> None:
    uid = await post.world.send(post.chat, "Thank you")
    post.outlet.next.append(UnknownOutcome())
    await post.turn()
    await post.receive(post.echo(uid, "W1", client_ref=False))
    await post.receive(post.receipt("W1", "delivered"))
    [message] = await post.world.history(post.chat)
    assert (message.uid, message.status) == (uid, "Delivered")


@pytest.mark.parametrize("text", ["Thank you", "Something else"], ids=["two that could be meant", "another text"])
async def test_an_echo_that_might_mean_something_else_heals_nothing(post: Post, text: str) -> None:
    uids = [await post.world.send(post.chat, one) for one in (text, text)]
    post.outlet.next.extend([UnknownOutcome(), UnknownOutcome()])
    for _ in uids:
        await post.turn()
        post.world.clock.advance(timedelta(seconds=30))
    await post.receive(post.echo(uids[0], "W1", client_ref=False))
    assert [await post.status(uid) for uid in uids] == ["Sending", "Sending"]
    assert len(await post.world.history(post.chat)) == 3


async def test_the_echo_of_what_was_answered_is_not_taken_for_what_is_in_doubt(post: Post) -> None:
    first = await post.world.send(post.chat, "Thank you")
    await post.turn()
    second = await post.world.send(post.chat, "Thank you")
    post.world.clock.advance(timedelta(seconds=30))
    post.outlet.next.append(UnknownOutcome())
    await post.turn()
    await post.receive(post.echo(first, "OUT1", client_ref=False))
    assert [await post.status(uid) for uid in (first, second)] == ["Sent", "Sending"]


async def test_a_receipt_vouches_for_the_one_message_in_doubt(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    post.outlet.next.append(UnknownOutcome())
    await post.turn()
    await post.receive(post.receipt("W1", "delivered"))
    assert await post.status(uid) == "Sending"
    post.world.clock.advance(timedelta(minutes=11))
    assert await post.world.run(messages.settle_unknown, timedelta(minutes=10)) == 0
    assert await post.status(uid) == "Delivered"
    await post.receive(post.receipt("W1", "read"))
    assert await post.status(uid) == "Read"


async def test_a_receipt_vouches_for_nothing_where_two_are_in_doubt(post: Post) -> None:
    uids = [await post.world.send(post.chat, "Hello") for _ in range(2)]
    post.outlet.next.extend([UnknownOutcome(), UnknownOutcome()])
    for _ in uids:
        await post.turn()
        post.world.clock.advance(timedelta(seconds=30))
    await post.receive(post.receipt("W1", "delivered"))
    post.world.clock.advance(timedelta(minutes=11))
    assert await post.world.run(messages.settle_unknown, timedelta(minutes=10)) == 2


async def test_receipts_that_overtake_the_answer_are_kept(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")

    async def overtaken(_: object) -> None:
        await post.receive(post.receipt("OUT1", "read"), post.receipt("OUT1", "delivered"))
        assert await post.status(uid) == "Sending"

    post.outlet.after_send = overtaken
    await post.turn()
    assert await post.status(uid) == "Read"
    assert not await post.world.fetch("SELECT 1 FROM tenant.early_receipt WHERE workspace = $1")


async def test_an_early_receipt_of_a_stranger_is_not_kept(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")

    async def overtaken(_: object) -> None:
        await post.receive(post.receipt("OUT1", "read", Peer(phone="15559999999")))

    post.outlet.after_send = overtaken
    await post.turn()
    assert await post.status(uid) == "Sent"


async def test_receipts_while_the_answer_is_being_stored_are_not_lost(post: Post) -> None:
    """Whichever of the two transactions comes first, the other one sees what it did."""
    racing: list[asyncio.Task[None]] = []
    post.outlet.after_send = lambda sent: racing.append(
        asyncio.create_task(post.receive(post.receipt(f"OUT{len(post.outlet.sent)}", "delivered")))
    )
    uids = [await post.world.send(post.chat, str(n)) for n in range(10)]
    while await post.turn():
        pass
    await asyncio.gather(*racing)
    assert [await post.status(uid) for uid in uids] == ["Delivered"] * 10


async def test_receipts_for_what_was_sent_before_the_number_was_linked_are_forgotten(post: Post) -> None:
    before = await post.world.rows("tenant.message", "tenant.early_receipt", "tenant.fact")
    await post.receive(post.receipt("OLD1", "read"))
    assert await post.world.rows("tenant.message", "tenant.early_receipt", "tenant.fact") == before


async def test_whatsapp_can_take_a_message_back(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    await post.turn()
    await post.receive(post.receipt("OUT1", "failed", error="463"))
    message = await post.world.message(uid)
    assert (message.status, message.failure and message.failure.code) == ("Failed", "463")
    assert await post.world.credits_used() == 0
    await post.receive(post.receipt("OUT1", "failed", error="463"))
    assert await post.world.credits_used() == 0


RECEIPTS: dict[str, tuple[Peer, bool]] = {
    "the contact": (Peer(phone="15550100234"), True),
    "a LID that we have not heard of": (Peer(lid="777"), True),
    "another phone": (Peer(phone="15559999999"), False),
    "another contact": (Peer(phone="15550100888"), False),
    "another contact's LID": (Peer(lid="888"), False),
    "a group": (Peer(group="1203@g.us"), False),
}


@pytest.mark.parametrize(("peer", "counts"), RECEIPTS.values(), ids=RECEIPTS)
async def test_whose_receipt_counts(post: Post, peer: Peer, counts: bool) -> None:
    number = await post.world.run(numbers.get, post.chat.number_id)
    await post.world.chat(number, "15550100888", lid="888")
    uid = await post.world.send(post.chat, "Hello")
    await post.turn()
    await post.receive(post.receipt("OUT1", "read", peer))
    assert (await post.status(uid) == "Read") is counts


async def test_a_receipt_of_another_workspace_changes_nothing(post: Post, neighbour: World) -> None:
    uid = await post.world.send(post.chat, "Hello")
    await post.turn()
    number = await neighbour.number()
    chat = await neighbour.chat(number, "15550100234")
    await neighbour.run(
        messages.receive,
        number.id,
        [
            StatusChanged(chat.peer, ["OUT1"], "read", post.world.clock.advance()),
            neighbour.written(chat.peer, "x", from_me=True, via=Via.ECHO, client_ref=str(uid)),
        ],
    )
    assert await post.status(uid) == "Sent"
    assert (await neighbour.newest(chat)).uid != uid


# Who may send --------------------------------------------------------------------------------------------------


async def test_a_gateway_that_lost_the_number_sends_nothing(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    stale = post.world.leases[post.chat.number_id]

    async def take_over(tx: Any) -> None:
        await tx.execute(
            "UPDATE directory.number_lease SET epoch = epoch + 1 WHERE workspace = $1 AND number_id = $2",
            tx.workspace_id,
            stale.number_id,
        )

    await post.world.run(take_over)
    await post.turn()
    assert post.outlet.sent == []
    assert await post.status(uid) == "Pending"
    post.world.leases[post.chat.number_id] = replace(stale, epoch=stale.epoch + 1, node=NODE)
    await post.turn()
    assert await post.status(uid) == "Sent"


async def test_a_gateway_without_a_lease_leaves_the_message_to_its_owner(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")

    def lost(_: int) -> Any:
        raise LeaseLost

    held = await post.claim()
    assert held
    await Sending(post.world.db, post.outlet.as_connector(), post.files, lost)(held)
    assert await post.status(uid) == "Pending"
    await post.turn()
    assert await post.status(uid) == "Sent"


async def test_what_was_sent_is_stored_even_when_the_lane_is_anothers_by_then(post: Post) -> None:
    uid = await post.world.send(post.chat, "Hello")
    held = await post.claim()
    assert held
    seen: list[Held | None] = []

    async def lane_lost(_: object) -> None:
        await post.dies_before(held)
        seen.append(await post.claim())

    post.outlet.after_send = lane_lost
    with pytest.raises(LaneLost):
        await post.sending(held)
    assert await post.status(uid) == "Sent"
    [other] = seen
    assert other
    await post.sending(other)
    assert len(post.outlet.sent) == 1
    assert not await post.turn()


async def test_an_item_without_a_message_is_passed_over(post: Post) -> None:
    await post.world.send(post.chat, "Hello")
    uid = MessageUid(UUID(int=9))
    change: Callable[..., Any] = post.world.execute
    await change(
        "UPDATE lanes.item SET payload = $2 WHERE lane_id IN (SELECT id FROM lanes.lane WHERE workspace = $1)",
        {"uid": str(uid)},
    )
    assert await post.turn()
    assert not await post.turn()
