"""Whatever strangers claim about messages that are not theirs: nothing changes. The claims are made up at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.features.messages.test_happenings import MIRA, OTTO, OWN, STRANGER, Talk, talk
from tests.support.world import START, World
from tideline.features import chats
from tideline.features.numbers.port import (
    AccountEvent,
    HistoryChunk,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    StatusChanged,
    Via,
)

__all__ = ["talk"]

US = Peer(phone=OWN)
NOBODY = Peer(lid="777000777")
RIDE = "the group"  # its address is made up when the test begins
IN_DIRECT, IN_GROUP = ("D1", "D2"), ("G1", "G2")
OURS = ("D2", "G2")
PEOPLE: Sequence[Peer | None] = (None, US, MIRA, OTTO, STRANGER, NOBODY)
CHATS: Sequence[Peer | str] = (MIRA, OTTO, STRANGER, NOBODY, RIDE, Peer(group="120363999999999999@g.us"))


@dataclass(frozen=True)
class Claim:
    """Somebody says something about a message, and where it stands."""

    kind: str
    external_id: str
    by: Peer | None
    chat: Peer | str

    @property
    def is_ours(self) -> bool:
        return self.by in (None, US)

    @property
    def may_be_here(self) -> bool:
        """Is the message in this chat? Of its own messages the phone may name the other side by an unknown address."""
        if self.external_id in IN_GROUP:
            return self.chat == RIDE
        return self.chat == MIRA or (self.chat == NOBODY and (self.is_ours or self.kind == "receipt"))

    @property
    def is_author(self) -> bool:
        return self.is_ours if self.external_id in OURS else self.by == MIRA

    @property
    def is_true(self) -> bool:
        if not self.may_be_here:
            return False
        match self.kind:
            case "edit":
                return self.is_author
            case "revoke":
                leads = self.chat == RIDE and (self.is_ours or self.by == OTTO)
                return self.is_author or leads
            case "reaction":
                return self.is_ours or self.chat == RIDE or self.by == MIRA
            case _:
                return self.external_id in OURS

    def event(self, talk: Talk) -> AccountEvent:
        at = talk.world.clock.now() + timedelta(seconds=5)
        chat = talk.group.peer if isinstance(self.chat, str) else self.chat
        match self.kind:
            case "edit":
                return MessageEdited(chat, self.external_id, "Pay to this account", at, by=self.by)
            case "revoke":
                return MessageRevoked(chat, self.external_id, at, by=self.by)
            case "reaction":
                return ReactionChanged(chat, self.external_id, "💩", at, by=self.by)
            case _:
                return StatusChanged(chat, [self.external_id], "read", at)


claims = st.builds(
    Claim,
    st.sampled_from(["edit", "revoke", "reaction", "receipt"]),
    st.sampled_from([*IN_DIRECT, *IN_GROUP, "UNKNOWN"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(CHATS),
)
lies = claims.filter(lambda claim: not claim.is_true)
TABLES = ("tenant.message", "tenant.reaction", "tenant.chat", "tenant.fact", "tenant.early_receipt")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(lies, min_size=1, max_size=12))
async def test_a_lie_changes_nothing(talk: Talk, told: list[Claim]) -> None:
    before = await talk.world.rows(*TABLES)
    await talk.world.receive(talk.number, *(claim.event(talk) for claim in told))
    assert await talk.world.rows(*TABLES) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(claims, min_size=1, max_size=12))
async def test_among_truths_and_lies_only_the_truths_count(talk: Talk, told: list[Claim]) -> None:
    """Told together or without the lies, what is there afterwards is the same."""
    await _forget(talk)
    await talk.world.receive(talk.number, *(claim.event(talk) for claim in told))
    with_lies = await _shown(talk)
    await _forget(talk)
    await talk.world.receive(talk.number, *(claim.event(talk) for claim in told if claim.is_true))
    assert await _shown(talk) == with_lies


async def _forget(talk: Talk) -> None:
    """The messages as they were at first."""
    await talk.world.execute("DELETE FROM tenant.reaction WHERE workspace = $1")
    await talk.world.execute(
        """
        UPDATE tenant.message SET text = 'As it was', edited_at = NULL, revoked_at = NULL, data = '{}', read_at = NULL,
            delivered_at = NULL, status = CASE WHEN from_me THEN 'Sent' ELSE 'Delivered' END
        WHERE workspace = $1
        """
    )


async def _shown(talk: Talk) -> object:
    messages = await talk.world.fetch(
        """
        SELECT external_id, text, edited_at, revoked_at, status FROM tenant.message
        WHERE workspace = $1 ORDER BY external_id
        """
    )
    reactions = await talk.world.fetch(
        "SELECT m.external_id, r.person = 'own' AS is_own, r.emoji FROM tenant.reaction r "
        "JOIN tenant.message m ON m.workspace = r.workspace AND m.uid = r.message_uid "
        "WHERE r.workspace = $1 ORDER BY 1, 2, r.person"
    )
    return [tuple(row) for row in messages], [tuple(row) for row in reactions]


FORGED = {
    "an own message that somebody else wrote": {"from_me": True, "via": Via.PHONE, "sender": MIRA},
    "an own message that a stranger wrote": {"from_me": True, "via": Via.ECHO, "sender": STRANGER},
    "an own message of the one we talk with": {"chat": NOBODY, "from_me": True, "via": Via.PHONE, "sender": NOBODY},
    "a message in a chat of two by a third": {"from_me": False, "via": Via.CONTACT, "sender": OTTO},
    "a message of a group in a chat of two": {
        "from_me": False,
        "via": Via.CONTACT,
        "sender": Peer(group="120363999999999999@g.us"),
    },
    "a contact's message that we wrote": {"from_me": False, "via": Via.CONTACT, "sender": US},
}


@pytest.mark.parametrize("is_history", [False, True], ids=["news", "history"])
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_a_message_that_cannot_be_is_not_kept(talk: Talk, forged: dict[str, object], is_history: bool) -> None:
    values = {
        "chat": MIRA,
        "external_id": "FORGED",
        "at": START - timedelta(days=1),
        "text": "We owe you 500",
        **forged,
    }
    message = MessageReceived(**values)  # type: ignore[arg-type]
    before = await talk.world.rows(*TABLES)
    await talk.world.receive(talk.number, HistoryChunk([message]) if is_history else message)
    assert await talk.world.rows(*TABLES) == before


async def test_a_group_message_that_says_it_is_ours_is_not_kept(talk: Talk) -> None:
    before = await talk.world.rows(*TABLES)
    await talk.world.receive(
        talk.number, talk.world.typed(talk.group.peer, "I resign", sender=OTTO), talk.world.typed(MIRA, sender=STRANGER)
    )
    assert await talk.world.rows(*TABLES) == before


async def test_a_note_to_oneself_is_kept(world: World) -> None:
    number = await world.number("15550100009", lid="880099")
    us = Peer(phone="15550100009", lid="880099")
    await world.receive(number, world.typed(us, "Buy milk", sender=us), world.typed(Peer(lid="880099"), "And beans"))
    [chat] = (await world.run(chats.list_chats)).items
    assert [one.text for one in await world.history(chat)] == ["And beans", "Buy milk"]


async def test_an_own_message_may_name_us(talk: Talk) -> None:
    await talk.world.receive(
        talk.number,
        talk.world.typed(MIRA, "By phone", sender=US),
        talk.world.typed(MIRA, "By a LID that is news", sender=Peer(lid="880088")),
    )
    assert [one.text for one in await talk.world.history(talk.direct)][:2] == ["By a LID that is news", "By phone"]
