"""How a template will look: WhatsApp's marks, and its places, filled or still open. No I/O, no markup."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tideline.features.business import Template
from tideline.surfaces.dashboard.formatting import Piece, pieces
from tideline.surfaces.dashboard.words import N_

PLACE: Final = re.compile(r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}")
SHORT: Final = 400
MEDIA: Final = {
    "image": N_("A picture"),
    "video": N_("A film"),
    "document": N_("A document"),
    "location": N_("A place"),
}
OPEN: Final = "var"
UNFILLED: Final[Mapping[str, str]] = {}
ALL_UNFILLED: Final[Mapping[str, Mapping[str, str]]] = {}


@dataclass(frozen=True, slots=True)
class Preview:
    """A template of a business number. `media` is what its header shows instead of words: `image`, `document`…"""

    header: Sequence[Piece]
    media: str
    body: Sequence[Piece]
    footer: str
    buttons: Sequence[str]


def of_text(text: str, values: Mapping[str, str] = UNFILLED) -> tuple[Piece, ...]:
    """A text with what its places stand for; those without a value are marked."""
    return tuple(_marked(pieces(PLACE.sub(lambda found: values.get(found[1]) or found[0], text))))


def shortened(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


def of_business(template: Template, values: Mapping[str, Mapping[str, str]] = ALL_UNFILLED) -> Preview:
    header = _component(template, "HEADER")
    form = str(header.get("format", "")).lower()
    return Preview(
        header=of_text(template.text_of("HEADER"), values.get("header", UNFILLED)),
        media="" if form in ("", "text") else form,
        body=of_text(template.text_of("BODY"), values.get("body", UNFILLED)),
        footer=template.text_of("FOOTER"),
        buttons=[str(one.get("text") or one.get("type") or "") for one in _buttons(template)],
    )


def _buttons(template: Template) -> list[Mapping[str, Any]]:
    given = _component(template, "BUTTONS").get("buttons")
    return [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []


def _component(template: Template, kind: str) -> Mapping[str, Any]:
    return next((one for one in template.components if str(one.get("type", "")).upper() == kind), {})


def _marked(found: Sequence[Piece]) -> Iterator[Piece]:
    for one in found:
        if one.kind == "":
            yield from _split(one.text)
        elif one.pieces:
            yield Piece(one.kind, one.text, tuple(_marked(one.pieces)))
        else:
            yield one


def _split(text: str) -> Iterator[Piece]:
    at = 0
    for found in PLACE.finditer(text):
        if at < found.start():
            yield Piece("", text[at : found.start()])
        yield Piece(OPEN, found[1])
        at = found.end()
    if at < len(text):
        yield Piece("", text[at:])
