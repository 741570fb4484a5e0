"""`crm-sync`: reads its settings, makes its webhooks, catches up, and goes on until it is stopped."""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

from crm_sync import web
from crm_sync.crm import Crm
from crm_sync.sync import WATCHED, Sync
from tideline.client import Tideline, TidelineError, WebhookVerifier

LOOK_AGAIN_SECONDS = 600.0

log = logging.getLogger("crm_sync")


@contextmanager
def ready(settings: Mapping[str, str]) -> Iterator[tuple[ThreadingHTTPServer, Sync]]:
    """A server that only has to be let run: what was missed is here."""
    server = web.serve(int(settings.get("CRM_PORT", "9001")))
    with server, Tideline(settings["TIDELINE_URL"], settings["TIDELINE_TOKEN"]) as client:
        sync = Sync(client, Crm(Path(settings.get("CRM_FILE", "crm.db"))))
        address = settings.get("CRM_PUBLIC_URL", f"http://127.0.0.1:{server.server_address[1]}/")
        web.attach(server, sync, WebhookVerifier(*_webhooks(client, address)))
        sync.catch_up()
        yield server, sync


def _webhooks(client: Tideline, address: str) -> list[str]:
    """One for each event; their secrets. Making one again gives the same one, with the same secret."""
    made = [client.create_webhook(event_type=event, url=address) for event in WATCHED]
    secrets = [client.get_webhook_secret(one.id).secret for one in made]
    if None in secrets:
        raise SystemExit("the secret of a webhook was removed: nobody could tell who sent an event")
    return [one for one in secrets if one]


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    with ready(os.environ) as (server, sync):
        log.info("up to date, listening on port %s", server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            _follow_the_log(sync)
        except KeyboardInterrupt:
            log.info("stopped")


def _follow_the_log(sync: Sync) -> None:
    """Webhooks are quick, the log is complete: what Tideline gave up delivering is found there now and then."""
    while True:
        time.sleep(LOOK_AGAIN_SECONDS)
        try:
            sync.catch_up()
        except TidelineError as problem:
            log.warning("the log is read later: %s", problem)


if __name__ == "__main__":
    main()
