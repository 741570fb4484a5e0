"""History that a phone hands over after it was linked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from tideline.connectors.linked.decode.content import received_of, unwrap
from tideline.connectors.linked.decode.memory import Memory, moment
from tideline.connectors.linked.protobufs import history, neonize
from tideline.features.numbers.port import (
    HISTORY_CHUNK,
    AccountEvent,
    HistoryChunk,
    IdentityLinked,
    MessageReceived,
    Named,
    Peer,
    Via,
)

CHUNK_TEXT: Final = 500_000

_STATUS_OF: Final[dict[int, Literal["sent", "delivered", "read"]]] = {2: "sent", 3: "delivered", 4: "read", 5: "read"}
_TOLD_KINDS: Final = ("INITIAL_BOOTSTRAP", "FULL", "RECENT", "ON_DEMAND", "PUSH_NAME", "NON_BLOCKING_DATA")


def read(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    """Chunks in the order of WhatsApp's time, then who turned out to be who."""
    data = event.Data
    kind = history.HistorySync.HistorySyncType.Name(data.syncType)
    if kind not in _TOLD_KINDS:
        return
    pairs = [pair for told in data.phoneNumberToLidMappings if (pair := _mapped(memory, told.pnJID, told.lidJID))]
    for chat in data.conversations:
        pairs += [pair for one in (chat.pnJID,) if (pair := _mapped(memory, one, chat.lidJID or chat.ID))]
    messages = sorted(_talk(memory, data.conversations), key=lambda message: message.at)
    yield from _chunks(messages, _names(memory, data))
    for phone, lid in dict.fromkeys(pairs):
        if lid != memory.people.lid:
            yield IdentityLinked(phone, lid)


def _mapped(memory: Memory, phone: str, lid: str) -> tuple[str, str] | None:
    one, other = _jid(phone), _jid(lid)
    return memory.people.learn(one, other)


def _jid(text: str) -> Any:
    user, _, server = text.partition("@")
    return neonize.JID(User=user.partition(":")[0], RawAgent=0, Device=0, Integrator=0, Server=server, IsEmpty=False)


def _talk(memory: Memory, conversations: Sequence[Any]) -> Iterator[MessageReceived]:
    for conversation in conversations:
        chat = memory.people.person(conversation.ID)
        if chat is None:
            continue
        if chat.group and conversation.name:
            memory.subjects[chat.group] = conversation.name
        for one in reversed(conversation.messages):  # the newest come first
            message = _past(memory, chat, one.message)
            if message is not None:
                yield message


def _past(memory: Memory, chat: Peer, told: Any) -> MessageReceived | None:
    inner = unwrap(told.message)
    if not told.key.ID or inner.HasField("protocolMessage") or inner.HasField("reactionMessage"):
        return None
    received = received_of(memory, chat, inner)
    if received is None:
        return None
    author = memory.people.person(told.participant or told.key.participant) if chat.is_group else None
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


def _names(memory: Memory, data: Any) -> list[Named]:
    found: dict[Peer, Named] = {}
    for told in data.pushnames:
        peer = memory.people.person(told.ID)
        if peer and told.pushname and told.pushname != "-":
            found[peer] = Named(peer, told.pushname, is_sure=False)
    for chat in data.conversations:
        peer = memory.people.person(chat.ID)
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
