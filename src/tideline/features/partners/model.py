"""Partners: who they are, what their workspaces get, and which members lose a seat. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tideline.features.numbers import Number
from tideline.features.workspaces import Quotas, Status, Teammate, TeammateId, Workspace
from tideline.platform.facts import Actor, Way

MAIL_DOMAIN = "partners.invalid"
"""Where nobody has a mailbox; addresses of placeholders end so unless a setting says otherwise."""


@dataclass(frozen=True, slots=True)
class Grants:
    """What each workspace of a partner gets."""

    plan_id: int = 1
    plan: str = "Partner"
    messages_quota: int = 1500
    api_calls_quota: int = 100_000
    transactions_quota: int = 10_000


@dataclass(frozen=True, slots=True)
class Partner:
    """A company that makes and manages workspaces through the Partner API. `secret` is sealed; `webhook_id` names its
    webhook on lanes and in the log; `called_at` is when it was let in last, to the minute."""

    id: str
    name: str
    webhook_id: int
    webhook_url: str | None
    signs_bodies: bool
    errors_counter: int
    origins: tuple[str, ...]
    is_active: bool
    grants: Grants
    created_at: datetime
    secret: bytes = field(repr=False)
    called_at: datetime | None = None

    def actor(self, address: str | None = None) -> Actor:
        """Who acts when this partner calls from there."""
        return Actor("partner", way=Way("partner", address, self.id))


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner and its secret, told once."""

    partner: Partner
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Owned:
    """A workspace of a partner, as a list shows it."""

    workspace_id: int
    slug: str
    display_name: str
    seats: int
    suspended_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """How much of what it has a workspace uses: seats, messages of the period, numbers that are linked."""

    seats: int
    messages: int
    messages_total: int
    numbers: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a partner sees of a workspace after it made or changed it."""

    workspace: Workspace
    seats_used: int
    owner_id: TeammateId
    team_id: int
    suspended: Sequence["Suspended"] = ()

    @property
    def seats_available(self) -> int:
        return max(0, self.workspace.seats - self.seats_used)


@dataclass(frozen=True, slots=True)
class Suspended:
    """A member who lost the seat, with the numbers that are paused now."""

    teammate_id: TeammateId
    numbers: Sequence[Number] = ()


@dataclass(frozen=True, slots=True)
class QrLinkShown:
    """A link that works, as it is given away."""

    url: str
    teammate_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Details:
    """Everything about a workspace."""

    workspace: Workspace
    quotas: Quotas
    members: Sequence[Teammate]
    numbers: Sequence[Number]
    links: Sequence[QrLinkShown]


@dataclass(frozen=True, slots=True)
class QrLinkMade:
    link: QrLinkShown
    has_disconnected: bool
    has_replaced: bool


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The token of a workspace's owner; `rotated_at` when the one before it died just now."""

    token: str = field(repr=False)
    rotated_at: datetime | None = None


def without_seat(seats: int, members: Iterable[Teammate], numbers: Iterable[Number]) -> list[Teammate]:
    """Who loses the seat when there are only so many: never the owner; those without a linked number first; inside
    that, who came last."""
    linked = {number.owner_id for number in numbers if not number.is_gone}
    seated = [one for one in members if one.status in (Status.ACTIVE, Status.INVITED)]
    movable = [one for one in seated if not one.is_owner]
    movable.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    movable.sort(key=lambda one: one.id in linked)
    return movable[: max(0, len(seated) - seats)]


# Usage -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """For how long a number was linked; still, when `until` is None."""

    slug: str
    number_id: int
    phone: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Usage:
    """A partner's connected numbers by day (UTC) and workspace, of one month."""

    partner_id: str
    month: str
    days: Sequence[tuple[str, Mapping[str, int]]]

    @property
    def number_days(self) -> int:
        return sum(sum(of_day.values()) for _, of_day in self.days)


def usage_of(partner_id: str, start: datetime, end: datetime, spans: Sequence[Span], now: datetime) -> Usage:
    """A number counts on every day on which it was linked, if only for a moment, and once however often it was."""
    days: list[tuple[str, Mapping[str, int]]] = []
    day = start
    while day < end and day <= now:
        following = day + timedelta(days=1)
        there = {(one.slug, one.number_id) for one in spans if one.since < following and (one.until or now) >= day}
        counts: dict[str, int] = {}
        for slug, _ in sorted(there):
            counts[slug] = counts.get(slug, 0) + 1
        days.append((day.date().isoformat(), counts))
        day = following
    return Usage(partner_id, start.strftime("%Y-%m"), days)
