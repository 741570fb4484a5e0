"""Reads a JSON body into its struct, strictly: text is text, and nothing is deeper than it need be."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from tideline.surfaces.simulator.problems import BodyTooLarge, InvalidJson, InvalidRequest

LARGEST = 24 * 1024 * 1024  # 16 MB of file in base64, and the rest
SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")

T = TypeVar("T")


async def receive(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > LARGEST):
        raise BodyTooLarge
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise BodyTooLarge
            parts.append(part)
    except ClientDisconnect:
        raise InvalidJson("The connection ended before the body was complete.") from None
    return b"".join(parts)


def decode(raw: bytes, struct: type[T]) -> T:
    try:
        raw.isascii() or raw.decode("utf-8")
        if SUSPICIOUS.search(raw):
            _check_texts(msgspec.json.decode(raw))
        return msgspec.json.decode(raw, type=struct)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJson(f"The body is not JSON: {error}.") from None
    except RecursionError:
        raise InvalidJson("The body has too many levels of nesting.") from None


def _check_texts(tree: Any) -> None:
    for text in _texts(tree):
        if "\x00" in text:
            raise InvalidRequest("No text may contain U+0000.")


def _texts(tree: Any) -> Iterator[str]:
    """Every string in a document, the names of members too."""
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
