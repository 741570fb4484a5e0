"""The bodies of webhooks, and their way out: signed, in order, and again until they are taken."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tests.support.graph.model import Number

Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
AGAIN_SECONDS = 0.1


def signed(body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


def dump(body: Any) -> bytes:
    """As Meta writes it: every character beyond ASCII is escaped, and slashes too."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def body_of(waba_id: str, changes: Sequence[dict[str, Any]], at: int) -> dict[str, Any]:
    entry = {"id": waba_id, "time": at, "changes": list(changes)}
    return {"object": "whatsapp_business_account", "entry": [entry]}


class Outbox:
    """What waits to be told to one callback."""

    def __init__(self, post: Callable[[], Post]) -> None:
        self._post = post
        self._waiting: deque[tuple[Number, bytes, Mapping[str, str]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self.told = 0

    def put(self, number: Number, body: Mapping[str, Any]) -> None:
        if not (number.callback and number.subscribed):
            return
        raw = dump(body)
        self._waiting.append((number, raw, signed(raw, number.app_secret)))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    async def drained(self) -> None:
        while self._task and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        self._waiting.clear()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _tell(self) -> None:
        while self._waiting:
            number, raw, headers = self._waiting[0]
            try:
                status = await self._post()(number.callback, raw, headers)
            except OSError:
                status = 0
            if status == 200:
                self._waiting.popleft()
                self.told += 1
            else:
                await asyncio.sleep(AGAIN_SECONDS)
