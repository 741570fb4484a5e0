"""Answers of success: `{"status": "ok", "data": ...}`, and those that a few operations of the contract have instead."""

from typing import Any

import msgspec

ENCODER = msgspec.json.Encoder()


class Enveloped(msgspec.Struct):
    """The envelope of success."""

    status: str
    data: Any


class Whole(msgspec.Struct, frozen=True):
    """What a route's function returns when this, and no envelope, is the body of the answer."""

    body: Any


class Said(msgspec.Struct, frozen=True):
    status: str
    message: str


DONE = Whole({"status": "ok"})


def said(sentence: str) -> Whole:
    """Success without data, in a sentence."""
    return Whole(Said("ok", sentence))


def encode(data: Any) -> bytes:
    """The body of the answer that says what a route's function returned."""
    return ENCODER.encode(data.body if isinstance(data, Whole) else Enveloped("ok", data))
