"""The small WhatsApp as the network of the shared suite: its phones are real clients, in a process of their own."""

import asyncio
import base64
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.network import Attachment, Network, OnScreen
from tests.support.whatsapp.accounts import PHONE_ITSELF, Account
from tests.support.whatsapp.phones import Phones
from tests.support.whatsapp.server import FakeWhatsApp
from tideline.connectors.linked import Care, Launch, LinkedConnector
from tideline.features.numbers.port import Connector, Sound
from tideline.platform.outgoing import Allowed, Outgoing

ROOT = Path(__file__).resolve().parents[2]
QUICK = Care(look_every=1.0, sign_seconds=5.0, first_wait=0.1)


def launch_on(whatsapp: FakeWhatsApp) -> Launch:
    """Processes of numbers that live on the small WhatsApp."""
    command = (sys.executable, "-m", "tests.support.whatsapp.worker", whatsapp.proxy, whatsapp.root.public.hex())
    path = f"{ROOT / 'src'}:{ROOT}"
    return Launch(command, {"PYTHONPATH": path, "SSL_CERT_FILE": str(whatsapp.authority)})


def fast_folder() -> Path:
    """In memory where there is such a place: a client writes its eight hundred keys one by one."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="whatsapp-", dir=memory if memory.is_dir() else None))


@dataclass
class Street:
    """A WhatsApp with phones that are used again by the next test, since each costs a good part of a second."""

    whatsapp: FakeWhatsApp
    phones: Phones
    free: list[Account] = field(default_factory=list)
    used: list[Account] = field(default_factory=list)
    made: int = 0

    @classmethod
    @asynccontextmanager
    async def running(cls, phones: int) -> "AsyncIterator[Street]":
        folder = fast_folder()
        try:
            async with FakeWhatsApp.running(folder / "tls") as whatsapp, Phones.running(whatsapp, folder) as driven:
                street = cls(whatsapp, driven)
                for _ in range(phones):
                    await street.move_in()
                yield street
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def move_in(self) -> None:
        self.made += 1
        account = self.whatsapp.join(f"1555000{self.made:04}", "Somebody")
        await self.phones.add(account)
        self.free.append(account)

    def take(self, name: str) -> Account:
        account = self.free.pop(0)
        self.used.append(account)
        account.name = name
        return account

    async def tidy(self) -> None:
        """What the last test left: links, groups, restrictions and everything on the screens."""
        for account in self.used:
            account.refuses_with = account.login_failure = None
            account.is_away = account.is_silent = account.hides_reads = False
            account.hides_picture, account.picture = False, None
            self.whatsapp.accounts[account.phone] = account
            for device in account.links:
                await self.whatsapp.unlink(account, device)
        self.whatsapp.groups.clear()
        for account in self.used:
            await self.whatsapp.connected(account, PHONE_ITSELF)
            await self.phones.ask(account.phone, "flush")
            self.phones.seen[account.phone].clear()
        self.free += self.used
        self.used.clear()
        assert not self.whatsapp.broke


class LinkedNetwork(Network):
    def __init__(self, street: Street, care: Care = QUICK) -> None:
        self.street = street
        self._care = care
        self._folder = fast_folder()
        self._outgoing = Outgoing(Allowed.read(["127.0.0.1"]))
        self._connectors: list[LinkedConnector] = []
        self._handing_over: list[asyncio.Task[None]] = []

    @property
    def _whatsapp(self) -> FakeWhatsApp:
        return self.street.whatsapp

    def _account(self, phone: str) -> Account:
        return next(one for one in self.street.used if one.phone == phone)

    async def close(self) -> None:
        for task in self._handing_over:
            task.cancel()
        await asyncio.gather(*self._handing_over, return_exceptions=True)
        for connector in self._connectors:
            await connector.close()
        await self._outgoing.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def new_connector(self) -> Connector:
        connector = LinkedConnector(
            self._folder / "linked", self._outgoing, launch=launch_on(self._whatsapp), care=self._care
        )
        self._connectors.append(connector)
        return connector

    async def phone(self, name: str) -> str:
        return self.street.take(name).phone

    def named(self, file: Attachment) -> str:
        return _named(file.filename, file.mimetype, is_voice=file.is_voice)

    async def lid(self, phone: str) -> str:
        return self._account(phone).lid

    async def scan(self, phone: str, qr: str) -> bool:
        account = self._account(phone)
        is_good = self._whatsapp.scan(qr, account)
        if is_good and self.street.phones.seen[phone]:
            self._handing_over.append(asyncio.create_task(self._hand_over(account, account.last_device + 1)))
        return is_good

    async def _hand_over(self, account: Account, device: int) -> None:
        """A phone that has something to tell tells it to the new device, once that is there."""
        messages = [one for one in await self._shown(account.phone) if not one["is_revoked"]]
        await self._whatsapp.connected(account, device)
        told = [
            {**one, "by": self._account(one["author"]).name, "author": f"{one['author']}@s.whatsapp.net"}
            for one in messages
        ]
        await self.street.phones.ask(account.phone, "history", messages=told)

    async def enter_code(self, phone: str, code: str) -> bool:
        try:
            await self._whatsapp.type_code(code, self._account(phone))
        except LookupError:
            return False
        return True

    async def unlink(self, phone: str) -> None:
        account = self._account(phone)
        for device in account.links:
            await self._whatsapp.unlink(account, device)

    async def links(self, phone: str) -> int:
        return len(self._account(phone).links)

    # What phones do

    async def write(
        self,
        phone: str,
        to: str,
        text: str | None = None,
        *,
        file: Attachment | None = None,
        reply_to: str | None = None,
    ) -> str:
        about: dict[str, Any] = {"to": to, "text": text}
        if reply_to:
            about["reply_to"] = {"id": reply_to, "author": f"{phone}@s.whatsapp.net"}
        if file:
            about["file"] = _told(file)
        external_id = str(await self.street.phones.ask(phone, "send", **about))
        await self._whatsapp.settled()
        return external_id

    async def write_all(self, phone: str, to: str, texts: Sequence[str]) -> None:
        await self.street.phones.ask(phone, "send_all", to=to, texts=list(texts))

    async def edit(self, phone: str, external_id: str, text: str) -> None:
        chat, _ = await self._find(phone, external_id)
        await self.street.phones.ask(phone, "edit", chat=chat, id=external_id, text=text)

    async def revoke(self, phone: str, external_id: str) -> None:
        chat, _ = await self._find(phone, external_id)
        await self.street.phones.ask(phone, "revoke", chat=chat, id=external_id)

    async def read(self, phone: str, chat: str) -> None:
        seen = [one for one in await self.screen(phone) if one.chat == chat and one.author != phone]
        for author in dict.fromkeys(one.author for one in seen):
            ids = [one.external_id for one in seen if one.author == author]
            lid = f"{self._account(author).lid}@lid"
            where = chat if chat.endswith("@g.us") else lid
            await self.street.phones.ask(phone, "read", ids=ids, chat=where, sender=lid)

    async def react(self, phone: str, external_id: str, emoji: str | None) -> None:
        chat, author = await self._find(phone, external_id)
        about = {"chat": chat, "id": external_id, "emoji": emoji, "from_me": author == phone}
        await self.street.phones.ask(phone, "react", author=f"{author}@s.whatsapp.net", **about)

    async def call(self, phone: str, to: str, outcome: str, *, video: bool = False, seconds: int = 0) -> None:
        await self._whatsapp.ring(self._account(phone), self._account(to), outcome, video=video, seconds=seconds)

    async def group(self, subject: str, members: Sequence[str]) -> str:
        return await self._whatsapp.make_group(subject, [self._account(member) for member in members])

    async def change_group(
        self,
        group: str,
        *,
        subject: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        promote: Sequence[str] = (),
    ) -> None:
        changes = {"add": add, "remove": remove, "promote": promote}
        people = {what: [self._account(phone) for phone in phones] for what, phones in changes.items()}
        await self._whatsapp.change_group(group, subject=subject, **people)

    async def show_picture(self, phone: str, picture: bytes | None) -> None:
        await self._whatsapp.show_picture(self._account(phone), picture)

    async def show_group_picture(self, group: str, picture: bytes) -> None:
        await self._whatsapp.show_group_picture(group, picture)

    # What phones show

    async def screen(self, phone: str) -> list[OnScreen]:
        return [await self._on_screen(phone, one) for one in await self._shown(phone)]

    async def _shown(self, phone: str) -> list[dict[str, Any]]:
        await self._whatsapp.settled()
        await self.street.phones.ask(phone, "flush")
        shown: dict[str, dict[str, Any]] = {}
        for told in self.street.phones.seen[phone]:
            _show(shown, phone, told)
        return list(shown.values())

    async def _find(self, phone: str, external_id: str) -> tuple[str, str]:
        """The chat and the author of a message on a phone."""
        message = next(one for one in await self.screen(phone) if one.external_id == external_id)
        return message.chat, message.author

    async def _on_screen(self, phone: str, one: dict[str, Any]) -> OnScreen:
        file = None
        if one["file"] and not one["is_revoked"]:
            raw = base64.b64decode(await self.street.phones.ask(phone, "download", raw=one["raw"]))
            told = one["file"]
            sound = Sound(told["seconds"], base64.b64decode(told["waveform"]) or None) if told["voice"] else None
            name = _named(told["filename"], told["mimetype"], is_voice=told["voice"])
            file = Attachment(name, told["mimetype"], raw, told["voice"], sound)
        return OnScreen(
            external_id=one["id"],
            chat=one["chat"],
            author=one["author"],
            text=None if one["is_revoked"] else one["text"],
            file=file,
            reply_to=one["reply_to"],
            status=one["status"],
            reactions=one["reactions"],
            is_edited=one["is_edited"],
            is_revoked=one["is_revoked"],
        )

    # The network itself

    async def set_online(self, phone: str, online: bool) -> None:
        account = self._account(phone)
        if online:
            self._whatsapp.bring_back(account)
            await self._whatsapp.connected(account, PHONE_ITSELF)
        else:
            await self._whatsapp.take_away(account)

    async def share_reads(self, phone: str, share: bool) -> None:
        self._account(phone).hides_reads = not share

    async def restrict(self, phone: str, restricted: bool) -> None:
        self._whatsapp.refuse(self._account(phone), 463 if restricted else None)

    async def ban(self, phone: str, banned: bool) -> None:
        if banned:
            await self._whatsapp.ban(self._account(phone))
        else:
            await self._whatsapp.lock_out(self._account(phone), None)

    async def leave(self, phone: str) -> None:
        await self._whatsapp.leave(self._account(phone))

    async def pass_time(self, by: timedelta) -> None:
        pytest.skip(f"a real client has a clock of its own; {by} would have to be waited")


def _named(name: str, mimetype: str, *, is_voice: bool) -> str:
    """WhatsApp knows names of documents only; the others are called what they are."""
    if is_voice:
        return "voice.ogg"
    return "image.jpg" if mimetype == "image/jpeg" else name


def _told(file: Attachment) -> dict[str, Any]:
    main = file.mimetype.partition("/")[0]
    return {
        "kind": main if main in ("image", "video", "audio") else "document",
        "filename": file.filename,
        "mimetype": file.mimetype,
        "data": base64.b64encode(file.data).decode(),
        "voice": file.is_voice,
        "seconds": file.sound.seconds if file.sound else 0,
        "waveform": base64.b64encode((file.sound.waveform if file.sound else None) or b"").decode(),
    }


STATUSES = {1: "delivered", 9: "delivered", 4: "read", 5: "read", 6: "read"}


def _show(shown: dict[str, dict[str, Any]], phone: str, told: dict[str, Any]) -> None:
    """What one report of a phone changes on its screen."""
    if told["event"] == "receipt":
        for external_id in told["ids"]:
            if external_id in shown and told["kind"] in STATUSES and shown[external_id]["status"] != "read":
                shown[external_id]["status"] = STATUSES[told["kind"]]
        return
    author = phone if told["event"] == "sent" else told["author"]
    if told["reaction"]:
        reacted = shown.get(told["reaction"]["id"])
        if reacted:
            reacted["reactions"] |= {author: told["reaction"]["emoji"]}
            reacted["reactions"] = {who: emoji for who, emoji in reacted["reactions"].items() if emoji}
    elif told["changes"]:
        changed = shown.get(told["changes"]["id"])
        if changed and told["changes"]["revoked"]:
            changed["is_revoked"] = True
        elif changed:
            changed |= {"text": told["changes"]["text"], "is_edited": True}
    elif told["text"] is not None or told["file"]:
        status = "sent" if author == phone else "delivered"
        shown[told["id"]] = {**told, "author": author, "status": status, "reactions": {}, "is_edited": False,
                             "is_revoked": False}  # fmt: skip
