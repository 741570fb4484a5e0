"""What subscribers would get for everything that has happened in a workspace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.event_check import check_event
from tests.support.world import World
from tideline.features.files import Links
from tideline.features.webhooks.bodies import View, bodies
from tideline.platform.facts import Actor, Fact
from tideline.platform.local_time import LocalTime

PUBLIC_URL = "https://inbox.example.com"
ATHENS = LocalTime(ZoneInfo("Europe/Athens"))


def view_of(world: World, now: datetime | None = None) -> View:
    links = Links(world.access.keyring, PUBLIC_URL)
    return View(world.id, ATHENS, PUBLIC_URL, links.url_of, now or world.clock.now())


@dataclass(frozen=True)
class Told:
    """Event bodies in the order of the facts; all of them are as the contract says."""

    events: list[dict[str, Any]]

    @property
    def types(self) -> list[str]:
        return [event["event_type"] for event in self.events]

    def of(self, event_type: str) -> dict[str, Any]:
        [event] = [event for event in self.events if event["event_type"] == event_type]
        return event


async def facts_of(world: World) -> list[Fact]:
    rows = await world.fetch("SELECT * FROM tenant.fact WHERE workspace = $1 ORDER BY id")
    return [
        Fact(
            world.id, n, row["id"], row["kind"], row["version"], row["at"],
            Actor(row["actor_kind"], row["actor_id"]), row["chat_id"], row["payload"],
        )
        for n, row in enumerate(rows, start=1)
    ]  # fmt: skip


async def told(world: World, since: int = 0) -> Told:
    """`since` leaves out so many facts from the beginning."""
    view = view_of(world)
    events = [body for fact in (await facts_of(world))[since:] for body in bodies(fact, view).values()]
    for event in events:
        check_event(event)
    return Told(events)


async def count(world: World) -> int:
    return len(await facts_of(world))
