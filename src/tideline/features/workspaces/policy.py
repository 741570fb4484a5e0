"""What each role sees and may do: the two tables that every way in asks. docs/roles.md shows them to people."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tideline.features.workspaces.errors import PermissionDenied
from tideline.features.workspaces.model import Role


class View(StrEnum):
    """Whose chats somebody sees, besides those assigned to them and those they were mentioned in."""

    EVERYTHING = "everything"
    TEAM = "team"
    OWN = "own"
    NOTHING = "nothing"


class Action(StrEnum):
    """What not everybody may do. Work on a chat is none of these: who sees a chat may do all of it."""

    PEOPLE = "people"
    WEBHOOKS = "webhooks"
    OWN_TOKEN = "own_token"
    ALL_TEMPLATES = "all_templates"
    LINK_NUMBER = "link_number"
    ALL_NUMBERS = "all_numbers"
    USAGE = "usage"
    SETTINGS = "settings"
    AUDIT = "audit"
    OWNERSHIP = "ownership"


VIEWS: Final[Mapping[Role, View]] = {
    Role.OWNER: View.EVERYTHING,
    Role.ADMIN: View.EVERYTHING,
    Role.TEAM_SUPERVISOR: View.TEAM,
    Role.TEAMMATE: View.TEAM,
    Role.AGENT: View.OWN,
    Role.COLLABORATOR: View.NOTHING,
}

_ADMINS: Final = frozenset({Role.OWNER, Role.ADMIN})

MAY: Final[Mapping[Action, frozenset[Role]]] = {
    Action.PEOPLE: _ADMINS,
    Action.WEBHOOKS: _ADMINS,
    Action.OWN_TOKEN: _ADMINS,
    Action.ALL_TEMPLATES: _ADMINS,
    Action.LINK_NUMBER: frozenset(Role) - {Role.COLLABORATOR},
    Action.ALL_NUMBERS: _ADMINS,
    Action.USAGE: _ADMINS,
    Action.SETTINGS: _ADMINS,
    Action.AUDIT: _ADMINS,
    Action.OWNERSHIP: frozenset({Role.OWNER}),
}


def may(role: Role, action: Action) -> bool:
    return role in MAY[action]


def ensure_may(role: Role, action: Action) -> None:
    if not may(role, action):
        raise PermissionDenied
