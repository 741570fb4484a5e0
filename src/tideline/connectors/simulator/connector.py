"""The connector to the simulated WhatsApp: what the gateway holds of linked simulator numbers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar

from tideline.connectors.simulator import business, linking, marks, pictures
from tideline.connectors.simulator.codec import read_event
from tideline.connectors.simulator.errors import FileTooLarge, MessageIsRevoked, MessageNotFound
from tideline.connectors.simulator.groups import as_seen
from tideline.connectors.simulator.model import File, FileId, Link, Phone
from tideline.connectors.simulator.step import STRANGER, Step
from tideline.connectors.simulator.store import files, groups, links
from tideline.connectors.simulator.store.links import PairingRow, SessionKey
from tideline.connectors.simulator.store.phones import present
from tideline.connectors.simulator.world import LOOK_AGAIN, World
from tideline.connectors.simulator.writing import LinkDraft, check_may_send, check_session
from tideline.features.numbers.port import (
    Accepted,
    AccountRef,
    AnalyticsQuestion,
    BusinessProfile,
    BusinessTemplate,
    Capability,
    Content,
    Envelope,
    GroupChanged,
    Media,
    MediaRef,
    MediaRejected,
    MessageKey,
    NotLinked,
    NumberInfo,
    Offline,
    Paired,
    PairingCode,
    PairingEvent,
    PairingFailed,
    PairingQr,
    PairingRef,
    Peer,
    Picture,
    TemplateMessage,
    Unsupported,
)
from tideline.platform.db import Connection

BATCH = 500


@dataclass(slots=True)
class _Session:
    """A number that was started here, and the last event that was handed out."""

    epoch: int
    handed_out: int = 0


class SimulatorConnector:
    """Implements `tideline.features.numbers.port.Connector` on a `World`."""

    kind: ClassVar[str] = "simulator"
    capabilities: ClassVar[Capability] = ~Capability(0)

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[int, _Session] = {}
        self._pairings: dict[PairingRef, int] = {}

    # Sessions

    async def start(self, account: AccountRef, epoch: int) -> None:
        running = self._sessions.get(account.number_id)
        if running and running.epoch == epoch:
            return
        async with self._world.step() as step:
            await business.link(step, account.phone, account.workspace_id, account.number_id)
            await linking.open_session(step, account.number_id, epoch)
        self._sessions[account.number_id] = _Session(epoch)
        self._world.wake()

    async def stop(self, number_id: int) -> None:
        self._sessions.pop(number_id, None)

    async def unlink(self, account: AccountRef) -> None:
        async with self._world.step() as step:
            await linking.unlink(step, account.number_id)
        self._sessions.pop(account.number_id, None)

    # Linking

    async def begin_pairing(self, pairing: PairingRef, *, phone: str | None = None) -> None:
        async with self._world.step() as step:
            await linking.begin(step, pairing, phone)
        self._pairings[pairing] = 0
        self._world.wake()

    async def cancel_pairing(self, pairing: PairingRef) -> None:
        self._pairings.pop(pairing, None)
        async with self._world.step() as step:
            await linking.cancel(step, pairing)

    async def adopt(self, pairing: PairingRef, account: AccountRef) -> None:
        async with self._world.step() as step:
            is_new = await linking.adopt(step, pairing, account.number_id)
        if is_new:
            self._sessions.pop(account.number_id, None)

    async def pairing_events(self) -> AsyncIterator[PairingEvent]:
        bell = self._world.bell()
        while True:
            rows = await self._turned_pairings()
            for row in rows:
                event = self._news(row)
                if event:
                    yield event
            await bell.wait(self._until(min((row.until for row in rows if row.state == "waiting"), default=None)))

    async def _turned_pairings(self) -> list[PairingRow]:
        """Our open attempts, after those codes were replaced whose time is up."""
        rows = await self._pairing_rows()
        now = self._world.clock.now()
        if not any(row.state == "waiting" and row.until <= now for row in rows):
            return rows
        async with self._world.step() as step:
            await linking.turn(step)
        return await self._pairing_rows()

    async def _pairing_rows(self) -> list[PairingRow]:
        if not self._pairings:
            return []
        async with self._world.db.system_read() as conn:
            return await links.pairings(conn, [(ref.workspace_id, ref.pairing_id) for ref in self._pairings])

    def _news(self, row: PairingRow) -> PairingEvent | None:
        """What changed about an attempt since it was reported last; nothing more comes after its end."""
        ref = PairingRef(row.pairing_id, row.workspace)
        if self._pairings.get(ref, row.version) == row.version:
            return None
        self._pairings[ref] = row.version
        if row.state != "waiting":
            del self._pairings[ref]
        return _pairing_event(ref, row)

    # Events

    async def events(self) -> AsyncIterator[Sequence[Envelope]]:
        """Batches of one number each. Time passes here: what the clock has let arrive is delivered first."""
        bell = self._world.bell()
        while True:
            due_at = await self._world.deliver_due()
            batches = await self._next_batches()
            for session, batch in batches:
                if self._sessions.get(batch[0].number_id) is session:
                    session.handed_out = batch[-1].id
                    yield batch
            if not batches:
                await bell.wait(self._until(due_at))

    async def _next_batches(self) -> list[tuple[_Session, list[Envelope]]]:
        sessions = dict(self._sessions)
        if not sessions:
            return []
        keys = [SessionKey(number, session.epoch, session.handed_out) for number, session in sessions.items()]
        async with self._world.db.system_read() as conn:
            rows = await links.read_events(conn, keys, BATCH)
        return [
            (
                sessions[number],
                [Envelope(row["id"], number, row["epoch"], read_event(row["kind"], row["event"])) for row in mine],
            )
            for number, mine in groupby(rows, key=lambda row: int(row["number_id"]))
        ]

    async def ack(self, number_id: int, up_to: int) -> None:
        session = self._sessions.get(number_id)
        if session:
            async with self._world.db.system_read() as conn:
                await links.drop_events(conn, number_id, session.epoch, up_to)

    def _until(self, at: datetime | None) -> float:
        """Seconds to wait for that instant of the world's clock, never longer than we trust wake-ups."""
        if at is None:
            return LOOK_AGAIN
        return min(max((at - self._world.clock.now()).total_seconds(), 0.0), LOOK_AGAIN)

    # Sending

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        epoch = self._epoch(account)
        file = await self._store(content) if isinstance(content, Media) else None
        draft = LinkDraft(
            number_id=account.number_id,
            epoch=epoch,
            to=to,
            client_ref=client_ref,
            text=content.caption if isinstance(content, Media) else content.text,
            file=file,
            reply_to=reply_to.external_id if reply_to else None,
            template=content if isinstance(content, TemplateMessage) else None,
        )
        try:
            written = await self._world.send(draft)
        except BaseException:
            if file:
                await self._world.drop_file(file)
            raise
        return Accepted(written.external_id, written.at)

    async def _store(self, media: Media) -> File:
        try:
            return await self._world.store_file(
                media.kind, media.filename, media.mimetype, media.source.chunks(), sound=media.sound
            )
        except FileTooLarge as problem:
            raise MediaRejected(problem.message, **problem.details) from problem

    async def react(self, account: AccountRef, key: MessageKey, emoji: str | None) -> Accepted:
        async with self._world.step() as step:
            link, phone = await self._session(step, account)
            check_may_send(phone)
            try:
                await marks.react(step, phone.phone, key.external_id, emoji or None, through=link)
            except (MessageNotFound, MessageIsRevoked) as problem:
                raise Unsupported("WhatsApp knows no such message to react to.") from problem
            return Accepted(step.seed.message_id(step.new_id()), step.now)

    async def mark_read(self, account: AccountRef, keys: Sequence[MessageKey]) -> None:
        async with self._world.step() as step:
            link, _ = await self._session(step, account)
            await marks.read_through(step, link, [key.external_id for key in keys])

    # Looking things up

    async def open_media(self, account: AccountRef, media: MediaRef) -> AsyncIterator[bytes]:
        async with self._world.db.system_read() as conn:
            link = await self._link(conn, account)
            file = _file_id(media.ref)
            if file is None or not await files.may_see_file(conn, link.phone, file):
                raise MediaRejected("WhatsApp does not have this file.")
        async for chunk in self._world.file_bytes(file):
            yield chunk

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]:
        """Who is on WhatsApp. The LID is told where the number knows already that both are one person."""
        async with self._world.db.system_read() as conn:
            link = await self._link(conn, account)
            found = {one.phone.phone: one for one in await present(conn, phones=phones) if one.phone.on_whatsapp}
        return [
            NumberInfo(
                phone,
                phone in found,
                found[phone].phone.lid if phone in found and found[phone].known.get(link.id, STRANGER).mapped else None,
            )
            for phone in phones
        ]

    async def groups(self, account: AccountRef) -> Sequence[GroupChanged]:
        async with self._world.step() as step:
            link, phone = await self._session(step, account)
            rows = await groups.of_phone(step.tx, phone.id)
            await step.load(ids={member for row in rows for member, _ in row.members})
            step.enter_groups(rows)
            return [as_seen(step, link, step.cast.groups[row.jid]) for row in rows]

    async def picture(self, account: AccountRef, peer: Peer) -> Picture | None:
        async with self._world.db.system_read() as conn:
            await self._link(conn, account)
            return await pictures.find(self._world.db, conn, peer)

    # What only business numbers have

    async def profile(self, account: AccountRef) -> BusinessProfile:
        phone = await self._business(account)
        return BusinessProfile(phone.phone, f"+{phone.phone}", phone.name)

    async def templates(self, account: AccountRef) -> Sequence[BusinessTemplate]:
        phone = await self._business(account)
        assert phone.business
        return [
            BusinessTemplate(
                one.external_id,
                one.name,
                one.language,
                one.status,
                one.category,
                one.parameter_format,
                one.components,
            )
            for one in await self._world.templates(phone.business.waba_id)
        ]

    async def analytics(self, account: AccountRef, question: AnalyticsQuestion) -> Mapping[str, Any]:
        return await self._world.figures(await self._business(account), question)

    async def _business(self, account: AccountRef) -> Phone:
        async with self._world.db.system_read() as conn:
            link = await self._link(conn, account)
            [one] = await present(conn, ids=[link.phone])
        if one.phone.business is None:
            raise Unsupported
        return one.phone

    # Whose session it is

    def _epoch(self, account: AccountRef) -> int:
        session = self._sessions.get(account.number_id)
        if session is None:
            raise Offline("The session of this number is not open here.")
        return session.epoch

    async def _session(self, step: Step, account: AccountRef) -> tuple[Link, Phone]:
        link = await self._link(step.tx, account)
        await step.load(ids=[link.phone])
        return link, step.cast.phones[link.phone]

    async def _link(self, conn: Connection, account: AccountRef) -> Link:
        epoch = self._epoch(account)
        for one in await present(conn, numbers=[account.number_id]):
            for link in one.links:
                if link.number_id == account.number_id:
                    check_session(link, one.phone, epoch)
                    return link
        raise NotLinked


def _file_id(ref: str) -> FileId | None:
    is_number = ref.isascii() and ref.isdigit() and len(ref) <= 18
    return FileId(int(ref)) if is_number else None


def _pairing_event(ref: PairingRef, row: PairingRow) -> PairingEvent:
    if row.state == "paired" and row.by_phone:
        return Paired(ref, row.by_phone, row.by_lid, row.by_name or "")
    if row.state == "waiting":
        return PairingCode(ref, row.secret, row.until) if row.phone else PairingQr(ref, row.secret, row.until)
    return PairingFailed(ref, row.error or "cancelled")
