"""Workspaces, the people in them, and who is calling."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import NewType
from zoneinfo import ZoneInfo

from tideline.features.workspaces import errors
from tideline.platform.facts import Actor, Way

WorkspaceId = NewType("WorkspaceId", int)
TeammateId = NewType("TeammateId", int)
TeamId = NewType("TeamId", int)
PersonId = NewType("PersonId", int)

DEFAULT_TEAM = "Default"
TRANSACTIONS = 1_000_000


class Role(StrEnum):
    """What somebody is in a workspace. Answers on the wire print it through `label`."""

    OWNER = "owner"
    ADMIN = "admin"
    TEAM_SUPERVISOR = "team_supervisor"
    TEAMMATE = "teammate"
    AGENT = "agent"
    COLLABORATOR = "collaborator"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Status(StrEnum):
    """Invited people have a seat already; removed ones stay as a row, because history names them."""

    ACTIVE = "active"
    INVITED = "invited"
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True)
class Workspace:
    """One tenant. The id is internal, the slug is its name outside and never changes."""

    id: WorkspaceId
    slug: str
    display_name: str
    plan: str
    zone: str
    seats: int
    messages_quota: int
    api_calls_quota: int
    billing_anchor: date
    suspended_at: datetime | None
    created_at: datetime
    transactions_quota: int = TRANSACTIONS
    updated_at: datetime | None = None

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Team:
    id: TeamId
    title: str

    @property
    def is_default(self) -> bool:
        """The one that everybody joins who is invited without a team."""
        return self.title == DEFAULT_TEAM


@dataclass(frozen=True, slots=True)
class Teammate:
    """A person's place in one workspace. `id` is `user_id` on the wire."""

    id: TeammateId
    person_id: PersonId
    email: str
    display_name: str
    role: Role
    status: Status
    team_id: TeamId
    team: str
    invited_until: datetime | None
    created_at: datetime

    @property
    def is_owner(self) -> bool:
        return self.role is Role.OWNER

    @property
    def is_active(self) -> bool:
        return self.status is Status.ACTIVE

    @property
    def is_placeholder(self) -> bool:
        """A place for nobody in particular, whose address begins with its own id. Nobody reads what is sent there."""
        return self.email.startswith(f"{self.id}-")

    def is_invitation_open(self, now: datetime) -> bool:
        """True while an invited person can still follow the link (`Pending` on the wire, else `Expired`)."""
        return self.status is Status.INVITED and self.invited_until is not None and now < self.invited_until

    def ensure_movable(self) -> None:
        if self.is_owner:
            raise errors.OwnerStays


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind a valid API token, which one it is, and from where it was used."""

    workspace_id: WorkspaceId
    teammate_id: TeammateId
    email: str
    display_name: str
    role: Role
    scopes: frozenset[str]
    key: str = field(default="", compare=False)
    address: str | None = field(default=None, compare=False)

    @property
    def actor(self) -> Actor:
        return Actor("token", self.teammate_id, Way("api", self.address, self.key or None))

    def ensure_scope(self, scope: str) -> None:
        """A token without scopes may do everything its teammate may."""
        if self.scopes and scope not in self.scopes:
            raise errors.InsufficientScope


@dataclass(frozen=True, slots=True)
class Created:
    """A new workspace and what its owner needs to get in: a link for a browser and a token for programs."""

    workspace_id: WorkspaceId
    slug: str
    owner_id: TeammateId
    sign_in_token: str
    api_token: str


@dataclass(frozen=True, slots=True)
class FirstWorkspace:
    """What somebody says who sets up a new installation, and how much its workspace may use."""

    display_name: str
    owner_name: str
    owner_email: str
    zone: str
    messages_quota: int
    api_calls_quota: int


@dataclass(frozen=True, slots=True)
class Invited:
    """The teammate as it is now, and the token of the invitation link when there is something to accept."""

    teammate: Teammate
    link_token: str | None


class Purpose(StrEnum):
    """What a one-time link is for."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    RESET = "reset"


class Asks(StrEnum):
    """What a person has to type to follow a link."""

    NOTHING = "nothing"
    PASSWORD = "password"
    NEW_PASSWORD = "new_password"

    @classmethod
    def of(cls, purpose: Purpose, *, has_password: bool) -> "Asks":
        """Who has a password proves it before joining: an invitation is in the hands of whoever invites, and must
        not open an account that exists already."""
        if purpose is Purpose.RESET or not has_password:
            return cls.NEW_PASSWORD
        return cls.PASSWORD if purpose is Purpose.INVITATION else cls.NOTHING


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link that can still be followed, as the page behind it needs to know it."""

    purpose: Purpose
    email: str
    asks: Asks


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. A session belongs to a person, who may be in several workspaces."""

    person_id: PersonId
    email: str
    workspaces: tuple[WorkspaceId, ...]
    expires_at: datetime
    language: str | None = None
    zone: str | None = None
    key: str = field(default="", compare=False)
    is_operator: bool = False


@dataclass(frozen=True, slots=True)
class Whence:
    """Where somebody signs in from: the address, and what their browser calls itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of somebody's sessions, as they are shown it themselves."""

    token_hash: bytes = field(repr=False)
    created_at: datetime
    seen_at: datetime
    address: str | None
    agent: str | None
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class NewSession:
    """What goes into the cookie, told once."""

    token: str
    person_id: PersonId
    expires_at: datetime
