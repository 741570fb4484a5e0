"""What the shared connector suite needs from the network behind a connector: phones that do things.

Every connector's tests bring one: the simulator's drives its world, others drive a fake server or an emulator.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tideline.features.numbers.port import AccountRef, Connector, Sound


@dataclass(frozen=True)
class Attachment:
    """A file as phones send and see it; also a `MediaSource`."""

    filename: str
    mimetype: str
    data: bytes = field(repr=False)
    is_voice: bool = False
    sound: Sound | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        middle = len(self.data) // 2
        yield self.data[:middle]
        yield self.data[middle:]


@dataclass(frozen=True)
class OnScreen:
    """A message as a phone shows it; `author` is digits, `chat` digits or a group's address."""

    external_id: str
    chat: str
    author: str
    text: str | None
    file: Attachment | None
    reply_to: str | None
    status: str
    reactions: Mapping[str, str]
    is_edited: bool
    is_revoked: bool


class Network(ABC):
    """Phones are digits. Every call returns when the network has taken it."""

    @abstractmethod
    async def new_connector(self) -> Connector:
        """A connector object that knows nothing yet, as after a restart."""

    @abstractmethod
    async def phone(self, name: str) -> str:
        """A new phone on this network."""

    async def add_account(self, account: AccountRef) -> bool:
        """A business number becomes ours by its secrets. False on networks where its phone has to scan a code."""
        return False

    def named(self, file: Attachment) -> str:
        """The name under which a file arrives. On some networks only documents have one."""
        return file.filename

    @abstractmethod
    async def lid(self, phone: str) -> str: ...

    @abstractmethod
    async def scan(self, phone: str, qr: str) -> bool:
        """The phone scans a QR code; says whether it was good."""

    @abstractmethod
    async def enter_code(self, phone: str, code: str) -> bool: ...

    @abstractmethod
    async def unlink(self, phone: str) -> None:
        """The owner ends all links on the phone."""

    @abstractmethod
    async def links(self, phone: str) -> int:
        """How many linked devices the phone lists."""

    @abstractmethod
    async def write(
        self,
        phone: str,
        to: str,
        text: str | None = None,
        *,
        file: Attachment | None = None,
        reply_to: str | None = None,
    ) -> str:
        """The owner of a phone sends a message; the answer is its external id."""

    @abstractmethod
    async def write_all(self, phone: str, to: str, texts: Sequence[str]) -> None: ...

    @abstractmethod
    async def edit(self, phone: str, external_id: str, text: str) -> None: ...

    @abstractmethod
    async def revoke(self, phone: str, external_id: str) -> None: ...

    @abstractmethod
    async def read(self, phone: str, chat: str) -> None: ...

    @abstractmethod
    async def react(self, phone: str, external_id: str, emoji: str | None) -> None: ...

    @abstractmethod
    async def call(self, phone: str, to: str, outcome: str, *, video: bool = False, seconds: int = 0) -> None: ...

    @abstractmethod
    async def group(self, subject: str, members: Sequence[str]) -> str:
        """A new group owned by the first member; the answer is its address."""

    @abstractmethod
    async def change_group(
        self,
        group: str,
        *,
        subject: str | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        promote: Sequence[str] = (),
    ) -> None: ...

    async def show_picture(self, phone: str, picture: bytes | None) -> None:
        """The phone shows this JPEG, or nothing any more; for networks on which pictures can be seen."""
        raise NotImplementedError

    async def show_group_picture(self, group: str, picture: bytes) -> None:
        raise NotImplementedError

    @abstractmethod
    async def screen(self, phone: str) -> list[OnScreen]:
        """All messages this phone shows, oldest first."""

    @abstractmethod
    async def set_online(self, phone: str, online: bool) -> None:
        """The connection of the phone (and of its linked devices) is lost, or back."""

    @abstractmethod
    async def share_reads(self, phone: str, share: bool) -> None: ...

    @abstractmethod
    async def restrict(self, phone: str, restricted: bool) -> None: ...

    @abstractmethod
    async def ban(self, phone: str, banned: bool) -> None: ...

    @abstractmethod
    async def leave(self, phone: str) -> None:
        """The WhatsApp account of the phone is deleted."""

    async def add_template(
        self, phone: str, name: str, body: str, *, header: str | None = None, status: str = "APPROVED"
    ) -> None:
        """The account of a business number gets a template, in English."""
        raise NotImplementedError

    async def review(self, phone: str, name: str, status: str) -> None:
        """The platform looks at a template of the account of a business number."""
        raise NotImplementedError

    async def lose_next(self, phone: str) -> None:
        """The next message to this phone is taken, and cannot be delivered."""
        raise NotImplementedError

    @abstractmethod
    async def pass_time(self, by: timedelta) -> None: ...
