"""Mails: what is written, what is stored of it, and what to do after an attempt to send. No I/O."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

MailUid = NewType("MailUid", UUID)

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
GIVE_UP: Final = timedelta(hours=24)
"""The links in mails live as long."""


class State(StrEnum):
    """`kept`: there is no mail server, the operator hands the mail over."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as somebody writes it. `about` is the same for letters of which only the newest still counts."""

    kind: str
    about: str
    to: str
    name: str
    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is stored. `problem` is what the server said to the last attempt that failed."""

    uid: MailUid
    workspace_id: int | None
    kind: str
    recipient: str
    name: str
    subject: str
    sealed: bytes | None = field(repr=False)
    state: State
    attempts: int
    next_at: datetime
    problem: str | None
    created_at: datetime
    give_up_at: datetime
    settled_at: datetime | None


# Attempts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the mail."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server wants none of it, now and later: no such mailbox, too large."""

    problem: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """The server wants to be asked again: greylisting, a full mailbox."""

    problem: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Nothing can be sent at all: no connection, a wrong password, no TLS. It says nothing about the mail."""

    problem: str


Outcome = Accepted | Refused | NotNow | Trouble


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a mail after an attempt: its state, and when to try again while it is pending."""

    state: State
    next_at: datetime
    problem: str | None = None


def next_step(mail: Mail, outcome: Outcome, now: datetime) -> Step:
    match outcome:
        case Accepted():
            return Step(State.SENT, now)
        case Refused(problem):
            return Step(State.FAILED, now, problem)
        case NotNow(problem) | Trouble(problem):
            again_at = now + wait_after(mail.attempts)
            if again_at >= mail.give_up_at:
                return Step(State.FAILED, now, problem)
            return Step(State.PENDING, again_at, problem)


def wait_after(attempts: int) -> timedelta:
    """30 seconds after the first attempt, then twice as long each time, an hour at most."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 16)), LONGEST_WAIT)
