"""The same things, to be awaited: each call runs in a thread, so that the test's own loop goes on."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

import anyio.to_thread

from tideline.testing.phones import Group, Phone, Place
from tideline.testing.receiver import Receiver
from tideline.testing.workspace import Clock, Workspace

P = ParamSpec("P")
T = TypeVar("T")


def awaited(call: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    @wraps(call)
    async def later(*arguments: P.args, **named: P.kwargs) -> T:
        return await anyio.to_thread.run_sync(partial(call, *arguments, **named), abandon_on_cancel=True)

    return later


class AsyncGroup:
    """A group chat of phones."""

    def __init__(self, group: Group) -> None:
        self.jid = self.address = group.jid
        self.subject = group.subject
        self.add = awaited(group.add)
        self.remove = awaited(group.remove)
        self.promote = awaited(group.promote)
        self.rename = awaited(group.rename)


class AsyncPhone:
    """One simulated phone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = self.address = phone.phone
        self.name, self.jid = phone.name, phone.jid
        self.write = awaited(phone.write)
        self.messages = awaited(phone.messages)
        self.wait_for = awaited(phone.wait_for)
        self.read = awaited(phone.read)
        self.react = awaited(phone.react)
        self.edit = awaited(phone.edit)
        self.revoke = awaited(phone.revoke)
        self.call = awaited(phone.call)
        self.switch = awaited(phone.switch)
        self.file = awaited(phone.file)
        self.scan = awaited(phone.scan)
        self.unlink = awaited(phone.unlink)


class AsyncReceiver:
    """Receives webhooks; what has come is there without waiting."""

    def __init__(self, receiver: Receiver) -> None:
        self.url = receiver.url
        self.deliveries, self.events, self.fail_next = receiver.deliveries, receiver.events, receiver.fail_next
        self.subscribe = awaited(receiver.subscribe)
        self.wait_for = awaited(receiver.wait_for)
        self.wait_for_delivery = awaited(receiver.wait_for_delivery)


class AsyncClock:
    """The time of a running Tideline."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now
        self.advance = awaited(clock.advance)


class AsyncWorkspace:
    """An empty workspace on a running Tideline; `client` is an AsyncTideline."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.base_url, self.id, self.token = workspace.base_url, workspace.id, workspace.token
        self.owner_email = workspace.owner_email
        self.client = workspace.async_client()
        self.wait_for_chat = awaited(workspace.wait_for_chat)
        self.wait_for_message = awaited(workspace.wait_for_message)
        self.wait_for_status = awaited(workspace.wait_for_status)

    async def phone(self, name: str, phone: str | None = None) -> AsyncPhone:
        """A customer's phone, with a number that nobody has had, unless it is given."""
        return AsyncPhone(await awaited(self._workspace.phone)(name, phone))

    async def link_number(self, name: str = "Shop", phone: str | None = None) -> AsyncPhone:
        """A phone that is a number of this workspace, by scanning a code."""
        return AsyncPhone(await awaited(self._workspace.link_number)(name, phone))

    async def group(self, subject: str, *members: Place) -> AsyncGroup:
        """The first member owns it. With a linked number among them it is a chat of the workspace."""
        return AsyncGroup(await awaited(self._workspace.group)(subject, *members))

    async def receiver(self, *event_types: str) -> AsyncReceiver:
        """Listens to these events, and to what is subscribed later."""
        return AsyncReceiver(await awaited(self._workspace.receiver)(*event_types))
