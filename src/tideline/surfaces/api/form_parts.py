"""The parts of a multipart form, one after the other: texts are kept, the file goes into the spool."""

import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from python_multipart.multipart import MultipartParser, parse_options_header

from tideline.features.files import Spool, Spooled, Writing
from tideline.platform.contract.faults import FieldError
from tideline.platform.outgoing import filename_in
from tideline.surfaces.api import problems

FILE = "file"
MOST_PARTS = 50
LONGEST_TEXT = 64 * 1024
"""Bytes of one text; the contract's limits on them are far lower."""


@dataclass(frozen=True)
class Upload:
    """The file of a form. Name and type are what the client says about it, or nothing."""

    filename: str
    content_type: str
    spooled: Spooled

    @property
    def size(self) -> int:
        return self.spooled.size


@dataclass
class _Part:
    """One part as it comes in."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    header: bytes = b""
    value: bytes = b""
    name: str = ""
    text: bytearray = field(default_factory=bytearray)
    writing: Writing | None = None
    is_ignored: bool = False

    def end_header(self) -> None:
        self.headers[self.header.lower()] = self.value
        self.header = self.value = b""

    @property
    def options(self) -> dict[bytes, bytes]:
        return parse_options_header(self.headers.get(b"content-disposition", b""))[1]

    @property
    def extended_filename(self) -> str:
        """`filename*`, which no form should have, and which some clients send alone for names in other scripts."""
        return filename_in(self.headers.get(b"content-disposition", b"").decode("latin-1")) or ""


class FormParts:
    """Cuts a body into parts. The parser calls back while it looks at a piece; what it found is done afterwards,
    because writing has to be waited for."""

    def __init__(self, boundary: bytes, spool: Spool, until_answered: AsyncExitStack) -> None:
        self._found: list[tuple[str, bytes]] = []
        self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]
        self._spool = spool
        self._until_answered = until_answered
        self._part = _Part()
        self._count = 0
        self._is_over = False
        self.texts: dict[str, str] = {}
        self.upload: Upload | None = None

    def _callbacks(self) -> dict[str, object]:
        def noting(kind: str) -> object:
            return lambda *piece: self._found.append((kind, piece[0][piece[1] : piece[2]] if piece else b""))

        return {
            f"on_{kind}": noting(kind)
            for kind in (
                "part_begin", "header_field", "header_value", "header_end", "headers_finished", "part_data",
                "part_end", "end",
            )
        }  # fmt: skip

    async def take(self, piece: bytes) -> None:
        """The next piece of the body; raises `FormParserError` for what is no form."""
        self._parser.write(piece)
        found, self._found = self._found, []
        for kind, data in found:
            await self._do(kind, data)

    def end(self) -> None:
        """The body is over; its last boundary must have been seen."""
        if not self._is_over:
            raise problems.refused("Bad form: it ends before its last boundary")

    def digest(self) -> bytes:
        """What was sent, as one number: texts by name, then the file."""
        whole = hashlib.sha256()
        for name, text in sorted(self.texts.items()):
            whole.update(f"{len(name)} {len(text)} {name}{text}".encode())
        if self.upload:
            for said in (self.upload.filename, self.upload.content_type):
                whole.update(f"{len(said)} {said}".encode())
            whole.update(self.upload.spooled.digest)
        return whole.digest()

    async def _do(self, kind: str, data: bytes) -> None:
        part = self._part
        match kind:
            case "part_begin":
                self._begin()
            case "header_field":
                part.header += data
            case "header_value":
                part.value += data
            case "header_end":
                part.end_header()
            case "headers_finished":
                await self._know(part)
            case "part_data":
                await self._add(part, data)
            case "part_end":
                await self._end(part)
            case "end":
                self._is_over = True

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise problems.refused(f"Bad form: more than {MOST_PARTS} parts")
        self._part = _Part()

    async def _know(self, part: _Part) -> None:
        """What kind of part this is. A file that nobody asked for is not kept."""
        options = part.options
        part.name = _text(options.get(b"name", b""), "a part's name")
        part.is_ignored = part.name != FILE and b"filename" in options
        if part.name == FILE:
            if self.upload is not None:
                raise problems.invalid_field(FILE, "must be one file")
            part.writing = await self._until_answered.enter_async_context(self._spool.open())

    async def _add(self, part: _Part, data: bytes) -> None:
        if part.writing is not None:
            await part.writing.write(data)
        elif not part.is_ignored:
            part.text += data
            if len(part.text) > LONGEST_TEXT:
                raise problems.invalid_field(part.name, "is too long")

    async def _end(self, part: _Part) -> None:
        if part.writing is None:
            if not part.is_ignored:
                self.texts[part.name] = _text(bytes(part.text), part.name)
            return
        filename = part.options.get(b"filename", b"").decode("utf-8", "replace") or part.extended_filename
        content_type = part.headers.get(b"content-type", b"").decode("latin-1").strip()
        self.upload = Upload(_without_path(filename), content_type, await part.writing.finish())


def _without_path(filename: str) -> str:
    return filename[max(filename.rfind("/"), filename.rfind("\\")) + 1 :]


def _text(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise problems.refused(f"Bad form: {name} is not UTF-8") from None
    if "\0" in text:
        raise problems.invalid([FieldError((name.replace("\0", ""),), "must not contain the NUL character")])
    return text
