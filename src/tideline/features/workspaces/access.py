"""Who is calling: from an API token to its teammate, remembered for two seconds."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from tideline.features.workspaces.errors import InvalidToken, MemberNotFound, WorkspaceSuspended
from tideline.features.workspaces.model import Caller
from tideline.features.workspaces.store import teammates
from tideline.features.workspaces.store import tokens as store
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, SystemTx
from tideline.platform.ids import key_of
from tideline.platform.mail import Outbox

TOKENS = "tokens"  # the topic that is woken when tokens or the teammates behind them change
REMEMBERED = timedelta(seconds=2)
MOST_REMEMBERED = 10_000
LONGEST_TOKEN = 500

Refusal = type[InvalidToken] | type[MemberNotFound] | type[WorkspaceSuspended]


class Wakes(Protocol):
    """What is needed of `tideline.platform.wake`: to have heard, here or from another node, that tokens changed."""

    def count(self, topic: str) -> int: ...


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
    """Answers and the look-ups under way, by digest of the token, since one change of tokens.

    It is thrown away as a whole at the next one, so that a look-up that began before cannot leave an old answer.
    """

    changes: int
    answers: dict[bytes, _Answer] = field(default_factory=dict)
    lookups: dict[bytes, asyncio.Task[_Answer]] = field(default_factory=dict)


class Access:
    """The keys of the installation, the door that API tokens open, and the outbox for links to other doors. One per
    program."""

    def __init__(self, db: Database, keyring: Keyring, wakes: Wakes, *, public_url: str = "") -> None:
        self.keyring = keyring
        self.outbox = Outbox(keyring)
        self._public_url = public_url
        self._db = db
        self._wakes = wakes
        self._memory = _Memory(changes=-1)

    def address_of(self, link_token: str) -> str:
        """Where somebody follows a one-time link."""
        return f"{self._public_url}/link/{link_token}"

    async def authenticate(self, token: str) -> Caller:
        """Say who is calling. `InvalidToken` for what is no token (any more), `MemberNotFound` for a real one
        whose teammate is suspended or removed, `WorkspaceSuspended` when that is the whole workspace."""
        memory = self._current_memory()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        answer = memory.answers.get(digest)
        if answer is None or not answer.holds(self._db.clock.now()):
            answer = await self._look_up_once(memory, digest, token)
        if isinstance(answer.caller, Caller):
            return answer.caller
        raise answer.caller

    def _current_memory(self) -> _Memory:
        changes = self._wakes.count(TOKENS)
        if self._memory.changes != changes:
            self._memory = _Memory(changes)
        return self._memory

    async def _look_up_once(self, memory: _Memory, digest: bytes, token: str) -> _Answer:
        """Requests that arrive together share one look-up, and none of them can cancel it for the others."""
        task = memory.lookups.get(digest)
        if task is None:
            task = memory.lookups[digest] = asyncio.create_task(self._look_up(memory, digest, token))
            task.add_done_callback(lambda done: _finish(memory, digest, done))
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
        teammate, is_suspended = await teammates.find_caller(own, token.teammate_id)
    answer = _Answer(InvalidToken, tx.now, tx.now + REMEMBERED)
    if is_suspended:
        return replace(answer, caller=WorkspaceSuspended)
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
        key=key_of(token.token_hash),
    )
    return replace(answer, caller=caller, until=min(answer.until, token.expires_at or answer.until))


def _finish(memory: _Memory, digest: bytes, done: asyncio.Task[_Answer]) -> None:
    memory.lookups.pop(digest, None)
    if not done.cancelled():
        done.exception()  # everybody who waited may be gone; then nobody else would ask for it
