"""What happens to messages that are there: edits, revokes, reactions, and calls. A stranger's claims change nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.world import World
from tideline.features import chats, numbers
from tideline.features.chats import Chat, ChatFilter
from tideline.features.messages import Message, MessageType
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    CallEnded,
    GroupChanged,
    GroupMember,
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageRevoked,
    Peer,
    ReactionChanged,
    Via,
)

OWN = "15550100001"
MIRA, OTTO, STRANGER = Peer(phone="15550100234"), Peer(phone="15550100888"), Peer(phone="15559999999")


@dataclass
class Talk:
    """A direct chat and a group, each with a message of Mira's and one of ours."""

    world: World
    number: Number
    direct: Chat
    group: Chat

    async def change(self, *events: MessageEdited | MessageRevoked | ReactionChanged) -> None:
        await self.world.receive(self.number, *events)

    async def message(self, external_id: str) -> Message:
        [row] = await self.world.fetch(
            "SELECT uid FROM tenant.message WHERE workspace = $1 AND external_id = $2", external_id
        )
        return await self.world.message(row["uid"])


@pytest.fixture
async def talk(world: World) -> Talk:
    number = await world.number(OWN, name="Harbour Coffee")
    direct = await world.chat(number, MIRA.phone, name="Mira")
    await world.chat(number, OTTO.phone, name="Otto")
    group = await world.group(number, "Ride", [GroupMember(MIRA, "member"), GroupMember(OTTO, "admin")])
    await world.hear(direct, "Hers", external_id="D1")
    await world.hear(direct, "Ours", external_id="D2", from_me=True, via=Via.PHONE)
    await world.hear(group, "Hers", external_id="G1", sender=MIRA)
    await world.hear(group, "Ours", external_id="G2", from_me=True, via=Via.PHONE)
    return Talk(world, number, direct, group)


# Which message, by whom, in which chat: may it be edited, may it be revoked?
CLAIMS = {
    "the writer": ("D1", MIRA, MIRA, True, True),
    "ourselves": ("D2", None, MIRA, True, True),
    "ourselves by our number": ("D2", Peer(phone=OWN), MIRA, True, True),
    "we, of hers": ("D1", None, MIRA, False, False),
    "she, of ours": ("D2", MIRA, MIRA, False, False),
    "a stranger": ("D1", STRANGER, MIRA, False, False),
    "a stranger in a chat of the stranger's": ("D1", STRANGER, STRANGER, False, False),
    "somebody else we know": ("D1", OTTO, OTTO, False, False),
    "the writer, but in another chat": ("D1", MIRA, Peer(group="1203@g.us"), False, False),
    "a LID that nobody has heard of": ("D1", Peer(lid="777"), Peer(lid="777"), False, False),
    "ourselves, to a LID that nobody has heard of": ("D2", None, Peer(lid="777"), True, True),
    "the writer in a group": ("G1", MIRA, None, True, True),
    "another member": ("G2", MIRA, None, False, False),
    "who leads the group": ("G1", OTTO, None, False, True),
    "we, who own the group": ("G1", None, None, False, True),
    "a stranger in the group": ("G1", STRANGER, None, False, False),
}


@pytest.mark.parametrize(("external_id", "by", "chat", "may_edit", "may_revoke"), CLAIMS.values(), ids=CLAIMS)
async def test_who_may_change_a_message(
    talk: Talk, external_id: str, by: Peer | None, chat: Peer | None, may_edit: bool, may_revoke: bool
) -> None:
    peer, at = chat or talk.group.peer, talk.world.clock.advance()
    before = await talk.message(external_id)
    await talk.change(MessageEdited(peer, external_id, "Changed", at, by=by))
    edited = await talk.message(external_id)
    assert (edited.text, edited.edited_at) == (("Changed", at) if may_edit else (before.text, None))
    await talk.change(MessageRevoked(peer, external_id, at, by=by))
    revoked = await talk.message(external_id)
    assert (revoked.revoked_at == at) is may_revoke
    assert (revoked.text is None) is may_revoke
    assert (
        await talk.world.fact_kinds("MessageEdited", "MessageRevoked")
        == ["MessageEdited"] * may_edit + ["MessageRevoked"] * may_revoke
    )


async def test_an_older_edit_does_not_undo_a_newer_one(talk: Talk) -> None:
    first, second = talk.world.clock.advance(), talk.world.clock.advance()
    await talk.change(MessageEdited(MIRA, "D1", "Second", second, by=MIRA))
    await talk.change(MessageEdited(MIRA, "D1", "First", first, by=MIRA))
    assert (await talk.message("D1")).text == "Second"


async def test_what_was_taken_back_is_gone_with_its_file(talk: Talk) -> None:
    media = MediaRef(MediaKind.IMAGE, "secret.jpg", "image/jpeg", 99, "ref")
    await talk.world.hear(talk.direct, "Look", external_id="D3", media=media)
    at = talk.world.clock.advance()
    revoked = MessageRevoked(MIRA, "D3", at, by=MIRA)
    await talk.change(revoked, MessageEdited(MIRA, "D3", "Back again", at, by=MIRA), revoked)
    message = await talk.message("D3")
    assert (message.text, message.attachment, message.data) == (None, None, {"revoked": True})
    [file] = await talk.world.fetch("SELECT state FROM tenant.file WHERE workspace = $1")
    assert file["state"] == "deleted"
    assert await talk.world.fact_kinds("MessageRevoked", "MessageEdited") == ["MessageRevoked"]


async def test_one_reaction_each_the_latest(talk: Talk) -> None:
    world = talk.world
    await talk.change(
        ReactionChanged(MIRA, "D2", "👍", world.clock.advance(), by=MIRA, push_name="Mira"),
        ReactionChanged(MIRA, "D2", "🎉", world.clock.advance(), by=MIRA),
        ReactionChanged(MIRA, "D2", "❤️", world.clock.advance(), by=None),
    )
    hers, ours = (await talk.message("D2")).reactions
    assert (hers.name, hers.phone, hers.emoji, hers.is_own) == ("Mira", "+15550100234", "🎉", False)
    assert (ours.name, ours.phone, ours.emoji, ours.is_own) == ("Harbour Coffee", f"+{OWN}", "❤️", True)
    assert [message.reactions for message in await world.history(talk.direct)][1] == []
    await talk.change(ReactionChanged(MIRA, "D2", None, world.clock.advance(), by=MIRA))
    assert [reaction.is_own for reaction in (await talk.message("D2")).reactions] == [True]
    told = [payload["reaction"] for _, payload in await world.facts("ReactionChanged")]
    assert [(one["emoji"], one["is_own"]) for one in told] == [("👍", False), ("🎉", False), ("❤️", True), ("", False)]


async def test_a_reaction_that_changes_nothing_is_no_news(talk: Talk) -> None:
    at = talk.world.clock.advance()
    same = ReactionChanged(MIRA, "D1", "👍", at, by=MIRA)
    none = ReactionChanged(MIRA, "D2", None, at, by=MIRA)
    late = ReactionChanged(MIRA, "D1", "👎", talk.world.clock.now().replace(year=2020), by=MIRA)
    await talk.change(same, same, none, late)
    assert [reaction.emoji for reaction in (await talk.message("D1")).reactions] == ["👍"]
    assert len(await talk.world.facts("ReactionChanged")) == 1


REACTORS: dict[str, tuple[str, Peer | None, Callable[[Talk], Peer], bool]] = {
    "a stranger in a direct chat": ("D1", STRANGER, lambda talk: MIRA, False),
    "a stranger in their own chat": ("D1", STRANGER, lambda talk: STRANGER, False),
    "somebody in a group": ("G1", OTTO, lambda talk: talk.group.peer, True),
    "somebody new in a group": ("G1", Peer(phone="15550100777"), lambda talk: talk.group.peer, True),
    "to a message that is not there": ("X9", MIRA, lambda talk: MIRA, False),
}


@pytest.mark.parametrize(("external_id", "by", "chat", "counts"), REACTORS.values(), ids=REACTORS)
async def test_whose_reaction_counts(
    talk: Talk, external_id: str, by: Peer | None, chat: Callable[[Talk], Peer], counts: bool
) -> None:
    await talk.change(ReactionChanged(chat(talk), external_id, "👍", talk.world.clock.advance(), by=by))
    assert len(await talk.world.fetch("SELECT 1 FROM tenant.reaction WHERE workspace = $1")) == counts
    assert len(await talk.world.facts("ReactionChanged")) == counts


async def test_nothing_happens_to_messages_of_another_workspace(talk: Talk, neighbour: World) -> None:
    before = await neighbour.rows("tenant.message", "tenant.reaction", "tenant.chat", "tenant.fact")
    at = talk.world.clock.advance()
    await talk.change(
        MessageEdited(MIRA, "EXT1", "x", at, by=MIRA),
        MessageRevoked(MIRA, "EXT1", at, by=MIRA),
        ReactionChanged(MIRA, "EXT1", "👍", at, by=MIRA),
    )
    assert await neighbour.rows("tenant.message", "tenant.reaction", "tenant.chat", "tenant.fact") == before


# Calls -----------------------------------------------------------------------------------------------------

CALLS = {
    "missed": ("incoming", "missed", "Missed", None, True),
    "answered": ("incoming", "answered", "Answered", 94, False),
    "rejected": ("incoming", "rejected", "Rejected", None, False),
    "ours": ("outgoing", "answered", "Ended", 94, False),
    "ours, not answered": ("outgoing", "missed", "No Answer", None, False),
}


@pytest.mark.parametrize(("direction", "outcome", "status", "duration", "is_news"), CALLS.values(), ids=CALLS)
async def test_a_call_is_in_the_history(
    world: World, direction: str, outcome: str, status: str, duration: int | None, is_news: bool
) -> None:
    chat = await world.chat(read=True, closed=True)
    number = await world.run(numbers.get, chat.number_id)
    call = CallEnded(chat.peer, "C1", direction, outcome, True, 94, world.clock.advance())  # type: ignore[arg-type]
    await world.receive(number, call, call)
    entry = await world.newest(chat)
    assert (entry.type, entry.text, entry.status, entry.from_me) == (
        MessageType.CALL,
        None,
        status,
        direction == "outgoing",
    )
    assert entry.data == {"direction": direction, "outcome": outcome, "is_video": True, "duration": duration}
    after = await world.reload(chat)
    assert after.last_message_uid == entry.uid
    assert (after.is_read, after.is_open) == (not is_news, is_news)
    [(_, payload)] = await world.facts("CallEnded")
    assert payload["call"] == entry.data


async def test_a_call_of_a_stranger_opens_a_chat(world: World) -> None:
    number = await world.number()
    call = CallEnded(STRANGER, "C1", "incoming", "missed", False, 0, world.clock.advance())
    await world.receive(number, call)
    assert await world.listed(is_read=False) == ["+15559999999"]
    assert await world.fact_kinds() == ["ChatOpened", "CallEnded"]


async def test_groups_come_in_with_everything_else(world: World) -> None:
    number = await world.number()
    jid = "120363025550100777@g.us"
    event = GroupChanged(jid, "Wholesale", [GroupMember(MIRA, "admin", name="Mira")], world.clock.advance())
    await world.receive(number, event, world.written(Peer(group=jid), "Hello", sender=MIRA))
    [group] = (await world.run(chats.list_chats, ChatFilter(is_group=True))).items
    assert [member.name for member in group.members] == ["Mira"]
    assert (await world.newest(group)).sender_name == "Mira"
    assert await world.fact_kinds() == ["ChatOpened", "GroupChanged", "MessageReceived"]
