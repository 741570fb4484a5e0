"""Reads a multipart form while it arrives: its texts into memory, its file into the spool, never more than a piece of
it at a time in memory (RFC 7578)."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from tideline.features.files import FileTooLarge, Spool
from tideline.platform.contract.faults import FieldError
from tideline.surfaces.api import problems
from tideline.surfaces.api.body import ClientGone, Receive
from tideline.surfaces.api.form_parts import FILE, LONGEST_TEXT, FormParts, Upload

OVERHEAD = 1024 * 1024
"""Bytes that a form may have besides its file."""
PAUSE_SECONDS = 30.0
SECONDS = 1800.0


class Form(msgspec.Struct, kw_only=True):
    """The base of forms. Texts that a struct does not know are ignored, like members of a JSON body.

    `digest` is the same for the same texts and the same file, however the form was cut into parts.
    """

    digest: bytes = b""
    file: Upload

    aside: ClassVar[tuple[str, ...]] = ("digest",)


F = TypeVar("F", bound=Form)


class FormReader(Generic[F]):
    """Reads one operation's form. `longest` are the contract's limits on texts, in characters."""

    def __init__(self, struct: type[F], longest: Mapping[str, int]) -> None:
        self._struct = struct
        self._longest = longest
        known = {one.name for one in msgspec.structs.fields(struct)}
        self.names = known - set(struct.aside)

    async def read(
        self, receive: Receive, headers: Mapping[bytes, bytes], spool: Spool, until_answered: AsyncExitStack
    ) -> F:
        """The whole form; its file lives until the stack ends."""
        declared = headers.get(b"content-length", b"")
        most = spool.largest + OVERHEAD
        if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
            raise problems.too_large()
        parts = FormParts(_boundary(headers), spool, until_answered)
        try:
            async with asyncio.timeout(SECONDS):
                await _receive(receive, parts, most)
        except TimeoutError:
            raise problems.too_slow() from None
        except FileTooLarge:
            raise problems.too_large("File is too large") from None
        return self._build(parts)

    def _build(self, parts: FormParts) -> F:
        texts = {name: text for name, text in parts.texts.items() if name in self.names}
        errors = [
            FieldError((name,), f"must have at most {self._longest[name]} characters")
            for name, text in texts.items()
            if len(text) > self._longest.get(name, LONGEST_TEXT)
        ]
        if parts.upload is None:
            errors.append(FieldError((FILE,), "is required"))
        if errors or parts.upload is None:
            raise problems.invalid(errors)
        values: dict[str, Any] = dict(texts)
        return self._struct(file=parts.upload, digest=parts.digest(), **values)


def _boundary(headers: Mapping[bytes, bytes]) -> bytes:
    kind, options = parse_options_header(headers.get(b"content-type", b""))
    boundary = options.get(b"boundary", b"")
    if kind.lower() != b"multipart/form-data" or not boundary:
        raise problems.refused("Bad form: the body must be multipart/form-data, with a boundary in its Content-Type")
    return boundary


async def _receive(receive: Receive, parts: FormParts, most: int) -> None:
    """Parts that nobody asked for are not kept, and have an end all the same."""
    size = 0
    while True:
        async with asyncio.timeout(PAUSE_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        try:
            piece = message.get("body", b"")
            size += len(piece)
            await parts.take(piece)
            if size > most:
                raise problems.too_large()
            if not message.get("more_body", False):
                return parts.end()
        except FormParserError as error:
            raise problems.refused(f"Bad form: {error}") from None
