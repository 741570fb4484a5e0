"""What event bodies need of a fact's snapshots. Facts are kept for weeks, so what an older one lacks has a default."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from tideline.platform.facts import Fact

Payload = Mapping[str, Any]


class Owner(msgspec.Struct, frozen=True):
    name: str
    email: str


class Platform(msgspec.Struct, frozen=True):
    """What the Business Platform calls a number."""

    phone_number_id: str
    waba_id: str
    display_phone: str


class Number(msgspec.Struct, frozen=True):
    """A number of the workspace; `phone` is bare digits."""

    phone: str
    jid: str
    account_name: str
    state: str
    state_at: datetime
    connected_at: datetime
    owner: Owner
    state_until: datetime | None = None
    id: int = 0
    platform: Platform | None = None

    @property
    def is_gone(self) -> bool:
        return self.state == "unlinked" or (self.state == "banned" and self.state_until is None)


class Chat(msgspec.Struct, frozen=True):
    """A chat; `phone` and `lid` are bare digits."""

    id: int
    name: str
    kind: str
    number_jid: str
    created_at: datetime
    phone: str | None = None
    lid: str | None = None
    group_jid: str | None = None
    is_read: bool = False
    closed_at: datetime | None = None
    responsible_name: str | None = None
    responsible_email: str | None = None
    autoresponse: bool = True
    unattended: bool = False
    labels: list[str] = []
    last_message_uid: UUID | None = None
    last_message_at: datetime | None = None
    metadata: dict[str, Any] | None = None
    window_until: datetime | None = None

    @property
    def is_group(self) -> bool:
        return self.kind != "direct"

    @property
    def digits(self) -> str:
        """The phone of a direct chat; a person known only by a LID shows its digits, as everywhere."""
        return "" if self.is_group else self.phone or self.lid or ""

    @property
    def jid(self) -> str:
        if self.group_jid is not None:
            return self.group_jid
        return f"{self.phone}@s.whatsapp.net" if self.phone else f"{self.lid}@lid"


class Attachment(msgspec.Struct, frozen=True):
    uid: UUID
    filename: str
    mimetype: str
    size: int


class Failure(msgspec.Struct, frozen=True):
    code: str
    title: str
    number: int | None = None
    details: str = ""


class Reaction(msgspec.Struct, frozen=True):
    emoji: str


class Message(msgspec.Struct, frozen=True):
    """A message; phones have their plus."""

    uid: UUID
    type: str
    at: datetime
    received_at: datetime
    from_me: bool
    sender_name: str
    recipient_name: str
    status: str
    origin: str
    sender_phone: str | None = None
    recipient_phone: str | None = None
    text: str | None = None
    attachment: Attachment | None = None
    data: dict[str, Any] = {}
    reply_to: UUID | None = None
    created_by: str | None = None
    is_private: bool | None = None
    failure: Failure | None = None
    reactions: list[Reaction] = []
    metadata: dict[str, Any] | None = None


class File(msgspec.Struct, frozen=True):
    uid: UUID
    filename: str
    mimetype: str
    size: int
    created_at: datetime
    stored_at: datetime | None = None


class Upload(msgspec.Struct, frozen=True):
    """A file that a teammate uploaded."""

    file: File
    uploaded_by: str | None = None


class Told:
    """A fact with its snapshots read."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.payload: Payload = fact.payload

    @cached_property
    def chat(self) -> Chat:
        return msgspec.convert(self.payload["chat"], Chat)

    @cached_property
    def number(self) -> Number:
        return msgspec.convert(self.payload["number"], Number)

    @cached_property
    def upload(self) -> Upload:
        return msgspec.convert(self.payload["file"], Upload)

    @cached_property
    def message(self) -> Message:
        return msgspec.convert(self.payload["message"], Message)
