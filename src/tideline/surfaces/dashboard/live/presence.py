"""Who else reads or writes in a chat. Not kept anywhere: it is said again while it is so, and forgotten when not.

Each process remembers what was said at all of them, for the streams that it holds. One that has just begun hears within
a minute who is there, because open pages say it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tideline.features.workspaces import Teammate
from tideline.platform.clock import Clock
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard.live.hub import Hub

TOPIC: Final = "presence"
KEPT: Final = timedelta(seconds=60)
WRITING: Final = timedelta(seconds=8)
"""So long after they said so somebody still writes; after that they read."""
DOINGS: Final = ("reading", "writing")
GONE: Final = "gone"
MOST_TABS: Final = 50
"""Of one teammate; with one more the first is forgotten."""
LONGEST_NAME: Final = 300
SWEEP_EVERY: Final = timedelta(seconds=60)

Tab = tuple[int, int, str]
"""A workspace, one of its teammates, and what their tab calls itself."""


class Said(msgspec.Struct, array_like=True):
    """What a tab says, as processes tell each other."""

    workspace: int
    chat: int
    teammate: int
    name: str
    tab: str
    doing: str


@dataclass(frozen=True, slots=True)
class _There:
    said: Said
    at: datetime

    def is_there(self, now: datetime) -> bool:
        return now < self.at + KEPT

    def doing(self, now: datetime) -> str:
        return "writing" if self.said.doing == "writing" and now < self.at + WRITING else "reading"


class Person(msgspec.Struct):
    id: int
    name: str
    doing: str


class Told(msgspec.Struct):
    chat: int
    people: list[Person]


class Presence:
    def __init__(self, hub: Hub, clock: Clock, wakes: Wakes) -> None:
        self._hub = hub
        self._clock = clock
        self._wakes = wakes
        self._chats: dict[tuple[int, int], dict[Tab, _There]] = {}
        self._tabs: dict[tuple[int, int], dict[Tab, int]] = {}
        self._swept_at = clock.now()
        wakes.hear(TOPIC, self._hear)

    def put(self, workspace_id: int, chat_id: int, me: Teammate, tab: str, doing: str) -> None:
        """A tab says what its reader does; anything but reading and writing means that it has left. All who are at
        the chat are told, since they have shown that they may see it."""
        doing = doing if doing in DOINGS else GONE
        said = Said(workspace_id, chat_id, me.id, me.display_name[:LONGEST_NAME], tab, doing)
        self._wakes.say(TOPIC, msgspec.json.encode(said).decode())

    def _hear(self, words: str) -> None:
        said = msgspec.json.decode(words, type=Said)
        now = self._clock.now()
        self._sweep(now)
        self._keep(said, now)
        place = self._chats.get((said.workspace, said.chat), {})
        self._tell(said, [one for one in place.values() if one.is_there(now)], now)

    def _keep(self, said: Said, now: datetime) -> None:
        tab = (said.workspace, said.teammate, said.tab)
        tabs = self._tabs.setdefault(tab[:2], {})
        if tab in tabs:
            self._forget(tab)
        if said.doing in DOINGS:
            while len(tabs) >= MOST_TABS:
                self._forget(next(iter(tabs)))
            tabs = self._tabs.setdefault(tab[:2], {})
            tabs[tab] = said.chat
            self._chats.setdefault((said.workspace, said.chat), {})[tab] = _There(said, now)
        elif not tabs:
            self._tabs.pop(tab[:2], None)

    def _forget(self, tab: Tab) -> None:
        tabs = self._tabs[tab[:2]]
        at = (tab[0], tabs.pop(tab))
        place = self._chats[at]
        del place[tab]
        if not place:
            del self._chats[at]
        if not tabs:
            del self._tabs[tab[:2]]

    def _sweep(self, now: datetime) -> None:
        """Now and then those who went without a word are forgotten everywhere."""
        if now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        gone = [tab for place in self._chats.values() for tab, one in place.items() if not one.is_there(now)]
        for tab in gone:
            self._forget(tab)

    def _tell(self, said: Said, there: list[_There], now: datetime) -> None:
        teammates = {one.said.teammate for one in there}
        body = msgspec.json.encode(Told(said.chat, list(_people(there, now))))
        for stream in self._hub.of_workspace(said.workspace):
            if stream.teammate_id in teammates:
                stream.say(b"event: presence\ndata: %b\n\n" % body)


def _people(there: list[_There], now: datetime) -> Iterator[Person]:
    """Each of them once, however many tabs they have; who writes anywhere writes."""
    found: dict[int, Person] = {}
    for one in there:
        said, doing = one.said, one.doing(now)
        if said.teammate not in found or doing == "writing":
            found[said.teammate] = Person(said.teammate, said.name, doing)
    yield from found.values()
