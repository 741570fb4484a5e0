"""How far our messages to groups have come: everybody sends receipts, and a message is read when all have read it."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from tideline.features.numbers.port import Peer

Reached = Literal["delivered", "read"]
MOST: Final = 1_000


@dataclass(slots=True)
class _Sent:
    """The members that have not got it yet, and those that have not read it."""

    undelivered: set[Peer]
    unread: set[Peer]


@dataclass(slots=True)
class Reach:
    """Knows the newest messages of this process. Of older ones it believes the first delivery, and no reading."""

    _sent: OrderedDict[str, _Sent] = field(default_factory=OrderedDict)

    def expect(self, external_id: str, members: Iterable[Peer]) -> None:
        people = set(members)
        self._sent[external_id] = _Sent(set(people), people)
        while len(self._sent) > MOST:
            self._sent.popitem(last=False)

    def reached(self, external_id: str, by: Peer, status: Reached) -> Reached | None:
        """What is news for the message as a whole, if anything."""
        sent = self._sent.get(external_id)
        if sent is None:
            return status if status == "delivered" else None
        was_delivered = not sent.undelivered
        sent.undelivered.discard(by)
        if status == "read":
            sent.unread.discard(by)
            if not sent.unread:
                del self._sent[external_id]
                return "read"
        return "delivered" if not was_delivered and not sent.undelivered else None
