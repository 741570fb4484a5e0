"""Wake-ups by topic: at once inside this process, bundled every few milliseconds for the other nodes."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import structlog

from tideline.platform.db import Database, Session

log = structlog.get_logger(__name__)

CHANNEL = "tideline_wakes"
BUNDLE_SECONDS = 0.015
PAYLOAD_LIMIT = 7_000  # PostgreSQL refuses 8,000 bytes
SAYS = "\t"  # between a topic and words; a topic has none
LONGEST_LINE = 4_000
CHECK_SECONDS = 10.0
RECONNECT_SECONDS = (0.1, 5.0)


class Bell:
    """One listener of one topic. It remembers what it has heard, so that no wake-up between two waits is lost."""

    def __init__(self, wakes: "Wakes", topic: str) -> None:
        self._wakes = wakes
        self._topic = topic
        self._heard = wakes.count(topic)

    def has_rung(self) -> bool:
        return self._wakes.count(self._topic) != self._heard

    async def wait(self, timeout: float | None = None) -> bool:
        """Return as soon as the topic was woken since the last call; false when the time is over first."""
        if not self.has_rung():
            await self._wakes.next_ring(self._topic, timeout)
        woken = self.has_rung()
        self._heard = self._wakes.count(self._topic)
        return woken


class Wakes:
    """Who waits for what. Without a database it works inside this process only.

    A wake-up is a hint and may come twice or, when the network fails, not at all: whoever waits also looks by
    himself now and then (`timeout`).
    """

    def __init__(self, db: Database | None = None) -> None:
        self._db = db
        self._node = secrets.token_hex(8)
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._bells: WeakKeyDictionary[asyncio.Task[object], dict[str, Bell]] = WeakKeyDictionary()
        self._called: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._told: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._to_tell: dict[str, None] = {}  # in the order in which it was said
        self._telling: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    def wake(self, topic: str) -> None:
        """Wake everybody who waits for this topic, here now and on the other nodes in some milliseconds."""
        self._ring(topic)
        if self._db is not None:
            self._tell_others(topic)

    def say(self, topic: str, words: str) -> None:
        """Tell whoever hears this topic (`hear`) a line of words, here now and on the other nodes in some milliseconds.
        It is kept nowhere: who does not hear it now never will."""
        if "\n" in words or len(words.encode()) > LONGEST_LINE:
            raise ValueError("this is not a short line")
        self._deliver(topic, words)
        if self._db is not None:
            self._tell_others(f"{topic}{SAYS}{words}")

    def hear(self, topic: str, action: Callable[[str], None]) -> None:
        """Call something plain with the words that are said about a topic, from now on."""
        self._told[topic].append(action)

    def wake_all(self) -> None:
        """The clock was moved: everybody in this process who waits until some time looks again."""
        self._ring_all()

    def bell(self, topic: str) -> Bell:
        """A listener that has heard everything so far: make it, look at the database, then wait."""
        return Bell(self, topic)

    @contextmanager
    def calling(self, topic: str, action: Callable[[], None]) -> Iterator[None]:
        """Call something plain at each wake-up of a topic, for as long as the block lasts."""
        self._called[topic].append(action)
        try:
            yield
        finally:
            self._called[topic].remove(action)

    async def wait(self, topic: str, timeout: float | None = None) -> bool:
        """Wait as the calling task's own listener, whose first call also counts what was rung before it."""
        task = asyncio.current_task()
        assert task is not None
        bells = self._bells.setdefault(task, {})
        if topic not in bells:
            bells[topic] = Bell(self, topic)
            if self.count(topic):
                return True
        return await bells[topic].wait(timeout)

    def count(self, topic: str) -> int:
        """How often a topic was woken in this process."""
        return self._counts.get(topic, 0)

    async def next_ring(self, topic: str, timeout: float | None) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[topic].add(future)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            pass
        finally:
            self._forget(topic, future)

    async def run(self) -> None:
        """Hear the other nodes until cancelled; a lost connection is made anew."""
        if self._db is None:
            return
        pause = RECONNECT_SECONDS[0]
        while True:
            try:
                async with self._db.session() as session:
                    pause = RECONNECT_SECONDS[0]
                    await self._listen(session)
            except Exception as problem:
                log.warning("wakes.disconnected", problem=type(problem).__name__, again_in=pause)
            finally:
                self.is_listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNECT_SECONDS[1])

    async def flush(self) -> None:
        """Wait until what was woken so far has been told to the other nodes (before the process ends)."""
        if self._telling is not None:
            await self._telling

    async def _listen(self, session: Session) -> None:
        async with session.listening(CHANNEL, self._hear):
            self._ring_all()  # whatever was told while nobody listened
            self.is_listening.set()
            await session.watch(CHECK_SECONDS)
        log.warning("wakes.disconnected")

    def _hear(self, payload: str) -> None:
        node, *topics = payload.split("\n")
        if node != self._node:
            for one in topics:
                topic, says, words = one.partition(SAYS)
                if says:
                    self._deliver(topic, words)
                else:
                    self._ring(topic)

    def _deliver(self, topic: str, words: str) -> None:
        """Words that cannot be read, such as those of a node of another version, keep nobody from what else is said."""
        for action in self._told.get(topic, ()):
            try:
                action(words)
            except Exception:
                log.exception("wakes.not_understood", topic=topic)

    def _tell_others(self, line: str) -> None:
        assert self._db is not None
        self._to_tell.pop(line, None)  # said again, it comes after what was said in between
        self._to_tell[line] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell(self._db))

    def _ring(self, topic: str) -> None:
        self._counts[topic] += 1
        for future in self._waiting.get(topic, ()):
            if not future.done():
                future.set_result(None)
        for action in self._called.get(topic, ()):
            action()

    def _ring_all(self) -> None:
        for topic in {*self._counts, *self._waiting, *self._called}:
            self._ring(topic)

    def _forget(self, topic: str, future: "asyncio.Future[None]") -> None:
        self._waiting[topic].discard(future)
        if not self._waiting[topic]:
            del self._waiting[topic]

    async def _tell(self, db: Database) -> None:
        while self._to_tell:
            await asyncio.sleep(BUNDLE_SECONDS)
            topics, self._to_tell = self._to_tell, {}
            try:
                async with db.system_read() as conn:
                    for payload in _payloads(self._node, topics):
                        await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
            except Exception as problem:
                log.warning("wakes.not_told", problem=type(problem).__name__)


def _payloads(node: str, topics: Iterable[str]) -> Iterator[str]:
    lines = [node]
    size = len(node)
    for topic in topics:
        if size + len(topic.encode()) + 1 > PAYLOAD_LIMIT:
            yield "\n".join(lines)
            lines, size = [node], len(node)
        lines.append(topic)
        size += len(topic.encode()) + 1
    yield "\n".join(lines)
