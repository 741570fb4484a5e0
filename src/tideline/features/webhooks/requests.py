"""What is posted: the body of the event with links signed now, and proof of who sent it. No I/O."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tideline.features.webhooks import signing
from tideline.features.webhooks.bodies import FileLink, View, body
from tideline.features.webhooks.delivery import Delivery, Request
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.model import Terms
from tideline.features.webhooks.store.reading import Subscriber
from tideline.platform.facts import Fact
from tideline.platform.local_time import LocalTime


class Views:
    """How events look from outside, for any workspace."""

    def __init__(self, file_link: FileLink, public_url: str) -> None:
        self._file_link = file_link
        self._public_url = public_url.rstrip("/")
        self._times: dict[str, LocalTime] = {}

    def of(self, workspace_id: int, zone: str, now: datetime) -> View:
        return View(workspace_id, self._time(zone), self._public_url, self._file_link, now)

    def _time(self, zone: str) -> LocalTime:
        if zone not in self._times:
            self._times[zone] = LocalTime(ZoneInfo(zone))
        return self._times[zone]


class Requests:
    """Makes a request anew for each attempt."""

    def __init__(self, terms: Terms, views: Views) -> None:
        self._views = views
        self._keys = signing.Keys(terms.keyring)

    def make(self, subscriber: Subscriber, delivery: Delivery, fact: Fact, now: datetime) -> Request:
        """The receiver compares the time of the signature with its own clock, so it is the real one, whatever ours is
        set to."""
        webhook = subscriber.webhook
        assert isinstance(delivery.event_type, EventType)
        view = self._views.of(webhook.workspace_id, subscriber.zone, now)
        content = msgspec.json.encode(body(delivery.event_type, fact, view))
        headers = signing.headers(delivery.uid, int(time.time()), content, self._keys.of(webhook, now))
        return Request(webhook.url, headers, content)
