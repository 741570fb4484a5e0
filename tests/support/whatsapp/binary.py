"""WhatsApp's binary XML: nodes to bytes and back. Written without the token dictionary, read with it."""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

# The token tables of the protocol, as the npm package `baileys` (MIT) lists them.
_TOKENS: Final = json.loads((Path(__file__).parent / "tokens.json").read_text("utf-8"))
_SINGLE: Final[list[str]] = _TOKENS["single"]
_DOUBLE: Final[list[list[str]]] = _TOKENS["double"]

_LIST_EMPTY, _LIST_8, _LIST_16 = 0, 248, 249
_JID_INTEROP, _JID_DEVICE, _JID_PAIR = 246, 247, 250
_HEX, _BYTES_8, _BYTES_20, _BYTES_32, _NIBBLES = 251, 252, 253, 254, 255
_DICTIONARIES = range(236, 240)
_SERVERS: Final = {0: "s.whatsapp.net", 1: "lid", 128: "hosted", 129: "hosted.lid"}


@dataclass(frozen=True, slots=True)
class Jid:
    """An address. People have one by phone and one by LID; device 0 is the phone itself."""

    user: str
    server: str
    device: int = 0

    def __str__(self) -> str:
        user = f"{self.user}:{self.device}" if self.device else self.user
        return f"{user}@{self.server}" if user else self.server


SERVER: Final = Jid("", "s.whatsapp.net")
Content = "list[Node] | bytes | None"


@dataclass(slots=True)
class Node:
    """An element. Attributes that are None are left out."""

    tag: str
    attrs: Mapping[str, Any] = field(default_factory=dict)
    content: "list[Node] | bytes | None" = None

    @property
    def children(self) -> "list[Node]":
        return self.content if isinstance(self.content, list) else []

    def child(self, *tags: str) -> "Node | None":
        """The element at the end of a path of tags."""
        node: Node | None = self
        for tag in tags:
            node = next((one for one in node.children if one.tag == tag), None) if node else None
        return node

    def bytes_of(self, *tags: str) -> bytes:
        """The content of the element at the end of a path."""
        found = self.child(*tags)
        if found is None or not isinstance(found.content, bytes):
            raise ValueError(f"<{self.tag}> has no content at {'/'.join(tags)}")
        return found.content


def encode(node: Node) -> bytes:
    return b"\0" + _node(node)


def decode(raw: bytes) -> Node:
    packed = raw[0] & 2
    return _Reader(zlib.decompress(raw[1:]) if packed else raw[1:]).node()


def _node(node: Node) -> bytes:
    attrs = {name: value for name, value in node.attrs.items() if value is not None}
    parts = [_list(1 + 2 * len(attrs) + (node.content is not None)), _bytes(node.tag.encode())]
    for name, value in attrs.items():
        parts += [_bytes(name.encode()), _jid(value) if isinstance(value, Jid) else _bytes(str(value).encode())]
    if isinstance(node.content, list):
        parts += [_list(len(node.content)), *map(_node, node.content)]
    elif node.content is not None:
        parts.append(_bytes(node.content))
    return b"".join(parts)


def _bytes(raw: bytes) -> bytes:
    size = len(raw)
    if size < 256:
        return bytes([_BYTES_8, size]) + raw
    if size < 1 << 20:
        return bytes([_BYTES_20]) + size.to_bytes(3, "big") + raw
    return bytes([_BYTES_32]) + size.to_bytes(4, "big") + raw


def _jid(jid: Jid) -> bytes:
    if jid.device:
        return bytes([_JID_DEVICE, 1 if jid.server == "lid" else 0, jid.device]) + _bytes(jid.user.encode())
    user = _bytes(jid.user.encode()) if jid.user else bytes([_LIST_EMPTY])
    return bytes([_JID_PAIR]) + user + _bytes(jid.server.encode())


def _list(size: int) -> bytes:
    if not size:
        return bytes([_LIST_EMPTY])
    return bytes([_LIST_8, size]) if size < 256 else bytes([_LIST_16]) + struct.pack(">H", size)


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def node(self) -> Node:
        size = self._size(self._byte())
        tag = self._text()
        attrs: dict[str, Any] = {}
        for _ in range((size - 1) // 2):
            name = self._text()
            attrs[name] = self._value(as_text=True)
        return Node(tag, attrs, self._value(as_text=False) if size % 2 == 0 else None)

    def _byte(self) -> int:
        self._at += 1
        return self._raw[self._at - 1]

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._raw[self._at - size : self._at]

    def _size(self, kind: int) -> int:
        match kind:
            case 0:
                return 0
            case 248:
                return self._byte()
        return int.from_bytes(self._take(2), "big")

    def _text(self) -> str:
        return str(self._value(as_text=True))

    def _value(self, *, as_text: bool) -> Any:
        kind = self._byte()
        if kind == _LIST_EMPTY:
            return None
        if kind in (_LIST_8, _LIST_16):
            return [self.node() for _ in range(self._size(kind))]
        if kind in (_BYTES_8, _BYTES_20, _BYTES_32):
            raw = self._take(self._length(kind))
            return raw.decode() if as_text else raw
        if kind in _DICTIONARIES:
            return _DOUBLE[kind - _DICTIONARIES.start][self._byte()]
        if kind in (_JID_PAIR, _JID_DEVICE, _JID_INTEROP):
            return self._address(kind)
        return self._packed(kind) if kind in (_HEX, _NIBBLES) else _SINGLE[kind]

    def _length(self, kind: int) -> int:
        if kind == _BYTES_8:
            return self._byte()
        return int.from_bytes(self._take(3 if kind == _BYTES_20 else 4), "big")

    def _address(self, kind: int) -> Jid:
        if kind == _JID_PAIR:
            user = self._value(as_text=True)
            return Jid(user or "", self._text())
        if kind == _JID_DEVICE:
            domain, device = self._byte(), self._byte()
            return Jid(self._text(), _SERVERS.get(domain, "s.whatsapp.net"), device)
        user = self._text()
        device = int.from_bytes(self._take(2), "big")
        return Jid(user, self._text(), device)

    def _packed(self, kind: int) -> str:
        """Two characters in a byte: digits, or what stands in hexadecimal numbers."""
        alphabet = "0123456789-.????" if kind == _NIBBLES else "0123456789ABCDEF"
        size = self._byte()
        text = "".join(alphabet[one >> 4] + alphabet[one & 15] for one in self._take(size & 127))
        return text[:-1] if size >> 7 else text
