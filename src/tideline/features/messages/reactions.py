"""How one person's reaction to a message stands, and what news make of it. The newest wins. No I/O."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

EMOJI_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """`emoji` is None once it was taken away; when that was still tells older news from newer.

    One of our own `is_waiting` until WhatsApp has it, and `on_whatsapp` is what WhatsApp shows meanwhile.
    """

    emoji: str | None
    at: datetime
    is_waiting: bool = False
    on_whatsapp: str | None = None

    def is_asked_for(self, at: datetime) -> bool:
        """Is this still what was asked for then, and does WhatsApp lack it?"""
        return self.is_waiting and self.at == at


def change(before: Standing | None, after: Standing) -> dict[str, Any]:
    """As facts tell it: an empty emoji took the reaction away."""
    emoji_before = before.emoji if before else None
    return {"emoji": after.emoji or "", "emoji_before": emoji_before or "", "at": after.at}


def heard(before: Standing | None, emoji: str | None, at: datetime) -> Standing | None:
    """What WhatsApp tells of it; None when newer news came first."""
    return None if before is not None and at < before.at else Standing(emoji, at)


def asked(before: Standing | None, emoji: str | None, at: datetime) -> Standing | None:
    """What is to be brought to WhatsApp; None when it is there, or on its way, already."""
    if before is None:
        return Standing(emoji, at, is_waiting=True) if emoji else None
    if before.emoji == emoji:
        return None
    shown = before.on_whatsapp if before.is_waiting else before.emoji
    return Standing(emoji, max(at, before.at), is_waiting=True, on_whatsapp=shown)


def brought(standing: Standing, emoji: str | None) -> Standing:
    """WhatsApp has this emoji now; something else may have been asked for meanwhile."""
    if standing.emoji == emoji:
        return replace(standing, is_waiting=False, on_whatsapp=None)
    return replace(standing, on_whatsapp=emoji)


def given_up(standing: Standing) -> Standing:
    """WhatsApp will not have it: what it shows is what there is."""
    return Standing(standing.on_whatsapp, standing.at)
