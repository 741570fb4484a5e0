"""Templates: what one is, and who may see, use, change and delete it. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from tideline.features.templates.errors import InvalidTemplate
from tideline.features.workspaces import Action, Role, TeamId, Teammate, TeammateId, may

TemplateId = NewType("TemplateId", int)

NAME_MAX = 160
TEXT_MAX = 4096
NUL = "\x00"
ORIGIN_MAX = 100
MOST = 2000
"""Templates in one workspace: their list has no pages."""


def is_id(value: int) -> bool:
    """Could this be the id of a row? Callers may ask for any integer."""
    return 0 < value < 1 << 31


class Visibility(StrEnum):
    """The wire's words. Private: its author's alone. Read-only: others use it and leave it as it is."""

    PUBLIC = "public"
    PRIVATE = "private"
    READ_ONLY = "read-only"


class TemplateFile(msgspec.Struct, frozen=True):
    """The upload that goes along. What was deleted meanwhile does not count as one."""

    uid: UUID
    filename: str
    mimetype: str
    size: int


class Template(msgspec.Struct, frozen=True):
    """A text to be used again. `team` None: all teams may. The order of the fields is that of the store's columns."""

    id: TemplateId
    name: str
    text: str
    visibility: Visibility
    team_id: TeamId | None
    team: str | None
    created_by: TeammateId
    created_by_name: str
    created_at: datetime
    updated_by: TeammateId
    updated_by_name: str
    updated_at: datetime
    file: TemplateFile | None
    used: int
    last_used_at: datetime | None

    @property
    def is_private(self) -> bool:
        return self.visibility is Visibility.PRIVATE

    def has_words(self, typed: str) -> bool:
        """Are all of the words in its name or text, large or small?"""
        written = f"{self.name}\n{self.text}".casefold()
        return all(word in written for word in typed.casefold().split())


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody as far as templates are concerned. A keeper manages them all, also what others keep private."""

    id: TeammateId
    team_id: TeamId
    is_keeper: bool
    leads_team: bool

    @classmethod
    def of(cls, teammate: Teammate) -> "Viewer":
        return cls(
            id=teammate.id,
            team_id=teammate.team_id,
            is_keeper=may(teammate.role, Action.ALL_TEMPLATES),
            leads_team=teammate.role is Role.TEAM_SUPERVISOR,
        )

    def may_see(self, template: Template) -> bool:
        """The store's `list_seen` says the same in SQL."""
        if self._rules(template):
            return True
        return not template.is_private and template.team_id in (None, self.team_id)

    def may_edit(self, template: Template) -> bool:
        """Change the words and the file."""
        return self.may_delete(template) or (self.may_see(template) and template.visibility is Visibility.PUBLIC)

    def may_delete(self, template: Template) -> bool:
        """Also: decide who else sees it."""
        leads = self.leads_team and template.team_id == self.team_id and not template.is_private
        return self._rules(template) or leads

    def may_give_to(self, template: Template, team_id: TeamId | None) -> bool:
        """Authors may bring a template to their own team; to others, or to all, only keepers."""
        return self.is_keeper or (self.may_delete(template) and team_id == self.team_id)

    def _rules(self, template: Template) -> bool:
        return self.is_keeper or template.created_by == self.id


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """What somebody writes into a new template. `team` is the title of a team, None for all of them."""

    name: str
    text: str
    visibility: Visibility = Visibility.PUBLIC
    team: str | None = None
    file_uid: UUID | None = None

    def __post_init__(self) -> None:
        ensure_name(self.name)
        ensure_text(self.text)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What is to be different; what is left out stays. No team means all of them, no file takes it away."""

    name: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    team: str | UnsetType | None = UNSET
    file_uid: UUID | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.name is not UNSET:
            ensure_name(self.name)
        if self.text is not UNSET:
            ensure_text(self.text)


def ensure_name(name: str) -> None:
    """Whatever characters it has, it is a text and stays as it was typed; only NUL is none that can be kept."""
    if not 1 <= len(name) <= NAME_MAX or NUL in name:
        raise InvalidTemplate(f"The name of a template has 1 to {NAME_MAX} characters.")


def ensure_text(text: str) -> None:
    if not 1 <= len(text) <= TEXT_MAX or NUL in text:
        raise InvalidTemplate(f"The text of a template has 1 to {TEXT_MAX} characters.")


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a template: where it was used, and in which message if it went out with one."""

    template: Template
    origin: str
    message_uid: UUID | None = None
