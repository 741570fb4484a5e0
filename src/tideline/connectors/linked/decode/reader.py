"""Which event is read by what."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from tideline.connectors.linked.decode import calls, groups, history, messages, receipts
from tideline.connectors.linked.decode.kinds import (
    CALL_ACCEPT,
    CALL_END,
    CALL_NOTICE,
    CALL_OFFER,
    GROUP,
    HISTORY,
    JOINED,
    MESSAGE,
    PICTURE,
    RECEIPT,
    UNDECRYPTABLE,
)
from tideline.connectors.linked.decode.memory import AskForGroup, Memory
from tideline.connectors.linked.people import HIDDEN
from tideline.connectors.linked.protobufs import neonize
from tideline.features.numbers.port import AccountEvent

READERS: Final[dict[int, tuple[Any, Callable[[Memory, Any], Iterator[Any]]]]] = {
    MESSAGE: (neonize.Message, messages.message),
    UNDECRYPTABLE: (neonize.UndecryptableMessage, messages.undecryptable),
    RECEIPT: (neonize.Receipt, receipts.receipt),
    JOINED: (neonize.JoinedGroup, groups.joined),
    GROUP: (neonize.GroupInfoEvent, groups.group),
    PICTURE: (neonize.Picture, groups.picture),
    CALL_OFFER: (neonize.CallOffer, calls.offer),
    CALL_NOTICE: (neonize.CallOfferNotice, calls.notice),
    CALL_ACCEPT: (neonize.CallAccept, calls.accept),
    CALL_END: (neonize.CallTerminate, calls.hung_up),
    HISTORY: (neonize.HistorySync, history.read),
}

ADDRESSES: Final[dict[int, Callable[[Any], list[Any]]]] = {
    MESSAGE: lambda event: [event.Info.MessageSource.Chat, event.Info.MessageSource.Sender],
    RECEIPT: lambda event: [event.MessageSource.Chat, event.MessageSource.Sender],
    PICTURE: lambda event: [event.JID],
    CALL_END: lambda event: [getattr(event.basicCallMeta, "from"), event.basicCallMeta.callCreator],
}


class Reader(Memory):
    """Turns records into events."""

    __slots__ = ()

    def read(self, kind: int, raw: bytes) -> list[AccountEvent | AskForGroup]:
        found = READERS.get(kind)
        if found is None:
            return []
        return list(found[1](self, found[0].FromString(raw)))

    def missing(self, kind: int, raw: bytes) -> set[str]:
        """LIDs in an event whose phones are not known yet. Most messages bring both themselves."""
        if kind not in ADDRESSES:
            return set()
        event = READERS[kind][0].FromString(raw)
        jids = ADDRESSES[kind](event)
        return {jid.User for jid in jids if jid.Server in HIDDEN and jid.User and jid.User not in self.people.known}
