"""Who else reads or writes in a chat. Not kept anywhere: it is said again while it is so, and forgotten when not.

It is known in this process only. Where several processes serve pages, those at another one are not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tideline.features.workspaces import Teammate
from tideline.platform.clock import Clock
from tideline.surfaces.dashboard.live.hub import Hub

KEPT: Final = {"reading": timedelta(seconds=60), "writing": timedelta(seconds=8)}
MOST_TABS: Final = 200
"""In one chat; whoever comes later is not shown."""


@dataclass(frozen=True, slots=True)
class _There:
    teammate: int
    name: str
    doing: str
    until: datetime


class Person(msgspec.Struct):
    id: int
    name: str
    doing: str


class Told(msgspec.Struct):
    chat: int
    people: list[Person]


class Presence:
    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._chats: dict[tuple[int, int], dict[tuple[int, str], _There]] = {}

    def put(self, workspace_id: int, chat_id: int, me: Teammate, tab: str, doing: str) -> None:
        """A tab says what its reader does; anything but reading and writing means that it has left. All who are at
        the chat are told, since they have shown that they may see it."""
        place = self._chats.setdefault((workspace_id, chat_id), {})
        self._forget(place)
        if doing not in KEPT:
            place.pop((me.id, tab), None)
        elif (me.id, tab) in place or len(place) < MOST_TABS:
            place[me.id, tab] = _There(me.id, me.display_name, doing, self._clock.now() + KEPT[doing])
        self._tell(workspace_id, chat_id, place)
        if not place:
            del self._chats[workspace_id, chat_id]

    def _forget(self, place: dict[tuple[int, str], _There]) -> None:
        now = self._clock.now()
        for key in [key for key, one in place.items() if one.until <= now]:
            del place[key]

    def _tell(self, workspace_id: int, chat_id: int, place: dict[tuple[int, str], _There]) -> None:
        there = {one.teammate for one in place.values()}
        body = msgspec.json.encode(Told(chat_id, list(_people(place))))
        for stream in self._hub.of_workspace(workspace_id):
            if stream.teammate_id in there:
                stream.say(b"event: presence\ndata: %b\n\n" % body)


def _people(place: dict[tuple[int, str], _There]) -> Iterator[Person]:
    """Each of them once, however many tabs they have; who writes anywhere writes."""
    found: dict[int, Person] = {}
    for one in place.values():
        if one.teammate not in found or one.doing == "writing":
            found[one.teammate] = Person(one.teammate, one.name, one.doing)
    yield from found.values()
