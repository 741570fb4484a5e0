"""The kinds of messages that the Business Platform knows, as text and files. No I/O.

What has no shape of its own with us (a place, a card, a choice) is shown as the text a person would read in it.
"""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeGuard

from tideline.features.numbers.port import MediaKind, MediaRef, cards_text, place_text

LONGEST: Final = 65_536


@dataclass(frozen=True, slots=True)
class Told:
    """What a message holds: text, a file, both, or something that cannot be shown."""

    text: str | None = None
    media: MediaRef | None = None
    unsupported: str | None = None


Reader = Callable[[Mapping[str, Any], datetime], Told | None]
"""None when the message is not what its type says."""


def _text(message: Mapping[str, Any], _at: datetime) -> Told | None:
    return _said(_str(_in(message, "text"), "body"))


def _media(kind: MediaKind, field: str) -> Reader:
    def read(message: Mapping[str, Any], at: datetime) -> Told | None:
        value = _in(message, field)
        media_id = _str(value, "id")
        if not (0 < len(media_id) <= 64 and media_id.isascii() and media_id.isdigit()):
            return None
        mimetype = _str(value, "mime_type")[:200] or "application/octet-stream"
        is_voice = kind is MediaKind.AUDIO and value.get("voice") is True
        shown = MediaKind.VOICE if is_voice else kind
        name = _str(value, "filename")[:500] or _name(shown, mimetype, at)
        return Told(_str(value, "caption") or None, MediaRef(shown, name, mimetype, 0, media_id))

    return read


def _name(kind: MediaKind, mimetype: str, at: datetime) -> str:
    """Only documents come with a name."""
    end = mimetypes.guess_extension(mimetype.partition(";")[0].strip()) or ""
    return f"{kind.value}-{at:%Y%m%d-%H%M%S}{'.ogg' if kind is MediaKind.VOICE else end}"


def _location(message: Mapping[str, Any], _at: datetime) -> Told | None:
    value = _in(message, "location")
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not (_is_degree(latitude) and _is_degree(longitude)):
        return None
    return _said(place_text(latitude, longitude, _str(value, "name"), _str(value, "address")))


def _contacts(message: Mapping[str, Any], _at: datetime) -> Told | None:
    given = message.get("contacts")
    cards = [_card(one) for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return _said(cards_text(cards))


def _card(card: Mapping[str, Any]) -> tuple[str, list[str]]:
    phones = card.get("phones")
    numbers = [_str(one, "phone") for one in phones if isinstance(one, Mapping)] if isinstance(phones, list) else []
    return _str(_in(card, "name"), "formatted_name"), numbers


def _button(message: Mapping[str, Any], _at: datetime) -> Told | None:
    return _said(_str(_in(message, "button"), "text"))


def _interactive(message: Mapping[str, Any], _at: datetime) -> Told | None:
    value = _in(message, "interactive")
    for kind in ("button_reply", "list_reply"):
        if title := _str(_in(value, kind), "title"):
            return _said(title)
    return _said(_str(_in(value, "nfm_reply"), "body"))


def _order(message: Mapping[str, Any], _at: datetime) -> Told | None:
    value = _in(message, "order")
    items = value.get("product_items")
    lines = [
        f"{_plain(one.get('quantity'))} × {_str(one, 'product_retailer_id')}"
        for one in (items if isinstance(items, list) else [])
        if isinstance(one, Mapping)
    ]
    return _said("\n".join([line for line in (_str(value, "text"), *lines) if line]))


KINDS: Final[dict[str, Reader]] = {
    "text": _text,
    "image": _media(MediaKind.IMAGE, "image"),
    "video": _media(MediaKind.VIDEO, "video"),
    "audio": _media(MediaKind.AUDIO, "audio"),
    "voice": _media(MediaKind.VOICE, "voice"),
    "document": _media(MediaKind.DOCUMENT, "document"),
    "sticker": _media(MediaKind.STICKER, "sticker"),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}


def _said(text: str) -> Told | None:
    return Told(text[:LONGEST]) if text else None


def _in(value: Any, key: str) -> Mapping[str, Any]:
    inner = value.get(key) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _str(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _is_degree(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and -180 <= value <= 180


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, int | str) and len(str(value)) < 20 else "?"
