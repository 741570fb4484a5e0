"""What the server and a number's process say to each other: frames of msgpack over a socket that only these two hold.

The process says `Hello` first. Then orders go in and answers come out; events come out as far as the server has room
for them (`Room`), and `Ack` lets the process forget them. Every frame is bounded, so that neither side can make the
other keep what it cannot hold.
"""

import asyncio
from typing import Any, Final

import msgspec

VERSION: Final = 1
LARGEST: Final = 4 * 1024 * 1024
"""Bytes in a frame. Files never travel here: both sides read them from the number's folder."""

SIZE: Final = 4


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first words of a process."""

    version: int
    epoch: int
    pid: int


class Broken(msgspec.Struct, tag="broken", frozen=True):
    """The process cannot do its work, and why."""

    reason: str


class Order(msgspec.Struct, tag="order", frozen=True):
    """Something to do, under a lease's epoch."""

    id: int
    epoch: int
    do: str
    about: dict[str, Any]


class Answer(msgspec.Struct, tag="answer", frozen=True):
    """What came of an order: a result, or the code and sentence of a problem."""

    id: int
    result: Any = None
    problem: str | None = None
    sentence: str | None = None


class Item(msgspec.Struct, frozen=True):
    """One event of the number."""

    id: int
    kind: str
    event: dict[str, Any]


class Told(msgspec.Struct, tag="told", frozen=True):
    """Events in order."""

    epoch: int
    items: list[Item]


class Linking(msgspec.Struct, tag="linking", frozen=True):
    """News of an attempt to link: a code to show, or how it ended."""

    what: str
    about: dict[str, Any]


class Room(msgspec.Struct, tag="room", frozen=True):
    """So many more events may come."""

    more: int


class Ack(msgspec.Struct, tag="ack", frozen=True):
    """Everything up to this event is stored elsewhere."""

    epoch: int
    up_to: int


Frame = Hello | Broken | Order | Answer | Told | Linking | Room | Ack


class NotOurProtocol(Exception):
    """What came is no frame of this version."""


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def pack(frame: Frame) -> bytes:
    raw = _encoder.encode(frame)
    if len(raw) > LARGEST:
        raise NotOurProtocol(f"a frame of {len(raw)} bytes")
    return len(raw).to_bytes(SIZE, "big") + raw


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame; None when the other side is gone."""
    try:
        size = int.from_bytes(await reader.readexactly(SIZE), "big")
        if size > LARGEST:
            raise NotOurProtocol(f"a frame of {size} bytes")
        return _decoder.decode(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise NotOurProtocol(str(problem)) from problem
