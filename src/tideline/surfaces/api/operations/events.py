"""The event log: an extension for programs that fetch what happened, instead of or besides being told."""

from typing import Any

import msgspec

from tideline.features.webhooks import Entry, EventLog, EventType
from tideline.features.workspaces import Caller
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire

MOST = 500
LONGEST_WAIT = 30
NEWEST = "newest"


class EventQuery(msgspec.Struct):
    after: str | None = None
    limit: int = 100
    wait: int | None = None


class Event(msgspec.Struct):
    cursor: str
    event_types: list[str]
    at: str
    bodies: dict[EventType, Any]


class EventPage(msgspec.Struct):
    events: list[Event]
    cursor: str
    has_more: bool


@operation("listEvents")
async def list_events(caller: Caller, events: EventLog, query: EventQuery, show: Wire) -> EventPage:
    if query.after == NEWEST:
        page = await events.newest(caller.workspace_id)
    else:
        wait, limit = min(query.wait or 0, LONGEST_WAIT), min(query.limit, MOST)
        page = await events.after(caller.workspace_id, query.after, limit=limit, wait=wait)
    return EventPage([_event(one, show) for one in page.entries], str(page.cursor), page.has_more)


def _event(entry: Entry, show: Wire) -> Event:
    return Event(str(entry.cursor), list(entry.bodies), show.time.format(entry.at), dict(entry.bodies))
