"""Templates: list, write, change, delete, count a use; and the old list and counter of `/v2`.

Whose token it is decides what is seen and what may be changed, also outside `/v2`: a private template is private.
"""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from tideline.features import templates, workspaces
from tideline.features.files import FileNotFound
from tideline.features.templates import NewTemplate, TemplateChange, Viewer, Visibility
from tideline.features.workspaces import Caller, TeamNotFound
from tideline.platform.db import Tx
from tideline.surfaces.api import problems
from tideline.surfaces.api import template_wire as wire
from tideline.surfaces.api.answers import DONE, Whole
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.limits import TEMPLATE_NAME, TEMPLATE_TEXT
from tideline.surfaces.api.operations.ids import file_uid_of
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire

Name = Annotated[str, Meta(min_length=1, max_length=TEMPLATE_NAME)]
Text = Annotated[str, Meta(min_length=1, max_length=TEMPLATE_TEXT)]


@operation("listTemplates")
async def list_templates(tx: Tx, caller: Caller) -> wire.TemplateList:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    return wire.template_list(await templates.list_templates(tx, teammate))


@operation("getTemplate")
async def get_template(tx: Tx, caller: Caller, template_id: int) -> wire.Template:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    return wire.template(await templates.get(tx, template_id, teammate))


class TemplateCreate(Body, kw_only=True):
    name: Name
    text: Text
    visibility: Visibility = Visibility.PUBLIC
    team_title: str | None = None
    file_uid: str | None = None


@operation("createTemplate")
async def create_template(tx: Tx, caller: Caller, body: TemplateCreate) -> wire.Template:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    new = NewTemplate(body.name, body.text, body.visibility, body.team_title, _uid(body.file_uid))
    try:
        return wire.template(await templates.create(tx, new, teammate))
    except (TeamNotFound, FileNotFound) as problem:
        raise _missing(problem, body) from None


class TemplateUpdate(Body):
    name: Name | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    team_title: str | UnsetType | None = UNSET
    file_uid: str | UnsetType | None = UNSET


@operation("updateTemplate")
async def update_template(tx: Tx, caller: Caller, template_id: int, body: TemplateUpdate) -> wire.Template:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    file_uid = UNSET if body.file_uid is UNSET else _uid(body.file_uid)
    wanted = TemplateChange(body.name, body.text, body.visibility, body.team_title, file_uid)
    try:
        return wire.template(await templates.change(tx, template_id, wanted, teammate))
    except (TeamNotFound, FileNotFound) as problem:
        raise _missing(problem, body) from None


@operation("deleteTemplate")
async def delete_template(tx: Tx, caller: Caller, template_id: int) -> Whole:
    await templates.delete(tx, template_id, await workspaces.get_teammate(tx, caller.teammate_id))
    return DONE


class TemplateUse(Body):
    origin: str = ""


@operation("trackTemplateUsage")
async def track_template_usage(tx: Tx, caller: Caller, template_id: int, body: TemplateUse) -> Whole:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    await templates.track(tx, template_id, body.origin, teammate)
    return DONE


@operation("listTemplatesV2")
async def list_templates_v2(tx: Tx, caller: Caller, show: Wire) -> wire.TemplateListV2:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    found = await templates.list_templates(tx, teammate)
    return wire.template_list_v2(found, Viewer.of(teammate), show.time)


class TemplateUseV2(Body):
    template_id: int
    origin: str


@operation("trackTemplateUsageV2")
async def track_template_usage_v2(tx: Tx, caller: Caller, body: TemplateUseV2) -> Whole:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    await templates.track(tx, body.template_id, body.origin, teammate)
    return Whole(wire.Counted(success=True))


def _uid(text: str | None) -> UUID | None:
    return None if text is None else file_uid_of(text)


def _missing(problem: TeamNotFound | FileNotFound, body: TemplateCreate | TemplateUpdate) -> problems.Refusal:
    if isinstance(problem, FileNotFound):
        return problems.file_missing(body.file_uid)
    return problems.missing("Team title #", body.team_title)
