"""Text as it may be stored and sent. No I/O."""

import re
from typing import Final

from tideline.features.messages.errors import BlankText, InvalidNote, TextTooLong

TEXT_MAX: Final = 2000
NOTE_MAX: Final = 10_000
_UNSTORABLE: Final = re.compile(r"\x00|[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """What somebody wants to send: trimmed, not blank, at most 2000 characters."""
    text = (received(text) or "").strip()
    if not text:
        raise BlankText
    if len(text) > TEXT_MAX:
        raise TextTooLong
    return text


def clean_note(text: str) -> str:
    """What somebody wants to note: trimmed, not blank, at most 10,000 characters."""
    text = (received(text) or "").strip()
    if not 1 <= len(text) <= NOTE_MAX:
        raise InvalidNote
    return text


def received(text: str | None) -> str | None:
    """What came from WhatsApp, as long as it is; only what no database takes is replaced. Nothing at all is None."""
    if text is None or not _UNSTORABLE.search(text):
        return text or None
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text) or None
