"""A workspace for one test: its client, its numbers, and the phones of its customers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx2

from tideline.client import AsyncTideline, Tideline
from tideline.client.models import Chat, Message
from tideline.testing.phones import Group, Phone, Place
from tideline.testing.receiver import Receiver
from tideline.testing.simulator import Simulator
from tideline.testing.waiting import PATIENCE_SECONDS, eventually

T = TypeVar("T")


class Clock:
    """The time of a running Tideline. It goes by itself, and forward when it is told to."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Let time pass, for Tideline and for the phones: timers fire, windows close."""
        self._simulator.call("POST", "/clock", {"advance_s": by.total_seconds()})
        self._ahead += by
        return self.now()

    @property
    def has_moved(self) -> bool:
        return bool(self._ahead)


class Workspace:
    """An empty workspace on a running Tideline."""

    def __init__(self, simulator: Simulator, clock: Clock, name: str) -> None:
        made = simulator.call("POST", "/workspaces", {"name": name})
        self.simulator = simulator
        self.clock = clock
        self.base_url = simulator.base_url
        self.id: str = made["workspace_id"]
        self.token: str = made["api_token"]
        """The owner's, for the Public API."""
        self.owner_email: str = made["owner_email"]
        self._owner_id: int = made["user_id"]
        self._http = httpx2.Client(trust_env=False)
        self.client = Tideline(self.base_url, self.token, http=self._http)
        self._receivers: list[Receiver] = []

    def phone(self, name: str, phone: str | None = None) -> Phone:
        """A customer's phone, with a number that nobody has had, unless it is given."""
        made = self.simulator.call("POST", "/phones", {"phone": phone or self.simulator.free_phone(), "name": name})
        return Phone(self.simulator, made["phone"], made["name"], made["jid"])

    def link_number(self, name: str = "Shop", phone: str | None = None) -> Phone:
        """A phone that is a number of this workspace, by scanning a code."""
        linked = self.phone(name, phone)
        begun = self.simulator.call("POST", "/links", {"workspace_id": self.id, "user_id": self._owner_id})
        linked.scan(begun["qr_link"])
        return linked

    def group(self, subject: str, *members: Place) -> Group:
        """The first member owns it. With a linked number among them it is a chat of the workspace."""
        made = self.simulator.call("POST", "/groups", {"subject": subject, "members": [one.address for one in members]})
        return Group(self.simulator, made["jid"], subject)

    def receiver(self, *event_types: str) -> Receiver:
        """Listens to these events, and to what is subscribed later."""
        made = Receiver(self.client)
        self._receivers.append(made)
        return made.subscribe(*event_types)

    def async_client(self) -> AsyncTideline:
        """It keeps no connection open, so that it belongs to no loop and need not be closed."""
        kept = httpx2.Limits(max_keepalive_connections=0)
        return AsyncTideline(self.base_url, self.token, http=httpx2.AsyncClient(trust_env=False, limits=kept))

    def wait_for_chat(self, phone: Place, *, within: float = PATIENCE_SECONDS) -> Chat:
        """The chat with this phone, once it is there."""
        return eventually(
            lambda: next(self.client.iter_chats(phone=phone.address), None),
            f"a chat with {phone.address}",
            within=within,
        )

    def wait_for_message(self, chat_id: int, text: str, *, within: float = PATIENCE_SECONDS) -> Message:
        """The message with this text, once it is in the chat."""

        def look() -> Message | None:
            newest = self.client.iter_chat_messages(chat_id, sorting_order="desc")
            return next((one for one in newest if one.text == text), None)

        return eventually(look, f"{text!r} in chat {chat_id}", within=within)

    def wait_for_status(self, message_uid: str, status: str, *, within: float = PATIENCE_SECONDS) -> Message:
        """The message, once it is Sent, Delivered, Read or Failed."""
        return self.wait_until(
            lambda: self.client.get_message(message_uid), lambda one: one.status == status, status, within=within
        )

    def wait_until(
        self,
        ask: Callable[[], T],
        fits: Callable[[T], bool],
        what: str = "it",
        *,
        within: float = PATIENCE_SECONDS,
    ) -> T:
        """Ask again and again until the answer fits."""
        latest: list[T] = []

        def look() -> list[T] | None:
            latest[:] = [ask()]
            return latest if fits(latest[0]) else None

        return eventually(look, what, within=within, instead=lambda: f"The latest answer: {latest[0]!r}.")[0]

    def close(self) -> None:
        for one in self._receivers:
            one.close()
        self._http.close()
