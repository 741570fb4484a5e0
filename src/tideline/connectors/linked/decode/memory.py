"""What is remembered from one event to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tideline.connectors.linked.people import People
from tideline.connectors.linked.reach import Reach
from tideline.features.numbers.port import GroupChanged


@dataclass(frozen=True, slots=True)
class AskForGroup:
    """A group changed; how it is now has to be asked for."""

    jid: str
    at: datetime


@dataclass(slots=True)
class Call:
    """A call that has begun."""

    is_video: bool
    answered_at: datetime | None = None


@dataclass(slots=True)
class Memory:
    """What spans several events: who is who, how groups are, and which calls are going on."""

    people: People
    sign: Callable[[bytes], str]
    calls: dict[str, Call] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    groups: dict[str, GroupChanged] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)

    def keep(self, group: GroupChanged) -> GroupChanged:
        """Remember how a group is, for what is said of it later."""
        self.groups[group.group] = group
        self.subjects[group.group] = group.subject
        return group


def moment(stamp: int) -> datetime:
    """WhatsApp's time, in seconds or in milliseconds; nonsense is now."""
    seconds = stamp / 1000 if stamp > 100_000_000_000 else stamp
    now = datetime.now(UTC)
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return now
    return at if seconds > 0 and at < now + timedelta(days=1) else now
