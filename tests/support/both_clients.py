"""The client that waits and the client that awaits, called in one way, so that one test is for both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tideline.client import AsyncPartner, AsyncTideline, Partner, Retries, Tideline
from tideline.client.async_connection import AsyncConnection
from tideline.client.connection import Connection

BOTH = pytest.mark.parametrize("kind", ["waits", "awaits"])


class Caller:
    """One client; what waits is called in a thread."""

    def __init__(self, client: Connection | AsyncConnection) -> None:
        self.client = client

    async def do(self, name: str, /, *arguments: Any, **named: Any) -> Any:
        if isinstance(self.client, AsyncConnection):
            return await getattr(self.client, name)(*arguments, **named)
        return await asyncio.to_thread(getattr(self.client, name), *arguments, **named)

    async def all(self, name: str, /, **named: Any) -> list[Any]:
        """Everything that an iterator yields."""
        found = getattr(self.client, name)(**named)
        if isinstance(self.client, AsyncConnection):
            return [one async for one in found]
        return await asyncio.to_thread(list, found)

    async def read(self, link: str) -> bytes:
        """The whole of a download, which is put together from its pieces."""
        if isinstance(self.client, AsyncConnection):
            async with self.client.download(link) as download:
                return b"".join([piece async for piece in download])
        return await asyncio.to_thread(_read, self.client, link)


def _read(client: Connection, link: str) -> bytes:
    with client.download(link) as download:
        return b"".join(download)


@asynccontextmanager
async def tideline_client(kind: str, base_url: str, token: str = "a-token", **options: Any) -> AsyncIterator[Caller]:
    if kind == "waits":
        with Tideline(base_url, token, **{"retries": SWIFT, **options}) as waiting:
            yield Caller(waiting)
    else:
        async with AsyncTideline(base_url, token, **{"retries": SWIFT, **options}) as awaited:
            yield Caller(awaited)


@asynccontextmanager
async def partner_client(kind: str, base_url: str, partner_id: str, secret: str) -> AsyncIterator[Caller]:
    if kind == "waits":
        with Partner(base_url, partner_id, secret) as waiting:
            yield Caller(waiting)
    else:
        async with AsyncPartner(base_url, partner_id, secret) as awaited:
            yield Caller(awaited)


def swift(most: int = 4) -> Retries:
    """As persistent as others, and without a pause where the server asks for none."""
    return Retries(most=most, first_wait=timedelta())


SWIFT = swift()
