"""The simulator keeps the promises of the port."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.connectors.contract import BusinessContract, BusinessPromises, ConnectorContract
from tests.connectors.network import Attachment, Network, OnScreen
from tideline.connectors.simulator import (
    NOT_DELIVERED,
    Draft,
    File,
    GroupPatch,
    NewTemplate,
    PhonePatch,
    SeenMessage,
    SimulatorConnector,
    World,
    Written,
    media_kind,
)
from tideline.connectors.simulator.errors import CodeNotValid, QrNotValid, TooManyLinks
from tideline.connectors.simulator.files import once
from tideline.features.numbers.port import AccountRef, Connector, MediaKind
from tideline.platform.clock import ShiftedClock
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


class SimulatedNetwork(Network):
    """Drives a world as a phone's owner would."""

    def __init__(self, world: World, clock: ShiftedClock) -> None:
        self.world = world
        self._clock = clock
        self._phones = 0

    async def new_connector(self) -> Connector:
        return SimulatorConnector(self.world)

    async def phone(self, name: str) -> str:
        self._phones += 1
        return (await self.world.add_phone(f"1555000{self._phones:04}", name)).phone

    async def lid(self, phone: str) -> str:
        return (await self.world.phone(phone)).lid

    async def scan(self, phone: str, qr: str) -> bool:
        try:
            await self.world.scan(phone, qr)
        except (QrNotValid, TooManyLinks):
            return False
        return True

    async def enter_code(self, phone: str, code: str) -> bool:
        try:
            await self.world.enter_code(phone, code)
        except CodeNotValid:
            return False
        return True

    async def unlink(self, phone: str) -> None:
        await self.world.unlink_phone(phone)

    async def links(self, phone: str) -> int:
        return (await self.world.screen(phone)).links

    async def write(
        self,
        phone: str,
        to: str,
        text: str | None = None,
        *,
        file: Attachment | None = None,
        reply_to: str | None = None,
    ) -> str:
        stored = None
        if file:
            kind = media_kind(file.mimetype, is_voice=file.is_voice)
            stored = await self.world.store_file(kind, file.filename, file.mimetype, file.chunks(), sound=file.sound)
        return (await self.world.write(Draft(phone, to, text, stored, reply_to))).external_id

    async def write_all(self, phone: str, to: str, texts: Sequence[str]) -> None:
        answers = await self.world.write_many([Draft(phone, to, text) for text in texts])
        assert all(isinstance(answer, Written) for answer in answers)

    async def edit(self, phone: str, external_id: str, text: str) -> None:
        await self.world.edit(phone, external_id, text)

    async def revoke(self, phone: str, external_id: str) -> None:
        await self.world.revoke(phone, external_id)

    async def read(self, phone: str, chat: str) -> None:
        await self.world.read(phone, chat)

    async def react(self, phone: str, external_id: str, emoji: str | None) -> None:
        await self.world.react(phone, external_id, emoji)

    async def call(self, phone: str, to: str, outcome: str, *, video: bool = False, seconds: int = 0) -> None:
        await self.world.call(phone, to, outcome, video=video, seconds=seconds)  # type: ignore[arg-type]

    async def group(self, subject: str, members: Sequence[str]) -> str:
        return (await self.world.create_group(subject, members)).jid

    async def change_group(
        self,
        group: str,
        *,
        subject: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        promote: Sequence[str] = (),
    ) -> None:
        await self.world.change_group(group, GroupPatch(subject, add, remove, promote))

    async def show_picture(self, phone: str, picture: bytes | None) -> None:
        await self.world.show_picture(phone, await self._picture(picture))

    async def show_group_picture(self, group: str, picture: bytes) -> None:
        await self.world.show_group_picture(group, await self._picture(picture))

    async def _picture(self, data: bytes | None) -> File | None:
        return await self.world.store_file(MediaKind.IMAGE, "picture", "image/jpeg", once(data)) if data else None

    async def screen(self, phone: str) -> list[OnScreen]:
        return [await self._on_screen(message) for message in await self.world.messages(phone)]

    async def _on_screen(self, message: SeenMessage) -> OnScreen:
        file = None
        if message.file:
            data = b"".join([chunk async for chunk in self.world.file_bytes(message.file.id)])
            is_voice = message.file.kind is MediaKind.VOICE
            file = Attachment(message.file.filename, message.file.mimetype, data, is_voice, message.file.sound)
        return OnScreen(
            external_id=message.external_id,
            chat=message.chat,
            author=message.author,
            text=message.text,
            file=file,
            reply_to=message.reply_to,
            status=message.status,
            reactions={reaction.phone: reaction.emoji for reaction in message.reactions},
            is_edited=message.is_edited,
            is_revoked=message.is_revoked,
        )

    async def set_online(self, phone: str, online: bool) -> None:
        await self.world.change_phone(phone, PhonePatch(online=online))

    async def share_reads(self, phone: str, share: bool) -> None:
        await self.world.change_phone(phone, PhonePatch(read_receipts=share))

    async def restrict(self, phone: str, restricted: bool) -> None:
        await self.world.change_phone(phone, PhonePatch(restricted=restricted))

    async def ban(self, phone: str, banned: bool) -> None:
        await self.world.change_phone(phone, PhonePatch(banned=banned))

    async def leave(self, phone: str) -> None:
        await self.world.change_phone(phone, PhonePatch(on_whatsapp=False))

    async def pass_time(self, by: timedelta) -> None:
        self._clock.advance(by)
        self.world.wake()


class BusinessNetwork(SimulatedNetwork):
    """The same world, where a phone becomes a business number when it is added."""

    async def add_account(self, account: AccountRef) -> bool:
        await self.world.open_business(account.phone)
        return True

    async def add_template(
        self, phone: str, name: str, body: str, *, header: str | None = None, status: str = "APPROVED"
    ) -> None:
        await self.world.add_template(phone, NewTemplate(name, "en", body, header, status=status))

    async def review(self, phone: str, name: str, status: str) -> None:
        await self.world.review_template(phone, name, status)

    async def lose_next(self, phone: str) -> None:
        await self.world.change_phone(phone, PhonePatch(fail_next=NOT_DELIVERED))


class TestSimulatedBusiness(BusinessPromises):
    @pytest.fixture
    async def network(self, world: World, clock: ShiftedClock) -> Network:
        return BusinessNetwork(world, clock)


class TestSimulatedBusinessNumbers(BusinessContract):
    """What business numbers have in common with others; here their windows are left open."""

    @pytest.fixture
    async def network(self, db: Database, clock: ShiftedClock) -> Network:
        return BusinessNetwork(World(db, Wakes(), keeps_windows=False), clock)


class TestSimulator(ConnectorContract):
    @pytest.fixture
    async def network(self, world: World, clock: ShiftedClock) -> Network:
        return SimulatedNetwork(world, clock)
