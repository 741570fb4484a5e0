"""Receives webhooks. The answer says whether the event may be forgotten (2xx) or has to come again."""

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crm_sync.sync import Sync
from tideline.client import NotAnEvent, NotGenuine, WebhookVerifier

log = logging.getLogger(__name__)

LARGEST = 1_000_000


def serve(port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server that takes nothing yet: its address has to be known before the webhooks can be made."""
    server = ThreadingHTTPServer((host, port), BaseHTTPRequestHandler)
    server.daemon_threads = True
    return server


def attach(server: ThreadingHTTPServer, sync: Sync, verifier: WebhookVerifier) -> None:
    server.RequestHandlerClass = _handler(sync, verifier)


def receive(sync: Sync, verifier: WebhookVerifier, body: bytes, headers: dict[str, str]) -> int:
    """The status to answer with."""
    try:
        delivered = verifier.verify(body, headers)
    except (NotGenuine, NotAnEvent) as problem:
        log.warning("refused: %s", problem)
        return 401
    try:
        sync.look_at(delivered.event)
    except Exception:
        log.exception("delivery %s comes again", delivered.id)
        return 500
    return 204


def _handler(sync: Sync, verifier: WebhookVerifier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > LARGEST:
                self.send_error(413)
                return
            self.send_response(receive(sync, verifier, self.rfile.read(length), dict(self.headers.items())))
            self.end_headers()

        def log_message(self, *line: Any) -> None:
            log.debug(*line)

    return Handler
