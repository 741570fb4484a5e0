"""The world: everything that can be done in the simulated WhatsApp, each as one transaction of its own."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from tideline.connectors.simulator import (
    business,
    calls,
    delivering,
    files,
    groups,
    linking,
    marks,
    phones,
    pictures,
    seeing,
    writing,
)
from tideline.connectors.simulator.errors import LinkRefused
from tideline.connectors.simulator.model import (
    Draft,
    File,
    FileId,
    Group,
    GroupPatch,
    LinkId,
    Outcome,
    Phone,
    PhonePatch,
    Screen,
    SeenMessage,
    Written,
)
from tideline.connectors.simulator.seed import Seed
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import business as business_store
from tideline.connectors.simulator.store import groups as groups_store
from tideline.connectors.simulator.store import links, messages, steps
from tideline.connectors.simulator.store import phones as phones_store
from tideline.connectors.simulator.templates import NewTemplate, Template
from tideline.connectors.simulator.together import Together
from tideline.connectors.simulator.writing import AnyDraft
from tideline.features.numbers.port import AnalyticsQuestion, MediaKind, Sound
from tideline.platform.clock import Clock
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.wake import Bell, Wakes

TOPIC = "simulator"
LOOK_AGAIN = 2.0  # seconds; a wake-up is only a hint


class World:
    """One process's view of the world; its state is in the database, so several processes can host it."""

    def __init__(self, db: Database, wakes: Wakes, *, seed: str = "tideline", keeps_windows: bool = True) -> None:
        """Tests of what windows have nothing to do with may leave them open: `keeps_windows` False."""
        self.db = db
        self._wakes = wakes
        self._seed = Seed(seed)
        self._keeps_windows = keeps_windows
        # Steps of this process wait here and not in the database, where each would hold a connection.
        self._turn = asyncio.Lock()
        self._send_together = Together(self._write_all)

    @property
    def clock(self) -> Clock:
        return self.db.clock

    @asynccontextmanager
    async def step(self) -> AsyncIterator[Step]:
        """One change of the world: committed when the block ends, nothing of it when the block raises."""
        async with self._turn:
            async with self.db.system() as tx:
                counters = await steps.lock_world(tx)
                step = Step(tx, counters, self.clock.now(), self._seed)
                step.keeps_windows = self._keeps_windows
                yield step
                await step.settle()
        self.wake()

    def wake(self) -> None:
        """Whoever follows the world looks again: something changed, or the clock was moved."""
        self._wakes.wake(TOPIC)

    def bell(self) -> Bell:
        return self._wakes.bell(TOPIC)

    # Phones

    async def add_phone(self, phone: str, name: str) -> Phone:
        async with self.step() as step:
            return await phones.add(step, phone, name)

    async def phone(self, phone: str) -> Phone:
        async with self.db.system_read() as conn:
            return await seeing.get_phone(conn, phone)

    async def phones(self) -> list[Phone]:
        async with self.db.system_read() as conn:
            return await phones_store.list_phones(conn)

    async def find_phones(self, digits: Collection[str]) -> list[Phone]:
        async with self.db.system_read() as conn:
            return await phones_store.find_phones(conn, digits)

    async def change_phone(self, phone: str, patch: PhonePatch) -> Phone:
        async with self.step() as step:
            return await phones.change(step, phone, patch)

    # Messages

    async def write(self, draft: Draft) -> Written:
        """A phone sends a message. Calls at the same time share a transaction."""
        return await self.send(draft)

    async def send(self, draft: AnyDraft) -> Written:
        answer = await self._send_together(draft)
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def write_many(self, drafts: Sequence[Draft]) -> list[Written | Problem]:
        """Send many messages in one transaction, each taken or refused for itself."""
        return await self._write_all(drafts)

    async def _write_all(self, drafts: Sequence[AnyDraft]) -> list[Written | Problem]:
        async with self.step() as step:
            return await writing.write(step, drafts)

    async def edit(self, phone: str, external_id: str, text: str) -> None:
        async with self.step() as step:
            await marks.edit(step, phone, external_id, text)

    async def revoke(self, phone: str, external_id: str) -> None:
        async with self.step() as step:
            await marks.revoke(step, phone, external_id)

    async def react(self, phone: str, external_id: str, emoji: str | None) -> None:
        async with self.step() as step:
            await marks.react(step, phone, external_id, emoji)

    async def read(self, phone: str, chat: str) -> int:
        """Open a conversation on the phone; says how many messages were marked as read."""
        async with self.step() as step:
            return await marks.read(step, phone, chat)

    async def call(self, phone: str, to: str, outcome: Outcome, *, video: bool = False, seconds: int = 0) -> str:
        async with self.step() as step:
            return await calls.call(step, phone, to, outcome, is_video=video, seconds=seconds)

    # Business numbers

    async def open_business(self, phone: str, waba_id: str | None = None) -> Phone:
        """The Business Platform speaks for this phone from now on."""
        async with self.step() as step:
            return await business.open_number(step, phone, waba_id)

    async def link_business(self, phone: str, workspace_id: int, number_id: int) -> None:
        """What customers write from now on waits for Tideline to open the number."""
        async with self.step() as step:
            await business.link(step, phone, workspace_id, number_id)

    async def add_template(self, phone: str, new: NewTemplate) -> Template:
        async with self.step() as step:
            return await business.add_template(step, phone, new)

    async def review_template(
        self, phone: str, name: str, status: str, *, language: str | None = None, reason: str | None = None
    ) -> Template:
        """WhatsApp approves a template, rejects it, or switches it off."""
        async with self.step() as step:
            return await business.review(step, phone, name, status, language=language, reason=reason)

    async def business(self, phone: str) -> Phone:
        """A business number; raises NotBusiness for other phones."""
        found = await self.phone(phone)
        business.account_of(found)
        return found

    async def templates(self, waba_id: str) -> list[Template]:
        async with self.db.system_read() as conn:
            return await business_store.templates(conn, [waba_id])

    async def figures(self, phone: Phone, question: AnalyticsQuestion) -> Mapping[str, Any]:
        async with self.db.system_read() as conn:
            return await business.figures(conn, phone, question)

    # Groups

    async def create_group(self, subject: str, members: Sequence[str]) -> Group:
        async with self.step() as step:
            return await groups.create(step, subject, members)

    async def subjects_of(self, phone: str) -> set[str]:
        """What the groups are called that a phone is in."""
        known = await self.phone(phone)
        async with self.db.system_read() as conn:
            return {group.subject for group in await groups_store.of_phone(conn, known.id)}

    async def change_group(self, jid: str, patch: GroupPatch) -> Group:
        async with self.step() as step:
            return await groups.change(step, jid, patch)

    # Pictures

    async def show_picture(self, phone: str, picture: File | None) -> Phone:
        """A phone shows a picture that was stored with `store_file`, or none."""
        async with self.step() as step:
            return await pictures.of_phone(step, phone, picture)

    async def show_group_picture(self, jid: str, picture: File | None) -> None:
        async with self.step() as step:
            await pictures.of_group(step, jid, picture)

    async def picture_of(self, *, phone: str | None = None, group: str | None = None) -> File:
        async with self.db.system_read() as conn:
            return await pictures.get(conn, phone=phone, group=group)

    # Linked devices, from the phone's side

    async def scan(self, phone: str, qr: str) -> LinkId:
        async with self.step() as step:
            return await linking.scan(step, phone, qr)

    async def enter_code(self, phone: str, code: str) -> LinkId:
        async with self.step() as step:
            return await linking.enter_code(step, phone, code)

    async def unlink_phone(self, phone: str) -> int:
        async with self.step() as step:
            return await linking.unlink_phone(step, phone)

    async def current_qr(self, workspace_id: int, pairing_id: int) -> str | None:
        """The QR text that this attempt to link shows now, None when it is over."""
        async with self.db.system_read() as conn:
            return await links.current_secret(conn, workspace_id, pairing_id)

    async def wait_until_open(self, link: LinkId, timeout: float) -> None:
        """Wait until Tideline has taken a new link into use, but not for ever: it may be busy.

        Raises LinkRefused when Tideline does not want it.
        """
        bell = self.bell()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not await self._is_open(link):
                    await bell.wait(LOOK_AGAIN)

    async def _is_open(self, link: LinkId) -> bool:
        async with self.db.system_read() as conn:
            found = await links.find_link(conn, link)
        if found is None:
            raise LinkRefused
        return found.is_open

    # Files

    async def store_file(
        self,
        kind: MediaKind,
        filename: str,
        mimetype: str,
        chunks: AsyncIterator[bytes],
        *,
        sound: Sound | None = None,
    ) -> File:
        """Keep the bytes of a file that a message is about to carry; without a message they go after an hour."""
        return await files.keep(self.db, kind, filename, mimetype, chunks, sound=sound)

    async def drop_file(self, file: File) -> None:
        """The message was refused: forget its file. What was sent stays."""
        await files.drop(self.db, file.id)

    async def file_of(self, phone: str, external_id: str) -> File:
        async with self.db.system_read() as conn:
            return await seeing.file_of(conn, phone, external_id)

    def file_bytes(self, file: FileId) -> AsyncIterator[bytes]:
        return files.stream(self.db, file)

    # What is on screens

    async def messages(self, phone: str, chat: str | None = None, limit: int | None = None) -> list[SeenMessage]:
        """The newest messages this phone sees, oldest first."""
        async with self.db.system_read() as conn:
            return await seeing.seen_messages(conn, phone, chat, limit)

    async def screen(self, phone: str) -> Screen:
        async with self.db.system_read() as conn:
            return await seeing.screen(conn, phone)

    async def version(self) -> int:
        """Grows with every change of the world."""
        async with self.db.system_read() as conn:
            return await steps.version(conn)

    async def wait_for_change(self, version: int, timeout: float) -> int:
        """Return the version as soon as it is another one, or unchanged after the timeout."""
        bell = self.bell()
        try:
            async with asyncio.timeout(timeout):
                while (now := await self.version()) == version:
                    await bell.wait(LOOK_AGAIN)
        except TimeoutError:
            return version
        return now

    # Time

    async def deliver_due(self) -> datetime | None:
        """Let everything arrive whose time has come; says when the next message does."""
        while True:
            async with self.db.system_read() as conn:
                due_at = await messages.next_due(conn)
            if due_at is None or due_at > self.clock.now():
                return due_at
            async with self.step() as step:
                await delivering.deliver_due(step)
