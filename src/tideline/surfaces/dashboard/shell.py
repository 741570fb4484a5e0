"""The frame around the pages of whoever is signed in: which pages there are for them, and how they look."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from tideline.features.workspaces import Action, Role, Workspace, may
from tideline.surfaces.dashboard.visits import Visitor
from tideline.surfaces.dashboard.words import N_

THEME_COOKIE = "tideline_theme"
THEMES = {"system": N_("Like the system"), "light": N_("Light"), "dark": N_("Dark")}


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the rail. `is_second` ones hide behind "More" on a phone. Those for operators
    are nobody else's, whatever their role."""

    name: str
    path: str
    icon: str
    label: str
    needs: Action | None = None
    is_second: bool = True
    is_for_operators: bool = False

    def is_for(self, role: Role, *, is_operator: bool) -> bool:
        if self.is_for_operators:
            return is_operator
        return self.needs is None or may(role, self.needs)


PLACES = (
    Place("inbox", "/", "inbox", N_("Inbox"), is_second=False),
    Place("numbers", "/numbers", "phone", N_("Numbers"), Action.LINK_NUMBER, is_second=False),
    Place("templates", "/templates", "template", N_("Templates"), is_second=False),
    Place("team", "/team", "people", N_("Team"), Action.PEOPLE),
    Place("usage", "/usage", "chart", N_("Usage"), Action.USAGE),
    Place("webhooks", "/webhooks", "webhook", N_("Webhooks"), Action.WEBHOOKS),
    Place("api", "/api", "code", N_("API"), Action.OWN_TOKEN),
    Place("audit", "/audit", "audit", N_("Audit"), Action.AUDIT),
    Place("settings", "/settings", "settings", N_("Settings"), Action.SETTINGS),
    Place("partners", "/partners", "key", N_("Partners"), is_for_operators=True),
)


def places(visitor: Visitor) -> list[Place]:
    return [place for place in PLACES if place.is_for(visitor.me.role, is_operator=visitor.is_operator)]


def address(visitor: Visitor, path: str, **query: str | int | None) -> str:
    """A page of the workspace one is in. The first of one's workspaces needs no name."""
    asked = [(name, value) for name, value in query.items() if value not in (None, "")]
    asked += workspace_pair(visitor)
    return f"{path}?{urlencode(asked)}" if asked else path


def workspace_pair(visitor: Visitor) -> list[tuple[str, str]]:
    """What an address needs to lead to the workspace one is in."""
    is_first = visitor.workspace.id == visitor.all_workspaces[0].id
    return [] if is_first else [("workspace", visitor.workspace.slug)]


def others(visitor: Visitor) -> list[Workspace]:
    return [one for one in visitor.all_workspaces if one.id != visitor.workspace.id]


def theme(request: Request) -> str | None:
    """What somebody chose for this browser; nothing means what the system says."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in ("light", "dark") else None
