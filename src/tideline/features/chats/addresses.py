"""WhatsApp addresses (JIDs): whom they name. No I/O."""

import re

from tideline.features.chats.errors import WrongJid
from tideline.features.chats.model import ChatKind
from tideline.features.numbers.port import Peer

_ADDRESS = re.compile(r"(?P<user>[0-9]{1,32}(?:-[0-9]{1,32})?)(?::[0-9]{1,4})?@(?P<server>[a-z.]{1,20})")
_KINDS = {"g.us": ChatKind.GROUP, "broadcast": ChatKind.BROADCAST, "newsletter": ChatKind.CHANNEL}
_PHONE_SERVERS = ("s.whatsapp.net", "c.us")


def peer_of(typed: str) -> Peer:
    """A contact's, group's, list's or channel's address as it was typed, also with a device part."""
    found = _ADDRESS.fullmatch(typed.strip().lower())
    if not found:
        raise WrongJid(typed)
    user, server = found["user"], found["server"]
    if server in _KINDS:
        return Peer(group=f"{user}@{server}")
    if "-" in user or server not in (*_PHONE_SERVERS, "lid"):
        raise WrongJid(typed)
    if server == "lid":
        return Peer(lid=user)
    if not 7 <= len(user) <= 15:
        raise WrongJid(typed)
    return Peer(phone=user)


def kind_of(peer: Peer) -> ChatKind:
    """What kind of chat this peer makes."""
    if peer.group is None:
        return ChatKind.DIRECT
    return _KINDS.get(peer.group.rpartition("@")[2], ChatKind.GROUP)
