"""What WhatsApp says, in the words of the port. No I/O: what has to be asked for is asked for beforehand or afterwards.

A message is believed only where its sender could have said it: who wrote and in which chat is what the server stamped
on the envelope, never what the content claims. A contact can edit and revoke what that contact wrote, in the chat it
was written in; history and own messages come from the number's own phone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from tideline.connectors.linked import media
from tideline.connectors.linked.people import GROUPS, HIDDEN, People
from tideline.connectors.linked.protobufs import e2e, history, neonize
from tideline.connectors.linked.reach import Reach, Reached
from tideline.features.numbers.port import (
    HISTORY_CHUNK,
    AccountEvent,
    AccountState,
    CallEnded,
    GroupChanged,
    GroupMember,
    HistoryChunk,
    IdentityLinked,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Named,
    Peer,
    PictureChanged,
    ReactionChanged,
    ReadOnPhone,
    StateChanged,
    StatusChanged,
    Via,
)

# The numbers under which neonize hands events over.
PAIRED, CONNECTED, LOGGED_OUT, REPLACED, BANNED, CONNECT_FAILURE, OUTDATED = 2, 3, 6, 7, 8, 9, 10
DISCONNECTED, HISTORY, MESSAGE, RECEIPT, JOINED, GROUP, PICTURE, OFFLINE_DONE = 12, 13, 17, 18, 21, 22, 23, 27
CALL_OFFER, CALL_ACCEPT, CALL_NOTICE, CALL_END, UNDECRYPTABLE = 36, 37, 40, 42, 44

SPOOLED: Final = (HISTORY, MESSAGE, RECEIPT, JOINED, GROUP, PICTURE, CALL_OFFER, CALL_ACCEPT, CALL_NOTICE, CALL_END,
                  UNDECRYPTABLE)  # fmt: skip
"""Events that carry something for the server; those about the connection are `states.py`'s."""

CHUNK_TEXT: Final = 500_000
LONGEST_TEXT: Final = 65_536
OWN_WORDS: Final = ("senderKeyDistributionMessage", "messageContextInfo", "fastRatchetKeySenderKeyDistributionMessage")
"""Parts of a message that are not for people."""

WRAPPERS: Final = (
    "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
    "documentWithCaptionMessage", "editedMessage", "groupMentionedMessage", "lottieStickerMessage",
    "associatedChildMessage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskForGroup:
    """A group changed; how it is now has to be asked for."""

    jid: str
    at: datetime


@dataclass(slots=True)
class Call:
    """A call that has begun."""

    is_video: bool
    answered_at: datetime | None = None


@dataclass(slots=True)
class Reader:
    """Turns records into events. Keeps what spans several of them: who is who, and which calls are going on."""

    people: People
    sign: Callable[[bytes], str]
    calls: dict[str, Call] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    groups: dict[str, GroupChanged] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)

    def read(self, kind: int, raw: bytes) -> list[AccountEvent | AskForGroup]:
        found = READERS.get(kind)
        if found is None:
            return []
        return list(found[1](self, found[0].FromString(raw)))

    def keep(self, group: GroupChanged) -> GroupChanged:
        """Remember how a group is, for what is said of it later."""
        self.groups[group.group] = group
        self.subjects[group.group] = group.subject
        return group

    def missing(self, kind: int, raw: bytes) -> set[str]:
        """LIDs in an event whose phones are not known yet. Most messages bring both themselves."""
        if kind not in ADDRESSES:
            return set()
        event = READERS[kind][0].FromString(raw)
        jids = ADDRESSES[kind](event)
        return {jid.User for jid in jids if jid.Server in HIDDEN and jid.User and jid.User not in self.people.known}


def moment(stamp: int) -> datetime:
    """WhatsApp's time, in seconds or in milliseconds; nonsense is now."""
    seconds = stamp / 1000 if stamp > 100_000_000_000 else stamp
    now = datetime.now(UTC)
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return now
    return at if seconds > 0 and at < now + timedelta(days=1) else now


# Messages ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Who wrote where, as the server stamped it."""

    chat: Peer
    sender: Peer | None
    from_me: bool
    at: datetime
    external_id: str
    push_name: str | None
    edit: str


def _message(reader: Reader, event: Any) -> Iterator[AccountEvent | AskForGroup]:
    source = event.Info.MessageSource
    told = _identities(reader, source, event.Info.Pushname)
    envelope = _envelope(reader, event.Info)
    if envelope is not None:
        yield from _content(reader, envelope, event.Message, is_edit=event.IsEdit)
    yield from told


def _identities(reader: Reader, source: Any, name: str) -> list[IdentityLinked]:
    pairs = [(source.Sender, source.SenderAlt, None if source.IsFromMe else name or None)]
    if source.IsFromMe and not source.IsGroup:
        pairs.append((source.Chat, source.RecipientAlt, None))
    found: dict[str, IdentityLinked] = {}
    for one, other, known_as in pairs:
        pair = reader.people.learn(one, other)
        if pair and pair[1] != reader.people.lid:
            found.setdefault(pair[1], IdentityLinked(pair[0], pair[1], known_as))
    return list(found.values())


def _envelope(reader: Reader, info: Any) -> _Envelope | None:
    """None for what is not talk of people (statuses, channels), and for a chat that is not its sender's."""
    source = info.MessageSource
    chat, sender = reader.people.peer(source.Chat), reader.people.peer(source.Sender)
    if chat is None or sender is None or not info.ID:
        return None
    from_me = source.IsFromMe and reader.people.is_own(source.Sender)
    if source.IsFromMe != from_me or (not chat.is_group and not from_me and chat != sender):
        return None
    return _Envelope(
        chat=chat,
        sender=None if from_me else sender,
        from_me=from_me,
        at=moment(info.Timestamp),
        external_id=info.ID,
        push_name=None if from_me else info.Pushname or None,
        edit=info.Edit,
    )


def _content(reader: Reader, envelope: _Envelope, message: Any, *, is_edit: bool = False) -> Iterator[AccountEvent]:
    wrapped, message = message, unwrap(message)
    if message.HasField("protocolMessage"):
        yield from _protocol(reader, envelope, message.protocolMessage)
    elif is_edit or wrapped.HasField("editedMessage"):
        return  # an edit without the key of what it edits
    elif message.HasField("reactionMessage"):
        reaction = message.reactionMessage
        yield ReactionChanged(
            chat=envelope.chat,
            external_id=reaction.key.ID,
            emoji=reaction.text or None,
            at=envelope.at,
            by=envelope.sender,
            push_name=envelope.push_name,
        )
    else:
        received = received_of(reader, envelope.chat, message)
        if received is not None:
            yield replace(
                received,
                external_id=envelope.external_id,
                at=envelope.at,
                from_me=envelope.from_me,
                via=Via.PHONE if envelope.from_me else Via.CONTACT,
                sender=envelope.sender if envelope.chat.is_group else None,
                push_name=envelope.push_name,
            )


def _protocol(reader: Reader, envelope: _Envelope, told: Any) -> Iterator[AccountEvent]:
    """Edits and revokes; everything else under this name is between devices."""
    kinds = e2e.ProtocolMessage.Type
    if told.type not in (kinds.Value("REVOKE"), kinds.Value("MESSAGE_EDIT")) or not told.key.ID:
        return
    if not _may_change(reader, envelope, told):
        return
    if told.type == kinds.Value("REVOKE"):
        yield MessageRevoked(envelope.chat, told.key.ID, envelope.at, envelope.sender)
        return
    text = text_of(unwrap(told.editedMessage))
    if text is not None:
        yield MessageEdited(envelope.chat, told.key.ID, text, envelope.at, envelope.sender)


def _may_change(reader: Reader, envelope: _Envelope, told: Any) -> bool:
    """People change their own messages. An admin may revoke those of others; the server says so in the stamp."""
    if envelope.from_me or told.key.fromMe:
        return True
    if not envelope.chat.is_group:
        return False
    is_revoke = told.type == e2e.ProtocolMessage.Type.Value("REVOKE")
    is_author = bool(told.key.participant) and reader.people.person(told.key.participant) == envelope.sender
    return is_author or (is_revoke and envelope.edit == "8")


def unwrap(message: Any) -> Any:
    """The message inside of its wrappings, of which there may be several."""
    for _ in range(8):
        if message.HasField("deviceSentMessage"):
            message = message.deviceSentMessage.message
            continue
        wrapper = next((name for name in WRAPPERS if message.HasField(name)), None)
        if wrapper is None:
            return message
        message = getattr(message, wrapper).message
    return message


def text_of(message: Any) -> str | None:
    """What there is to read in a message: its text, or the caption of its file."""
    for text in (message.conversation, message.extendedTextMessage.text):
        if text:
            return str(text)[:LONGEST_TEXT]
    name = media.field_of(message)
    caption = getattr(getattr(message, name), "caption", "") if name else ""
    return str(caption)[:LONGEST_TEXT] or None


def received_of(reader: Reader, chat: Peer, message: Any) -> MessageReceived | None:
    """Text, file and quote of a message; what Tideline cannot show is kept by its name. None when there is nothing
    for people in it."""
    name = next((found.name for found, _ in message.ListFields() if found.name not in OWN_WORDS), None)
    if name is None:
        return None
    text, file = text_of(message), media.read_media(message, reader.sign)
    is_known = text is not None or file is not None
    return MessageReceived(
        chat=chat,
        external_id="",
        at=moment(0),
        from_me=False,
        via=Via.CONTACT,
        text=text,
        media=file,
        reply_to=_quoted(message),
        unsupported=None if is_known else name.removesuffix("Message"),
        group_subject=reader.subjects.get(chat.group) if chat.group else None,
    )


def _quoted(message: Any) -> str | None:
    for found, part in message.ListFields():
        fields = getattr(found.message_type, "fields_by_name", {}) if found.message_type else {}
        if "contextInfo" in fields and part.HasField("contextInfo") and part.contextInfo.stanzaID:
            return str(part.contextInfo.stanzaID)
    return None


def _undecryptable(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    """A message that could not be read, and of which WhatsApp has nothing better: at least it shows that it came."""
    envelope = _envelope(reader, event.Info)
    if event.IsUnavailable and envelope is not None:
        yield MessageReceived(
            chat=envelope.chat,
            external_id=envelope.external_id,
            at=envelope.at,
            from_me=envelope.from_me,
            via=Via.PHONE if envelope.from_me else Via.CONTACT,
            sender=envelope.sender if envelope.chat.is_group else None,
            push_name=envelope.push_name,
            unsupported="unavailable",
        )


# Receipts ---------------------------------------------------------------------------------------------------

STATUSES: Final[dict[int, Reached]] = {1: "delivered", 9: "delivered", 4: "read", 6: "read"}
READ_BY_OWNER: Final = (5, 7)


def _receipt(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    source = event.MessageSource
    chat = reader.people.peer(source.Chat)
    is_own = source.IsFromMe or reader.people.is_own(source.Sender)
    if chat is None:
        return
    if event.Type in READ_BY_OWNER and is_own:
        yield ReadOnPhone(chat, moment(event.Timestamp))
    elif event.Type in STATUSES and not is_own and event.MessageIDs:
        yield from _reached(reader, chat, event)


def _reached(reader: Reader, chat: Peer, event: Any) -> Iterator[StatusChanged]:
    status, at, ids = STATUSES[event.Type], moment(event.Timestamp), list(event.MessageIDs)
    by = reader.people.peer(event.MessageSource.Sender)
    if not chat.is_group or by is None:
        yield StatusChanged(chat, ids, status, at)
        return
    found = [(external_id, reader.reach.reached(external_id, by, status)) for external_id in ids]
    for news in dict.fromkeys(news for _, news in found if news):
        yield StatusChanged(chat, [external_id for external_id, told in found if told == news], news, at)


# Groups -----------------------------------------------------------------------------------------------------


def group_changed(people: People, info: Any, at: datetime) -> GroupChanged:
    """A group as WhatsApp describes it."""
    members = [_member(people, one) for one in info.Participants]
    return GroupChanged(
        group=f"{info.JID.User}@{GROUPS}",
        subject=info.GroupName.Name,
        members=members,
        at=at,
        is_left=not any(member.is_own for member in members),
    )


def _member(people: People, one: Any) -> GroupMember:
    people.learn(one.LID if one.LID.User else one.JID, one.PhoneNumber if one.PhoneNumber.User else one.JID)
    peer = people.peer(one.PhoneNumber if one.PhoneNumber.User else one.JID) or Peer(lid=one.JID.User)
    is_own = any(people.is_own(jid) for jid in (one.JID, one.LID, one.PhoneNumber))
    role: Literal["owner", "admin", "member"] = "owner" if one.IsSuperAdmin else "admin" if one.IsAdmin else "member"
    return GroupMember(peer=peer, role=role, name=one.DisplayName or None, is_own=is_own)


def _joined(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    yield reader.keep(group_changed(reader.people, event.GroupInfo, moment(0)))


def _group(_reader: Reader, event: Any) -> Iterator[AskForGroup]:
    yield AskForGroup(f"{event.JID.User}@{GROUPS}", moment(event.Timestamp))


def _picture(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    peer = reader.people.peer(event.JID)
    if peer is not None:
        yield PictureChanged(peer, moment(event.Timestamp))


# Calls ------------------------------------------------------------------------------------------------------

REJECTED: Final = ("reject", "rejected_elsewhere", "busy", "decline")
ANSWERED_ELSEWHERE: Final = "accepted_elsewhere"
MOST_CALLS: Final = 100


def _offer(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    is_video = any(node.Tag == "video" for node in event.data.Nodes)
    _begun(reader, event.basicCallMeta.callID, is_video=is_video)
    yield from ()


def _notice(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    _begun(reader, event.basicCallMeta.callID, is_video=event.media == "video")
    yield from ()


def _begun(reader: Reader, call_id: str, *, is_video: bool) -> None:
    while len(reader.calls) >= MOST_CALLS:
        del reader.calls[next(iter(reader.calls))]
    reader.calls[call_id] = Call(is_video)


def _accept(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    call = reader.calls.get(event.basicCallMeta.callID)
    if call is not None:
        call.answered_at = moment(event.basicCallMeta.timestamp)
    yield from ()


def _hung_up(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    about = event.basicCallMeta
    reader.people.learn(about.callCreator, about.callCreatorAlt)
    is_own = reader.people.is_own(about.callCreator)
    chat = reader.people.peer(getattr(about, "from") if is_own else about.callCreator)
    call = reader.calls.pop(about.callID, None) or Call(is_video=False)
    at = moment(about.timestamp)
    if chat is None or not about.callID:
        return
    outcome, seconds = _outcome(call, event.reason, at)
    yield CallEnded(
        chat=chat,
        external_id=about.callID,
        direction="outgoing" if is_own else "incoming",
        outcome=outcome,
        is_video=call.is_video,
        seconds=seconds,
        at=at,
    )


def _outcome(call: Call, reason: str, at: datetime) -> tuple[Literal["answered", "missed", "rejected"], int]:
    if call.answered_at is not None:
        return "answered", max(0, round((at - call.answered_at).total_seconds()))
    if reason == ANSWERED_ELSEWHERE:
        return "answered", 0
    return ("rejected", 0) if reason in REJECTED else ("missed", 0)


# History ----------------------------------------------------------------------------------------------------

_STATUS_OF: Final[dict[int, Literal["sent", "delivered", "read"]]] = {2: "sent", 3: "delivered", 4: "read", 5: "read"}
_TOLD_KINDS: Final = ("INITIAL_BOOTSTRAP", "FULL", "RECENT", "ON_DEMAND", "PUSH_NAME", "NON_BLOCKING_DATA")


def _history(reader: Reader, event: Any) -> Iterator[AccountEvent]:
    """Chunks in the order of WhatsApp's time, then who turned out to be who."""
    data = event.Data
    kind = history.HistorySync.HistorySyncType.Name(data.syncType)
    if kind not in _TOLD_KINDS:
        return
    pairs = [pair for told in data.phoneNumberToLidMappings if (pair := _mapped(reader, told.pnJID, told.lidJID))]
    for chat in data.conversations:
        pairs += [pair for one in (chat.pnJID,) if (pair := _mapped(reader, one, chat.lidJID or chat.ID))]
    messages = sorted(_talk(reader, data.conversations), key=lambda message: message.at)
    yield from _chunks(messages, _names(reader, data))
    for phone, lid in dict.fromkeys(pairs):
        if lid != reader.people.lid:
            yield IdentityLinked(phone, lid)


def _mapped(reader: Reader, phone: str, lid: str) -> tuple[str, str] | None:
    one, other = _jid(phone), _jid(lid)
    return reader.people.learn(one, other)


def _jid(text: str) -> Any:
    user, _, server = text.partition("@")
    return neonize.JID(User=user.partition(":")[0], RawAgent=0, Device=0, Integrator=0, Server=server, IsEmpty=False)


def _talk(reader: Reader, conversations: Sequence[Any]) -> Iterator[MessageReceived]:
    for conversation in conversations:
        chat = reader.people.person(conversation.ID)
        if chat is None:
            continue
        if chat.group and conversation.name:
            reader.subjects[chat.group] = conversation.name
        for one in reversed(conversation.messages):  # the newest come first
            message = _past(reader, chat, one.message)
            if message is not None:
                yield message


def _past(reader: Reader, chat: Peer, told: Any) -> MessageReceived | None:
    inner = unwrap(told.message)
    if not told.key.ID or inner.HasField("protocolMessage") or inner.HasField("reactionMessage"):
        return None
    received = received_of(reader, chat, inner)
    if received is None:
        return None
    author = reader.people.person(told.participant or told.key.participant) if chat.is_group else None
    return replace(
        received,
        external_id=told.key.ID,
        at=moment(told.messageTimestamp),
        from_me=told.key.fromMe,
        via=Via.HISTORY,
        sender=None if told.key.fromMe else author,
        push_name=None if told.key.fromMe else told.pushName or None,
        status=_STATUS_OF.get(told.status) if told.key.fromMe else None,
    )


def _names(reader: Reader, data: Any) -> list[Named]:
    found: dict[Peer, Named] = {}
    for told in data.pushnames:
        peer = reader.people.person(told.ID)
        if peer and told.pushname and told.pushname != "-":
            found[peer] = Named(peer, told.pushname, is_sure=False)
    for chat in data.conversations:
        peer = reader.people.person(chat.ID)
        if peer and (name := chat.name or chat.displayName):
            found[peer] = Named(peer, name)
    return list(found.values())


def _chunks(messages: Sequence[MessageReceived], names: Sequence[Named]) -> Iterator[HistoryChunk]:
    """Bounded by count and by text; the names go with the first, or in chunks of their own."""
    at, left = 0, list(names)
    while at < len(messages) or left:
        end, size = at, 0
        while end < len(messages) and end - at < HISTORY_CHUNK and size < CHUNK_TEXT:
            size += len(messages[end].text or "") + 500
            end += 1
        yield HistoryChunk(messages[at:end], left[:HISTORY_CHUNK])
        at, left = end, left[HISTORY_CHUNK:]


READERS: Final[dict[int, tuple[Any, Callable[[Reader, Any], Iterator[Any]]]]] = {
    MESSAGE: (neonize.Message, _message),
    UNDECRYPTABLE: (neonize.UndecryptableMessage, _undecryptable),
    RECEIPT: (neonize.Receipt, _receipt),
    JOINED: (neonize.JoinedGroup, _joined),
    GROUP: (neonize.GroupInfoEvent, _group),
    PICTURE: (neonize.Picture, _picture),
    CALL_OFFER: (neonize.CallOffer, _offer),
    CALL_NOTICE: (neonize.CallOfferNotice, _notice),
    CALL_ACCEPT: (neonize.CallAccept, _accept),
    CALL_END: (neonize.CallTerminate, _hung_up),
    HISTORY: (neonize.HistorySync, _history),
}

ADDRESSES: Final[dict[int, Callable[[Any], list[Any]]]] = {
    MESSAGE: lambda event: [event.Info.MessageSource.Chat, event.Info.MessageSource.Sender],
    RECEIPT: lambda event: [event.MessageSource.Chat, event.MessageSource.Sender],
    PICTURE: lambda event: [event.JID],
    CALL_END: lambda event: [getattr(event.basicCallMeta, "from"), event.basicCallMeta.callCreator],
}

# The connection ---------------------------------------------------------------------------------------------

_LOCKED_OUT: Final = {
    1: "it was sent to too many people who do not have this number in their contacts",
    2: "too many people blocked it",
    3: "it made too many groups with people who do not have it in their contacts",
    4: "it sent the same message too often",
    5: "it sent too many messages to a broadcast list",
}
_ENDED: Final = {
    2: "The link was ended on the phone.",
    4: "The account is gone from the phone: WhatsApp was deleted there, banned, or moved to another phone.",
    5: "WhatsApp ended the link.",
}


def state_of(kind: int, raw: bytes) -> StateChanged | None:
    """What an event about the connection says about the number; None when that is for others to decide."""
    match kind:
        case 6:
            reason = neonize.LoggedOut.FromString(raw).Reason
            return StateChanged(AccountState.UNLINKED, _ENDED.get(reason, _ENDED[5]))
        case 7:
            return StateChanged(AccountState.REPLACED, "Another program took over the connection of this link.")
        case 8:
            ban = neonize.TemporaryBan.FromString(raw)
            why = _LOCKED_OUT.get(ban.Code)
            sentence = f"WhatsApp locked this number out for a while, because {why}." if why else None
            until = datetime.now(UTC) + timedelta(seconds=_seconds(ban.Expire))
            return StateChanged(AccountState.BANNED, sentence or "WhatsApp locked this number out for a while.", until)
        case 10:
            return StateChanged(AccountState.OUTDATED, "WhatsApp does not accept this version of its client any more.")
    return None


def _seconds(expire: int) -> float:
    """How long a ban lasts. Go counts in nanoseconds; more than a year is not believed."""
    seconds = expire / 1e9 if expire > 1e9 else float(expire)
    return min(max(seconds, 0.0), 366 * 86_400.0)
