"""What a message of the Business Platform says beyond what is made of it here. No I/O.

Known members are taken out of it, so that plain messages leave nothing, and what Meta adds tomorrow stays.
"""

from collections.abc import Mapping
from typing import Any, Final

Known = Mapping[str, "Known | None"]
"""Members that are understood: whole, or those within."""

_ENVELOPE: Final[Known] = {
    "from": None, "from_user_id": None, "to": None, "to_user_id": None, "id": None, "timestamp": None, "type": None,
    "context": {"from": None, "id": None}, "history_context": {"status": None},
}  # fmt: skip
_FILE: Final[Known] = dict.fromkeys(("id", "url", "mime_type", "sha256", "caption", "filename", "voice"))
_KINDS: Final[dict[str, Known]] = {
    "text": {"body": None},
    **dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), _FILE),
    "location": dict.fromkeys(("latitude", "longitude", "name", "address")),
    "button": {"text": None},
    "interactive": {"button_reply": {"title": None}, "list_reply": {"title": None}, "nfm_reply": {"body": None}},
    "order": {"text": None},
}  # fmt: skip
_CONTACT: Final[Known] = {"wa_id": None, "user_id": None, "profile": {"name": None}}


def beyond(message: Mapping[str, Any], contact: Mapping[str, Any], *, is_understood: bool) -> dict[str, Any] | None:
    """What is left of a message and of its writer. Of a kind that nobody knows that is everything in it."""
    kind = message.get("type")
    known = _ENVELOPE
    if is_understood and isinstance(kind, str) and kind in _KINDS:
        known = {**_ENVELOPE, kind: _KINDS[kind]}
    rest = {"message": _without(message, known), "contact": _without(contact, _CONTACT)}
    return {part: members for part, members in rest.items() if members} or None


def _without(value: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The members that are not known; what is known in parts only stays with the others."""
    left = {}
    for name, inner in value.items():
        if name not in known:
            left[name] = inner
        elif (within := known[name]) and (rest := _without(inner, within) if isinstance(inner, Mapping) else inner):
            left[name] = rest
    return left
