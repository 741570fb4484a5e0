"""Reads a JSON body: fast when it is right, and with all that is wrong with it when it is not."""

import json
import re
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

import msgspec

from tideline.platform.contract.document import Contract, Schema
from tideline.platform.contract.faults import BadFields, BadText, FieldError, bad_json
from tideline.platform.contract.schema_errors import field_errors, of_msgspec

EXPLAINED = 16_000
"""Longer bodies that are wrong get the first mistake only: a full validation would take too long."""

BOM = b"\xef\xbb\xbf"
NUL_OR_SURROGATE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
SURROGATE = re.compile("[\ud800-\udfff]")
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
DIGITS = re.compile(r"(?<!\d)\d{4000}", re.ASCII)
LOOKED_THROUGH = 10_000
"""So many values of a bad body are looked through to name the one that is bad."""


class Body(msgspec.Struct):
    """The base of request bodies. Members that a struct does not know are ignored.

    `trimmed` names texts that count without the white space around them, `folded` those whose letters count in any
    case (and a space as an underscore: answers print roles so). `rules` are what the contract says in
    words only, as JSON Schemas; one of them may carry `x-fields` and `x-msg` for the error it causes. Where the
    contract takes a plain text too, it is the member `plain`.
    """

    plain: ClassVar[str] = ""
    trimmed: ClassVar[tuple[str, ...]] = ()
    folded: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[Schema, ...]] = ()


B = TypeVar("B", bound=Body)


def trim(text: str, longest: int, member: str) -> str:
    """For `__post_init__`: what msgspec cannot check, because it counts the white space. The error names the member
    as msgspec's own do."""
    text = text.strip()
    if not 0 < len(text) <= longest:
        raise ValueError(f"must have 1 to {longest} characters - at `$.{member}`")
    return text


def fold(text: str) -> str:
    return text.strip().lower().replace(" ", "_")


class BodyReader(Generic[B]):
    """Decodes one operation's body into its struct, by msgspec; JSON Schema explains what msgspec refuses."""

    def __init__(self, struct: type[B], contract: Contract, schema: Schema) -> None:
        self._struct = struct
        self._contract = contract
        self._schema = schema
        self._decoder = msgspec.json.Decoder(struct)

    def read_text(self, raw: bytes) -> B:
        """A body that is a plain text."""
        try:
            text = raw.removeprefix(BOM).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadText(f"Bad text: {error}") from None
        return self.read(msgspec.json.encode({self._struct.plain: text}))

    def read(self, raw: bytes) -> B:
        raw = raw.removeprefix(BOM)
        self._ensure_text(raw)
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            self._explain(raw, error)
        except (msgspec.DecodeError, RecursionError) as error:
            self._complain(raw, error)

    def _ensure_text(self, raw: bytes) -> None:
        """msgspec skips over unknown members without a look at their characters, so they are looked at here."""
        try:
            raw.isascii() or raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise bad_json(error) from None
        if NUL_OR_SURROGATE.search(raw):
            _ensure_characters(_parse(raw))

    def _complain(self, raw: bytes, error: Exception) -> NoReturn:
        """The bytes are not JSON; Python's own words for it are what clients of this API know."""
        _ensure_characters(_parse(raw))
        raise bad_json(error)

    def _explain(self, raw: bytes, error: msgspec.ValidationError) -> NoReturn:
        first = of_msgspec(error)
        if len(raw) > EXPLAINED:
            raise BadFields([first])
        try:
            raise BadFields(self._errors(_parse(raw)) or [first])
        except RecursionError:
            raise _too_deep() from None

    def _errors(self, tree: Any) -> list[FieldError]:
        if isinstance(tree, dict):
            for name in self._struct.trimmed:
                if isinstance(tree.get(name), str):
                    tree[name] = tree[name].strip()
            for name in self._struct.folded:
                if isinstance(tree.get(name), str):
                    tree[name] = fold(tree[name])
        return field_errors(self._validator, tree)

    @cached_property
    def _validator(self) -> Any:
        from jsonschema import Draft202012Validator  # takes 0.1 s to import, and most processes never need it

        schema = self._contract.standalone(self._schema)
        schema["allOf"] = [*schema["allOf"], *self._struct.rules]
        return Draft202012Validator(schema)


def _parse(raw: bytes) -> Any:
    text = raw.decode("utf-8")
    parse_int = _whole if DIGITS.search(text) else None
    try:
        return json.loads(text, parse_constant=_no_constant, parse_int=parse_int)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise bad_json(error) from None


def _too_deep() -> BadText:
    return bad_json("too many levels of nesting")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _whole(digits: str) -> int:
    """Python refuses to read numbers of thousands of digits; how large a number is beyond 64 bits never matters."""
    return int(digits) if len(digits) < 30 else 10**30


def _ensure_characters(tree: Any) -> None:
    """Texts are looked through one by one only when something is wrong with one of them."""
    try:
        text = json.dumps(tree, ensure_ascii=False)
    except RecursionError:
        raise _too_deep() from None
    if SURROGATE.search(text) or NUL.search(text):
        errors = [FieldError(path, msg) for path, msg in _bad_strings(tree)]
        raise BadFields(errors[:10] or [FieldError((), "must not contain NUL or half of a surrogate pair")])


def _bad_strings(tree: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    todo: deque[tuple[tuple[str, ...], Any]] = deque([((), tree)])
    for _ in range(LOOKED_THROUGH):
        if not todo:
            return
        path, node = todo.popleft()
        match node:
            case str() if "\0" in node:
                yield path, "must not contain the NUL character"
            case str() if SURROGATE.search(node):
                yield path, "must not contain half of a surrogate pair"
            case dict():
                for name, child in node.items():
                    printable = SURROGATE.sub("", name.replace("\0", ""))
                    todo.append(((*path, printable), child))
                    if printable != name:
                        yield (*path, printable), "must not have NUL or half of a surrogate pair in its name"
            case list():
                todo.extend(((*path, str(n)), child) for n, child in enumerate(node[:LOOKED_THROUGH]))
