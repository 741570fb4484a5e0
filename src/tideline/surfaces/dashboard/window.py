"""What may be written into a chat just now: anything, only templates of the business account, or only notes. No I/O."""

from datetime import datetime, timedelta
from enum import StrEnum

from tideline.features.chats import Chat
from tideline.surfaces.dashboard.dates import said
from tideline.surfaces.dashboard.words import N_

EXACT = timedelta(minutes=5)
"""So short before its end the time that is left is shown to the second."""


PATTERNS = (N_("{minutes} min"), N_("{hours} h {minutes} min"))


class Mode(StrEnum):
    FREE = "free"
    TEMPLATE = "template"
    OFF = "off"


def mode(chat: Chat, now: datetime) -> Mode:
    if not chat.is_messageable:
        return Mode.OFF
    is_over = chat.is_business and not chat.is_group and not chat.has_open_window(now)
    return Mode.TEMPLATE if is_over else Mode.FREE


def left(until: datetime, now: datetime) -> str:
    """As `composer/window-clock.js` writes it, which goes on with it."""
    seconds = max(0, int((until - now).total_seconds()))
    if seconds < EXACT.total_seconds():
        return f"{seconds // 60}:{seconds % 60:02}"
    minutes = seconds // 60
    if minutes < 60:
        return said("{minutes} min", minutes=minutes)
    return said("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
