"""What a connector reports while a phone is being linked."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PairingRef:
    """One attempt to link a phone, begun by Tideline."""

    pairing_id: int
    workspace_id: int


@dataclass(frozen=True, slots=True)
class PairingQr:
    """A QR code to show now; it is replaced by the next one."""

    pairing: PairingRef
    qr: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PairingCode:
    """An eight-character code to type on the phone."""

    pairing: PairingRef
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """The phone confirmed the link. The connector keeps the session under the pairing until `adopt`."""

    pairing: PairingRef
    phone: str
    lid: str | None
    account_name: str


@dataclass(frozen=True, slots=True)
class PairingFailed:
    pairing: PairingRef
    reason: str


PairingEvent = PairingQr | PairingCode | Paired | PairingFailed
