"""Who is calling: from an API token to its teammate, remembered for two seconds."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from tideline.features.workspaces.errors import InvalidToken, MemberNotFound
from tideline.features.workspaces.model import Caller
from tideline.features.workspaces.store import teammates
from tideline.features.workspaces.store import tokens as store
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, SystemTx, Tx

TOPIC = "tokens"
REMEMBERED = timedelta(seconds=2)
MOST_REMEMBERED = 10_000
LONGEST_TOKEN = 500

Refusal = type[InvalidToken] | type[MemberNotFound]


class Wakes(Protocol):
    """What is needed of `tideline.platform.wake`: to tell every node that something changed, and to hear of it."""

    def wake(self, topic: str, /) -> None: ...

    async def wait(self, topic: str, timeout: float, /) -> object: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a token means, and between which instants that may be believed."""

    caller: Caller | Refusal
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until


@dataclass(slots=True)
class _Memory:
    """Answers and the look-ups under way, by digest of the token. It is thrown away as a whole when tokens change,
    so that a look-up that began before the change cannot leave an old answer behind."""

    answers: dict[bytes, _Answer]
    lookups: dict[bytes, asyncio.Task[_Answer]]


class Access:
    """The keys of the installation and the door that API tokens open. One per program."""

    def __init__(self, db: Database, keyring: Keyring, wakes: Wakes) -> None:
        self.keyring = keyring
        self._db = db
        self._wakes = wakes
        self._memory = _Memory({}, {})

    async def authenticate(self, token: str) -> Caller:
        """Say who is calling. `InvalidToken` for what is no token (any more), `MemberNotFound` for a real one
        whose teammate is suspended or removed."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        answer = self._memory.answers.get(digest)
        if answer is None or not answer.holds(self._db.clock.now()):
            answer = await self._look_up_once(digest, token)
        if isinstance(answer.caller, Caller):
            return answer.caller
        raise answer.caller

    def tokens_changed(self, tx: Tx | SystemTx) -> None:
        """After the commit nobody, on any node, believes what was remembered of tokens and teammates."""
        tx.after_commit.append(self._tell)

    async def run(self) -> None:
        """Forget what is remembered whenever another node says that tokens changed."""
        while True:
            await self._wakes.wait(TOPIC, 60.0)
            self.forget()

    def forget(self) -> None:
        self._memory = _Memory({}, {})

    def _tell(self) -> None:
        self.forget()
        self._wakes.wake(TOPIC)

    async def _look_up_once(self, digest: bytes, token: str) -> _Answer:
        """Requests that arrive together share one look-up, and none of them can cancel it for the others."""
        lookups = self._memory.lookups
        task = lookups.get(digest)
        if task is None:
            task = lookups[digest] = asyncio.create_task(self._look_up(self._memory, digest, token))
            task.add_done_callback(lambda done: _finish(lookups, digest, done))
        return await asyncio.shield(task)

    async def _look_up(self, memory: _Memory, digest: bytes, token: str) -> _Answer:
        async with self._db.system() as tx:
            found = await self._find(tx, token)
            answer = await _answer(tx, found) if found else _Answer(InvalidToken, tx.now, tx.now)
        if len(memory.answers) >= MOST_REMEMBERED:
            memory.answers.clear()
        if found:
            memory.answers[digest] = answer
        return answer

    async def _find(self, tx: SystemTx, token: str) -> store.Token | None:
        if len(token) > LONGEST_TOKEN:
            return None
        hashes = self.keyring.token_hashes(token)
        found = await store.find(tx, hashes)
        # The keys may have been rotated, and the token hashed anew, just before it was looked for.
        if found is None and (newer := self.keyring.token_hashes(token)) != hashes:
            found = await store.find(tx, newer)
        return found


async def _answer(tx: SystemTx, token: store.Token) -> _Answer:
    async with tx.workspace(token.workspace_id) as own:
        teammate = await teammates.find(own, token.teammate_id)
    answer = _Answer(InvalidToken, tx.now, tx.now + REMEMBERED)
    if teammate is None or not teammate.is_active:
        return replace(answer, caller=MemberNotFound)
    if not token.is_valid(tx.now):
        return answer
    caller = Caller(
        workspace_id=token.workspace_id,
        teammate_id=teammate.id,
        email=teammate.email,
        display_name=teammate.display_name,
        role=teammate.role,
        scopes=frozenset(token.scopes),
    )
    return replace(answer, caller=caller, until=min(answer.until, token.expires_at or answer.until))


def _finish(lookups: dict[bytes, asyncio.Task[_Answer]], digest: bytes, done: asyncio.Task[_Answer]) -> None:
    lookups.pop(digest, None)
    if not done.cancelled():
        done.exception()  # everybody who waited may be gone; then nobody else would ask for it
