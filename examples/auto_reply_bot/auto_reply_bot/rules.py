"""What to do with a message: values in, a value out."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

KEYWORDS = {
    "hours": "We are open from 9 to 17, Monday to Friday.",
    "price": "A kilo of house blend is 24 euros, delivery included.",
    "prices": "A kilo of house blend is 24 euros, delivery included.",
    "where": "Harbour Street 12, next to the ferry.",
}


@dataclass(frozen=True)
class Answer:
    """Say this."""

    text: str


@dataclass(frozen=True)
class HandOver:
    """Say this, and give the chat to a person."""

    text: str


@dataclass(frozen=True)
class LeaveAlone:
    """A person will read it."""


Reaction = Answer | HandOver | LeaveAlone


@dataclass(frozen=True)
class Rules:
    """What this business says."""

    keywords: dict[str, str] = field(default_factory=lambda: dict(KEYWORDS))
    opens: time = time(9)
    closes: time = time(17)
    zone: str = "Europe/Berlin"
    closed: str = "We are closed now and answer from 9 o'clock on the next working day."
    handed_over: str = "A colleague takes over and answers you here."

    def react(self, text: str, at: datetime) -> Reaction:
        words = re.findall(r"\w+", text.lower())
        if "agent" in words:
            return HandOver(self.handed_over)
        for word in words:
            if word in self.keywords:
                return Answer(self.keywords[word])
        return LeaveAlone() if self.is_open(at) else Answer(self.closed)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        return local.weekday() < 5 and self.opens <= local.time() < self.closes
