"""Receives webhooks as a customer's program would: what is not signed rightly is refused."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tideline.client import NotAnEvent, NotGenuine, Tideline, UnknownEvent, WebhookVerifier
from tideline.client.events import Event
from tideline.testing.waiting import PATIENCE_SECONDS, eventually


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery."""

    event_type: str
    id: str
    """The same when a delivery comes again."""
    event: Event | UnknownEvent
    body: bytes
    headers: dict[str, str]


def _any_event(_: Any) -> bool:
    return True


class Receiver:
    """A web server on loopback. `subscribe` makes the webhooks; what they bring is verified and kept."""

    def __init__(self, client: Tideline) -> None:
        self._client = client
        self._secrets: dict[str, str] = {}
        self._received: list[Received] = []
        self._refused: list[str] = []
        self._failures: list[int] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def subscribe(self, *event_types: str) -> "Receiver":
        """Make a webhook for each of these, unless there is one."""
        for event_type in event_types:
            if event_type not in self._secrets:
                # a new server may know events that this client's list of names lacks
                made = self._client.create_webhook(event_type=cast(Any, event_type), url=f"{self.url}{event_type}")
                self._secrets[event_type] = self._client.get_webhook_secret(made.id).secret or ""
        return self

    def wait_for(
        self,
        event_type: str,
        fits: Callable[[Any], bool] = _any_event,
        *,
        within: float = PATIENCE_SECONDS,
    ) -> Any:
        """The first event of this type that fits, once it is here: an object of `tideline.client.events`."""
        return self.wait_for_delivery(event_type, fits, within=within).event

    def wait_for_delivery(
        self,
        event_type: str,
        fits: Callable[[Any], bool] = _any_event,
        *,
        within: float = PATIENCE_SECONDS,
    ) -> Received:
        """The same with what it came in: id, headers, bytes."""
        if event_type not in self._secrets:
            raise ValueError(f"subscribe({event_type!r}) first: nobody has asked Tideline for this event")

        def look() -> Received | None:
            return next((one for one in self.deliveries(event_type) if fits(one.event)), None)

        return eventually(look, f"the event {event_type}", within=within, instead=self._instead)

    def deliveries(self, event_type: str | None = None) -> list[Received]:
        """What has come, in the order in which it came."""
        return [one for one in list(self._received) if event_type in (None, one.event_type)]

    def events(self, event_type: str | None = None) -> list[Any]:
        return [one.event for one in self.deliveries(event_type)]

    def fail_next(self, times: int = 1, status: int = 503) -> None:
        """Answer the next deliveries as a broken receiver would; Tideline tries them again."""
        self._failures += [status] * times

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, event_type: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that a delivery is answered with."""
        if self._failures:
            return self._failures.pop(0)
        try:
            verifier = WebhookVerifier(self._secrets.get(event_type, ""))
            delivered = verifier.verify(body, headers)
        except (NotGenuine, NotAnEvent, ValueError) as problem:
            self._refused.append(f"{event_type}: {problem}")
            return 401
        self._received.append(Received(event_type, delivered.id, delivered.event, body, headers))
        return 204

    def _instead(self) -> str:
        came = [one.event_type for one in self.deliveries()]
        refused = f" Refused: {'; '.join(self._refused)}." if self._refused else ""
        return f"Received: {', '.join(came) or 'nothing'}.{refused}"


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(receiver.take(self.path[1:], body, dict(self.headers.items())))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    return Handler
