"""A WhatsApp number and the attempt to link one: what they are and which changes are possible. No I/O."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tideline.features.numbers.port import AccountRef

NumberId = NewType("NumberId", int)
PairingId = NewType("PairingId", int)

PAIRING_LIFETIME = timedelta(minutes=5)


class NumberKind(StrEnum):
    """Which connector speaks for the number."""

    SIMULATOR = "simulator"
    LINKED = "linked"
    CLOUD = "cloud"

    @property
    def is_simulated(self) -> bool:
        return self is NumberKind.SIMULATOR


class NumberState(StrEnum):
    CONNECTING = "connecting"
    ACTIVE = "active"
    OFFLINE = "offline"
    PAUSED = "paused"
    RESTRICTED = "restricted"
    BANNED = "banned"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    UNLINKED = "unlinked"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    NumberState.CONNECTING: "Tideline is connecting this number to WhatsApp.",
    NumberState.ACTIVE: "The number is connected: messages come in and go out.",
    NumberState.OFFLINE: "The number has no connection to WhatsApp. Tideline keeps trying.",
    NumberState.PAUSED: "The number is paused. Nothing is received or sent until it is resumed.",
    NumberState.RESTRICTED: "WhatsApp has restricted this number for a while. It can receive, but sending may fail.",
    NumberState.BANNED: "WhatsApp has banned this number. Ask for a review in WhatsApp on the phone.",
    NumberState.REPLACED: "Another program uses this link. Close it there, then resume the number here.",
    NumberState.OUTDATED: "WhatsApp no longer accepts this version of Tideline. Update Tideline, then start it again.",
    NumberState.UNLINKED: "The phone is no longer linked. Scan the QR code again; all chats are kept.",
}


BUSINESS_SENTENCES = {
    NumberState.RESTRICTED: "WhatsApp lets this business number send nothing. Meta's business settings say why.",
    NumberState.BANNED: "WhatsApp has disabled this business number. Ask for a review in Meta's business settings.",
    NumberState.UNLINKED: "This business number was taken out, or lost its access. Add it again, or give it "
    "a new token; all chats are kept.",
}
UNTIL = {
    NumberState.RESTRICTED: "WhatsApp has restricted this number until {}. It can receive, but sending may fail.",
    NumberState.BANNED: "WhatsApp has banned this number until {}. Tideline connects it again by itself then.",
}
NO_NEW_CHATS = (
    "The number is connected, but until {} WhatsApp does not let it write to people it has not talked with. Its chats "
    "go on as before."
)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


class FactKind(StrEnum):
    """What a change of a number is called in the log of facts."""

    CONNECTED = "NumberConnected"
    DISCONNECTED = "NumberDisconnected"
    SUSPENDED = "NumberSuspended"
    RESUMED = "NumberResumed"
    STATE_CHANGED = "NumberStateChanged"


@dataclass(frozen=True, slots=True)
class Owner:
    """The teammate a number belongs to."""

    id: int
    name: str
    email: str
    team_id: int


@dataclass(frozen=True, slots=True)
class Platform:
    """What the Business Platform calls a number and the business account it is in, and how it shows the number."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A WhatsApp number of a workspace. `phone` and `lid` are bare digits. The Business Platform, real or simulated,
    speaks for one that `is_business`. Until `no_new_chats_until` WhatsApp lets it write to nobody new."""

    workspace_id: int
    id: NumberId
    kind: NumberKind
    phone: str
    jid: str
    lid: str | None
    account_name: str
    owner: Owner
    state: NumberState
    state_reason: str | None
    state_until: datetime | None
    state_at: datetime
    connected_at: datetime
    created_at: datetime
    is_business: bool = False
    no_new_chats_until: datetime | None = None
    platform: Platform | None = None

    @property
    def owner_id(self) -> int:
        return self.owner.id

    @property
    def is_connected(self) -> bool:
        """May messages be sent from it? A short drop that the connector mends by itself does not count."""
        return self.state is NumberState.ACTIVE

    @property
    def is_gone(self) -> bool:
        """Has the link ended for good, so that only scanning a QR code again helps? A business number that is banned
        stays where it is: Meta tells when it may go on."""
        is_banned_for_good = self.state is NumberState.BANNED and self.state_until is None and not self.is_business
        return self.state is NumberState.UNLINKED or is_banned_for_good

    @property
    def is_paused(self) -> bool:
        return self.state is NumberState.PAUSED

    @property
    def sentence(self) -> str:
        """What the state means, for the person who looks at it."""
        if self.state_until and self.state in UNTIL:
            return UNTIL[self.state].format(_moment(self.state_until))
        if self.is_connected and self.no_new_chats_until:
            return NO_NEW_CHATS.format(_moment(self.no_new_chats_until))
        of_business = BUSINESS_SENTENCES.get(self.state) if self.is_business else None
        return of_business or self.state.sentence

    def has_passed(self, at: datetime) -> bool:
        """Is something over that WhatsApp had forbidden until some time?"""
        is_over = self.state in UNTIL and self.state_until is not None and self.state_until <= at
        return is_over or (self.no_new_chats_until is not None and self.no_new_chats_until <= at)

    @property
    def state_key(self) -> tuple[NumberState, str | None, datetime | None]:
        """Two numbers with the same key are in the same situation."""
        return self.state, self.state_reason, self.state_until

    @property
    def account(self) -> AccountRef:
        """The number as connectors know it."""
        return AccountRef(number_id=self.id, workspace_id=self.workspace_id, phone=self.phone)


@dataclass(frozen=True, slots=True)
class Change:
    """A number after something happened to it, and the one fact that says so."""

    number: Number
    before: NumberState
    fact: FactKind


class PairingMethod(StrEnum):
    QR = "qr"
    CODE = "code"


class PairingState(StrEnum):
    REQUESTED = "requested"
    WAITING = "waiting"
    LINKED = "linked"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in (PairingState.REQUESTED, PairingState.WAITING)


@dataclass(frozen=True, slots=True)
class Pairing:
    """One attempt to link a phone. While it waits, `qr` or `code` is what to show until `code_until`."""

    workspace_id: int
    id: PairingId
    kind: NumberKind
    teammate_id: int
    method: PairingMethod
    phone: str | None
    state: PairingState
    qr: str | None = field(repr=False)
    code: str | None = field(repr=False)
    code_until: datetime | None
    error: str | None
    number_id: NumberId | None
    node: UUID | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    tries: int = 0
    link_uid: UUID | None = None

    @property
    def is_open(self) -> bool:
        return self.state.is_open


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one gateway to hold a number's session. `epoch` grows with each new owner."""

    workspace_id: int
    number_id: NumberId
    kind: NumberKind
    node: UUID
    epoch: int
