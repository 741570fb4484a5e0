"""Linked numbers' words: WhatsApp's messages as events of the port, and whom to believe. Tables, no client."""

import importlib.util
from datetime import UTC, datetime
from typing import Any

import pytest

if not importlib.util.find_spec("neonize"):
    pytest.skip("the extra `linked` is not installed", allow_module_level=True)

from tideline.connectors.linked import decode, encode
from tideline.connectors.linked.decode import MESSAGE, RECEIPT, Reader
from tideline.connectors.linked.media import Seal
from tideline.connectors.linked.people import People
from tideline.connectors.linked.problems import problem_of
from tideline.connectors.linked.protobufs import common, e2e, history, neonize, web
from tideline.features.numbers.port import (
    AccountState,
    ColdContactBlocked,
    HistoryChunk,
    IdentityLinked,
    MessageEdited,
    MessageKey,
    MessageReceived,
    MessageRevoked,
    Offline,
    Peer,
    RateLimited,
    ReactionChanged,
    ReadOnPhone,
    RecipientNotOnWhatsApp,
    StatusChanged,
    UnknownOutcome,
    Unsupported,
    Via,
)

SHOP, ANA, BO = "15550001001", "15550002002", "15550003003"
LIDS = {SHOP: "111", ANA: "222", BO: "333"}
AT = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
GROUP = "120363000000000001"


@pytest.fixture
def reader() -> Reader:
    return Reader(People(SHOP, LIDS[SHOP]), Seal(b"secret").sign)


def jid(user: str = "", server: str = "s.whatsapp.net") -> Any:
    return neonize.JID(User=user, RawAgent=0, Device=0, Integrator=0, Server=server if user else "", IsEmpty=not user)


def source(author: str, chat: str = ANA, *, group: bool = False) -> Any:
    is_own = author == SHOP
    return neonize.MessageSource(
        Chat=jid(GROUP, "g.us") if group else jid(LIDS[chat], "lid"),
        Sender=jid(LIDS[author], "lid"),
        IsFromMe=is_own,
        IsGroup=group,
        AddressingMode=2,
        SenderAlt=jid(author),
        RecipientAlt=jid(chat) if is_own and not group else jid(),
        BroadcastListOwner=jid(),
    )


def message(content: Any, author: str = ANA, chat: str = ANA, *, group: bool = False, edit: str = "") -> bytes:
    info = neonize.MessageInfo(
        MessageSource=source(author, chat, group=group), ID="M1", ServerID=0, Type="text", Pushname="Ana",
        Timestamp=int(AT.timestamp() * 1000), Category="", Multicast=False, MediaType="", Edit=edit,
    )  # fmt: skip
    return bytes(neonize.Message(Info=info, Message=content).SerializePartialToString())


def read(reader: Reader, raw: bytes, kind: int = MESSAGE) -> list[Any]:
    return [event for event in reader.read(kind, raw) if not isinstance(event, IdentityLinked)]


def change(kind: str, *, from_me: bool, participant: str = "", text: str = "") -> Any:
    key = common.MessageKey(remoteJID=f"{BO}@s.whatsapp.net", fromMe=from_me, ID="M0", participant=participant)
    told = e2e.ProtocolMessage(key=key, type=e2e.ProtocolMessage.Type.Value(kind))
    if text:
        told.editedMessage.CopyFrom(e2e.Message(conversation=text))
    return e2e.Message(protocolMessage=told)


def test_a_text_comes_with_who_wrote_it_where_and_when(reader: Reader) -> None:
    events = reader.read(MESSAGE, message(e2e.Message(conversation="Hola")))
    assert events == [
        MessageReceived(Peer(phone=ANA), "M1", AT, False, Via.CONTACT, "Hola", push_name="Ana"),
        IdentityLinked(ANA, LIDS[ANA], "Ana"),
    ]


def test_what_the_owner_types_on_the_phone_is_an_own_message_in_the_chat_of_the_other(reader: Reader) -> None:
    [event] = read(reader, message(e2e.Message(conversation="On my way"), author=SHOP))
    assert (event.chat, event.from_me, event.via, event.push_name) == (Peer(phone=ANA), True, Via.PHONE, None)


UNKNOWN = {
    "a poll": (e2e.Message(pollCreationMessage=e2e.PollCreationMessage(name="Where?")), "pollCreation"),
    "an order": (e2e.Message(orderMessage=e2e.OrderMessage(orderID="1")), "order"),
}


@pytest.mark.parametrize(("content", "kind"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_shown_is_kept_by_its_name(reader: Reader, content: Any, kind: str) -> None:
    [event] = read(reader, message(content))
    assert (event.text, event.media, event.unsupported) == (None, None, kind)


QUAY = e2e.LocationMessage(degreesLatitude=41.5, degreesLongitude=-8.25, name="Quay", address="Row 12")
CARD = "BEGIN:VCARD\nFN:Bo\nitem1.TEL;waid=4930111:+49 30 111\nTEL:112\nEND:VCARD"
BO_CARD, AL_CARD = e2e.ContactMessage(displayName="Bo", vcard=CARD), e2e.ContactMessage(displayName="Al")
READ_AS_TEXT = {
    "a place": (e2e.Message(locationMessage=QUAY), "Quay\nRow 12\nhttps://maps.google.com/?q=41.5,-8.25"),
    "a place without a name": (
        e2e.Message(locationMessage=e2e.LocationMessage(degreesLatitude=1.0)),
        "https://maps.google.com/?q=1,0",
    ),
    "where somebody walks": (
        e2e.Message(liveLocationMessage=e2e.LiveLocationMessage(degreesLatitude=1.0, caption="Here")),
        "Here\nhttps://maps.google.com/?q=1,0",
    ),
    "a card": (e2e.Message(contactMessage=BO_CARD), "Bo +49 30 111 112"),
    "two cards": (
        e2e.Message(
            contactsArrayMessage=e2e.ContactsArrayMessage(contacts=[BO_CARD, e2e.ContactMessage(displayName="Al")])
        ),
        "Bo +49 30 111 112\nAl",
    ),
}


@pytest.mark.parametrize(("content", "text"), READ_AS_TEXT.values(), ids=READ_AS_TEXT)
def test_places_and_cards_are_read_as_text(reader: Reader, content: Any, text: str) -> None:
    [event] = read(reader, message(content))
    assert (event.text, event.unsupported) == (text, None)


NOTHING = {
    "keys for a group": e2e.Message(senderKeyDistributionMessage=e2e.SenderKeyDistributionMessage(groupID="g")),
    "talk between devices": change("APP_STATE_SYNC_KEY_SHARE", from_me=True),
    "a history that a stranger sends": e2e.Message(
        protocolMessage=e2e.ProtocolMessage(
            type=e2e.ProtocolMessage.HISTORY_SYNC_NOTIFICATION, historySyncNotification=e2e.HistorySyncNotification()
        )
    ),
    "an edit of what we wrote": change("MESSAGE_EDIT", from_me=False, text="We owe you money"),
    "a revoke of what we wrote": change("REVOKE", from_me=False),
    "an edit of nothing": e2e.Message(editedMessage=e2e.FutureProofMessage(message=e2e.Message(conversation="?"))),
}


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING)
def test_a_contact_is_not_believed_what_it_cannot_say(reader: Reader, content: Any) -> None:
    assert read(reader, message(content)) == []


def test_a_contact_changes_its_own_messages_in_its_own_chat(reader: Reader) -> None:
    edited = read(reader, message(change("MESSAGE_EDIT", from_me=True, text="At 9")))
    assert edited == [MessageEdited(Peer(phone=ANA), "M0", "At 9", AT, Peer(phone=ANA))]
    revoked = read(reader, message(change("REVOKE", from_me=True)))
    assert revoked == [MessageRevoked(Peer(phone=ANA), "M0", AT, Peer(phone=ANA))]


IN_GROUPS = {
    "one's own": (change("REVOKE", from_me=False, participant=f"{LIDS[ANA]}@lid"), "", True),
    "somebody else's": (change("REVOKE", from_me=False, participant=f"{LIDS[BO]}@lid"), "", False),
    "somebody else's, as an admin": (change("REVOKE", from_me=False, participant=f"{LIDS[BO]}@lid"), "8", True),
    "an edit of somebody else's": (
        change("MESSAGE_EDIT", from_me=False, participant=f"{LIDS[BO]}@lid", text="I pay"), "8", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "edit", "believed"), IN_GROUPS.values(), ids=IN_GROUPS)
def test_in_a_group_people_change_their_own_messages(reader: Reader, content: Any, edit: str, believed: bool) -> None:
    assert bool(read(reader, message(content, group=True, edit=edit))) is believed


def test_a_message_in_the_chat_of_somebody_else_is_not_believed(reader: Reader) -> None:
    assert read(reader, message(e2e.Message(conversation="I am Bo"), author=ANA, chat=BO)) == []


def test_an_own_message_is_believed_only_from_the_own_account(reader: Reader) -> None:
    event = neonize.Message.FromString(message(e2e.Message(conversation="I am you")))
    event.Info.MessageSource.IsFromMe = True
    assert read(reader, event.SerializePartialToString()) == []


def test_statuses_and_channels_are_not_talk(reader: Reader) -> None:
    event = neonize.Message.FromString(message(e2e.Message(conversation="My day")))
    for user, server in (("status", "broadcast"), ("123", "newsletter")):
        event.Info.MessageSource.Chat.CopyFrom(jid(user, server))
        assert read(reader, event.SerializePartialToString()) == []


def test_a_reaction_tells_whose_and_is_taken_back_by_an_empty_one(reader: Reader) -> None:
    def reaction(emoji: str) -> Any:
        key = common.MessageKey(remoteJID="x", fromMe=False, ID="M0")
        return e2e.Message(reactionMessage=e2e.ReactionMessage(key=key, text=emoji))

    assert read(reader, message(reaction("❤️"))) == [
        ReactionChanged(Peer(phone=ANA), "M0", "❤️", AT, Peer(phone=ANA), "Ana")
    ]
    [gone] = read(reader, message(reaction("")))
    assert gone.emoji is None


def receipt(kind: int, author: str = ANA, *, group: bool = False) -> bytes:
    told = neonize.Receipt(
        MessageSource=source(author, group=group), MessageIDs=["M0", "M1"], Timestamp=int(AT.timestamp()), Type=kind
    )
    return bytes(told.SerializePartialToString())


RECEIPTS = {1: "delivered", 9: "delivered", 4: "read", 6: "read"}


@pytest.mark.parametrize(("kind", "status"), RECEIPTS.items(), ids=map(str, RECEIPTS))
def test_receipts_say_how_far_messages_came(reader: Reader, kind: int, status: Any) -> None:
    reader.people.known[LIDS[ANA]] = ANA
    assert read(reader, receipt(kind), RECEIPT) == [StatusChanged(Peer(phone=ANA), ["M0", "M1"], status, AT)]


@pytest.mark.parametrize("kind", [2, 3, 8, 10, 11])
def test_other_receipts_say_nothing(reader: Reader, kind: int) -> None:
    assert read(reader, receipt(kind), RECEIPT) == []


def test_what_is_read_on_the_phone_is_read(reader: Reader) -> None:
    reader.people.known[LIDS[ANA]] = ANA
    assert read(reader, receipt(5, SHOP), RECEIPT) == [ReadOnPhone(Peer(phone=ANA), AT)]
    assert read(reader, receipt(5, ANA), RECEIPT) == []


def test_in_a_group_a_message_is_read_when_all_have_read_it(reader: Reader) -> None:
    reader.people.known |= {LIDS[ANA]: ANA, LIDS[BO]: BO}
    for one in ("M0", "M1"):
        reader.reach.expect(one, [Peer(phone=ANA), Peer(phone=BO)])
    seen = [
        [event.status for event in read(reader, receipt(kind, who, group=True), RECEIPT)]
        for kind, who in ((1, ANA), (4, ANA), (1, BO), (4, BO), (4, BO))
    ]
    assert seen == [[], [], ["delivered"], ["read"], []]


def test_history_is_in_chunks_in_the_order_of_its_time(reader: Reader) -> None:
    def past(n: int) -> Any:
        key = common.MessageKey(remoteJID=f"{ANA}@s.whatsapp.net", fromMe=n % 2 == 0, ID=f"H{n}")
        info = web.WebMessageInfo(
            key=key, message=e2e.Message(conversation=f"{n}"), messageTimestamp=1_700_000_000 + n, pushName="Ana"
        )
        return history.HistorySyncMsg(message=info)

    chat = history.Conversation(
        ID=f"{ANA}@s.whatsapp.net", name="Ana from work", messages=[past(n) for n in range(1_100, 0, -1)]
    )
    told = history.HistorySync(syncType=history.HistorySync.FULL, conversations=[chat])
    chunks = reader.read(decode.HISTORY, neonize.HistorySync(Data=told).SerializePartialToString())
    assert all(isinstance(chunk, HistoryChunk) for chunk in chunks)
    assert [len(chunk.messages) for chunk in chunks] == [500, 500, 100]  # type: ignore[union-attr]
    assert [one.text for chunk in chunks for one in chunk.messages] == [str(n) for n in range(1, 1_101)]  # type: ignore[union-attr]
    assert [name.name for name in chunks[0].names] == ["Ana from work"]  # type: ignore[union-attr]


def test_a_ban_says_why_and_until_when() -> None:
    raw = neonize.TemporaryBan(Code=4, Expire=3_600_000_000_000).SerializeToString()
    state = decode.state_of(decode.BANNED, raw)
    assert state
    assert state.until
    assert state.state is AccountState.BANNED
    assert "same message" in (state.reason or "")
    assert 3500 < (state.until - datetime.now(UTC)).total_seconds() <= 3600


@pytest.mark.parametrize("garbage", [b"", b"\x00", b"\xff" * 50])
def test_garbage_is_an_error_or_nothing(reader: Reader, garbage: bytes) -> None:
    for kind in decode.SPOOLED:
        try:
            assert reader.read(kind, garbage) is not None
        except Exception as problem:
            assert "parsing message" in str(problem).lower() or "required" in str(problem).lower(), problem  # noqa: PT017


SAID = {
    "server returned error 463": ColdContactBlocked,
    "server returned error 429": RateLimited,
    "server returned error 404": RecipientNotOnWhatsApp,
    "server returned error 499": Unsupported,
    "no LID found for 15550002002@s.whatsapp.net from server": RecipientNotOnWhatsApp,
    "failed to get group members: that group does not exist": RecipientNotOnWhatsApp,
    "websocket not connected": Offline,
    "failed to get device list: failed to send usync query": Offline,
    "timed out waiting for message send response": UnknownOutcome,
    "websocket disconnected before info query returned response": UnknownOutcome,
    "something new": UnknownOutcome,
}


@pytest.mark.parametrize(("said", "problem"), SAID.items(), ids=SAID)
def test_what_the_library_says_is_a_problem_of_the_port(said: str, problem: type[Exception]) -> None:
    assert type(problem_of(said)) is problem


def test_a_quote_names_the_author_and_a_reaction_its_message() -> None:
    people = People(SHOP, LIDS[SHOP])
    theirs = MessageKey(Peer(phone=ANA), "M0", from_me=False)
    own = MessageKey(Peer(phone=ANA), "M0", from_me=True)
    assert encode.quote(theirs, people).participant == f"{ANA}@s.whatsapp.net"
    assert encode.quote(own, people).participant == f"{SHOP}@s.whatsapp.net"
    in_group = MessageKey(Peer(group=f"{GROUP}@g.us"), "M0", from_me=False, sender=Peer(lid=LIDS[BO]))
    key = encode.reaction(in_group, "👍").reactionMessage.key
    assert (key.remoteJID, key.participant, key.fromMe) == (f"{GROUP}@g.us", f"{LIDS[BO]}@lid", False)


def test_a_ref_is_good_for_the_number_that_gave_it_only() -> None:
    ref = Seal(b"mine").sign(b"keys of a file")
    assert Seal(b"mine").open(ref) == b"keys of a file"
    for other in (Seal(b"theirs").open(ref), Seal(b"mine").open(ref[:-4]), Seal(b"mine").open("²")):
        assert other is None
