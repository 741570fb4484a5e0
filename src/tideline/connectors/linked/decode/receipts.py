"""Ticks: how far a message has come, and what the owner read on the phone."""

from collections.abc import Iterator
from typing import Any, Final

from tideline.connectors.linked.decode.memory import Memory, moment
from tideline.connectors.linked.reach import Reached
from tideline.features.numbers.port import AccountEvent, Peer, ReadOnPhone, StatusChanged

STATUSES: Final[dict[int, Reached]] = {1: "delivered", 9: "delivered", 4: "read", 6: "read"}
READ_BY_OWNER: Final = (5, 7)


def receipt(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    source = event.MessageSource
    chat = memory.people.peer(source.Chat)
    is_own = source.IsFromMe or memory.people.is_own(source.Sender)
    if chat is None:
        return
    if event.Type in READ_BY_OWNER and is_own:
        yield ReadOnPhone(chat, moment(event.Timestamp))
    elif event.Type in STATUSES and not is_own and event.MessageIDs:
        yield from _reached(memory, chat, event)


def _reached(memory: Memory, chat: Peer, event: Any) -> Iterator[StatusChanged]:
    status, at, ids = STATUSES[event.Type], moment(event.Timestamp), list(event.MessageIDs)
    by = memory.people.peer(event.MessageSource.Sender)
    if not chat.is_group or by is None:
        yield StatusChanged(chat, ids, status, at)
        return
    found = [(external_id, memory.reach.reached(external_id, by, status)) for external_id in ids]
    for news in dict.fromkeys(news for _, news in found if news):
        yield StatusChanged(chat, [external_id for external_id, told in found if told == news], news, at)
