"""The simulator's API: every call with its body and its handler. The paths are fixed: other tools are built on them."""

from starlette.routing import BaseRoute

from tideline.surfaces.simulator import business, desk, groups, links, messages, opening, phones, pictures, wire
from tideline.surfaces.simulator.deps import SimulatorDeps
from tideline.surfaces.simulator.endpoints import Endpoint, route, unknown_path

PHONE = "/phones/{phone}"
MESSAGE = PHONE + "/messages/{id}"
TEMPLATES = "/business/{phone}/templates"

ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    "/workspaces": {"POST": Endpoint(opening.create, wire.NewWorkspace)},
    "/phones": {"POST": Endpoint(phones.add, wire.NewPhone), "GET": Endpoint(phones.list_all)},
    PHONE: {"PATCH": Endpoint(phones.change, wire.PhoneChanges)},
    "/links": {"POST": Endpoint(links.begin, wire.NewLink)},
    PHONE + "/scan": {"POST": Endpoint(links.scan, wire.Scan)},
    PHONE + "/link_code": {"POST": Endpoint(links.enter_code, wire.LinkCode)},
    PHONE + "/unlink": {"POST": Endpoint(links.unlink)},
    PHONE + "/messages": {"POST": Endpoint(messages.write, wire.NewMessage), "GET": Endpoint(messages.list_all)},
    MESSAGE: {"PATCH": Endpoint(messages.edit, wire.NewText), "DELETE": Endpoint(messages.revoke)},
    MESSAGE + "/file": {"GET": Endpoint(messages.file)},
    PHONE + "/read": {"POST": Endpoint(messages.read, wire.ReadChat)},
    PHONE + "/reactions": {"POST": Endpoint(messages.react, wire.NewReaction)},
    PHONE + "/calls": {"POST": Endpoint(messages.call_somebody, wire.NewCall)},
    "/business": {"POST": Endpoint(business.add, wire.NewBusiness), "GET": Endpoint(business.list_all)},
    TEMPLATES: {
        "POST": Endpoint(business.add_template, wire.TemplateText),
        "GET": Endpoint(business.list_templates),
    },
    TEMPLATES + "/{name}": {"PATCH": Endpoint(business.review, wire.Review)},
    "/groups": {"POST": Endpoint(groups.create, wire.NewGroup)},
    "/groups/{jid}": {"PATCH": Endpoint(groups.change, wire.GroupChanges)},
    PHONE + "/picture": {
        "PUT": Endpoint(pictures.show, wire.NewPicture),
        "DELETE": Endpoint(pictures.hide),
        "GET": Endpoint(pictures.get),
    },
    "/groups/{jid}/picture": {
        "PUT": Endpoint(pictures.show_of_group, wire.NewPicture),
        "DELETE": Endpoint(pictures.hide_of_group),
        "GET": Endpoint(pictures.get_of_group),
    },
    "/desk": {"GET": Endpoint(desk.desk)},
    "/people": {"GET": Endpoint(desk.people)},
    "/clock": {"POST": Endpoint(phones.advance_clock, wire.Advance)},
}


def routes(deps: SimulatorDeps) -> list[BaseRoute]:
    """The page with all phones, and everything under `/simulator/api`."""
    return [
        *desk.page_routes(),
        *(route(deps, path, endpoints) for path, endpoints in ENDPOINTS.items()),
        unknown_path(deps),
    ]
