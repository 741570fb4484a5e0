"""Who is on this WhatsApp: accounts with their phones and further devices, and groups."""

import hashlib
import hmac
import time
from dataclasses import dataclass, field

from tests.support.whatsapp.binary import Jid, Node
from tests.support.whatsapp.curves import KeyPair
from tests.support.whatsapp.protobufs import adv

Key = tuple[bytes, bytes, bytes]
"""A signed key: its id, its value, the signature."""

ACCOUNT_SIGNATURE = b"\6\0"
PHONE_ITSELF, MOST_LINKS = 1, 4
PEOPLE, LIDS, GROUPS = "s.whatsapp.net", "lid", "g.us"


@dataclass
class Device:
    """A linked device: what a client told about itself when it registered, and its one-time keys."""

    noise: bytes
    identity: bytes
    registration: bytes
    signed_key: Key
    one_time_keys: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(eq=False)
class Account:
    """Somebody's WhatsApp. `keys` are those of the phone, which answers for its devices."""

    phone: str
    name: str
    lid: str
    keys: KeyPair = field(default_factory=KeyPair.make)
    devices: dict[int, Device] = field(default_factory=dict)
    picture: bytes | None = None
    hides_picture: bool = False
    refuses_with: int | None = None
    is_silent: bool = False
    login_failure: dict[str, str] | None = None
    last_device: int = 0
    is_away: bool = False
    hides_reads: bool = False

    @property
    def links(self) -> list[int]:
        """Devices that were linked to the phone. Where tests play the phone itself with a real client, that is the
        first one."""
        return [device for device in self.devices if device != PHONE_ITSELF]

    def jid(self, device: int = 0) -> Jid:
        return Jid(self.phone, PEOPLE, device)

    def hidden_jid(self, device: int = 0) -> Jid:
        return Jid(self.lid, LIDS, device)

    def vouch(self, identity: bytes, secret: bytes, number: int) -> bytes:
        """The phone's word that a device is its own, sealed with the secret that the device showed in its code."""
        details = adv.ADVDeviceIdentity(rawID=1, timestamp=int(time.time()), keyIndex=number).SerializeToString()
        signed = adv.ADVSignedDeviceIdentity(
            details=details,
            accountSignatureKey=self.keys.public,
            accountSignature=self.keys.sign(ACCOUNT_SIGNATURE + details + identity),
        ).SerializeToString()
        seal = hmac.new(secret, signed, hashlib.sha256).digest()
        sealed: bytes = adv.ADVSignedDeviceIdentityHMAC(details=signed, HMAC=seal).SerializeToString()
        return sealed


@dataclass(eq=False)
class Group:
    """The first member made it and stays its owner."""

    id: str
    subject: str
    members: list[Account]
    admins: set[str] = field(default_factory=set)
    created_at: int = field(default_factory=lambda: int(time.time()))
    picture: bytes | None = None
    hides_picture: bool = False

    @property
    def jid(self) -> Jid:
        return Jid(self.id, GROUPS)

    def role_of(self, member: Account) -> str | None:
        if member is self.members[0]:
            return "superadmin"
        return "admin" if member.phone in self.admins else None

    def participant(self, member: Account) -> Node:
        told: dict[str, object] = {
            "jid": member.hidden_jid(),
            "phone_number": member.jid(),
            "type": self.role_of(member),
        }
        told["display_name"] = member.name
        return Node("participant", told)

    def node(self) -> Node:
        owner = self.members[0].hidden_jid() if self.members else None
        told = {
            "id": self.id, "subject": self.subject, "creator": owner, "creation": self.created_at,
            "s_t": self.created_at, "s_o": owner, "addressing_mode": "lid", "a_v_id": "1", "p_v_id": "1",
            "size": len(self.members),
        }  # fmt: skip
        return Node("group", told, [self.participant(member) for member in self.members])
