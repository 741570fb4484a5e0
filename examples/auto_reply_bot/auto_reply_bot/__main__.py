"""`auto-reply-bot`: reads its settings, makes its webhook, and answers until it is stopped."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

from auto_reply_bot import web
from auto_reply_bot.bot import Bot
from auto_reply_bot.memory import Memory
from auto_reply_bot.rules import Rules
from tideline.client import Tideline, WebhookVerifier


@contextmanager
def ready(settings: Mapping[str, str], rules: Rules) -> Iterator[ThreadingHTTPServer]:
    """A server whose webhook is made, and which only has to be let run."""
    server = web.serve(int(settings.get("BOT_PORT", "9000")))
    with server, Tideline(settings["TIDELINE_URL"], settings["TIDELINE_TOKEN"]) as client:
        address = settings.get("BOT_PUBLIC_URL", f"http://127.0.0.1:{server.server_address[1]}/")
        # making it again gives the same one, with the same secret
        webhook = client.create_webhook(event_type="message:received:new", url=address)
        secret = client.get_webhook_secret(webhook.id).secret
        if secret is None:
            raise SystemExit("the webhook's secret was removed: nobody could tell who sent an event")
        memory = Memory(Path(settings.get("BOT_MEMORY", "bot.db")))
        web.attach(server, Bot(client, rules, memory, settings["BOT_HUMAN"]), WebhookVerifier(secret))
        yield server


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    log = logging.getLogger("auto_reply_bot")
    with ready(os.environ, Rules()) as server:
        log.info("answering on port %s", server.server_address[1])
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("stopped")


if __name__ == "__main__":
    main()
