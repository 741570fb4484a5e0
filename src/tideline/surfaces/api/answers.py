"""Answers that are not `{"status": "ok", "data": ...}`: a few operations of the contract have their own."""

from typing import Any

import msgspec


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
