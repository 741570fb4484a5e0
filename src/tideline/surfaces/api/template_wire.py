"""The shapes of templates: the present one and the old one of `/v2`. Their times are in forms of their own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tideline.features.templates import Template as TemplateModel
from tideline.features.templates import Viewer
from tideline.surfaces.api.times import LocalTime

NO_VARIABLES = 0
"""Variables are no more than a part of the text here: no source fills them, so there are no samples either."""

TO_THE_MINUTE = len("2026-07-17 09:00")


class Template(msgspec.Struct):
    id: int
    name: str
    text: str
    visibility: str
    team_title: str | None
    created_by_name: str
    created_at: str
    updated_by_name: str
    updated_at: str
    file_uid: str | None
    used_count: int
    last_used_at: str | None


class TemplateList(msgspec.Struct):
    templates_count: int
    templates: list[Template]


class Attachment(msgspec.Struct):
    filename: str
    size: int


class TemplateV2(msgspec.Struct):
    id: int
    name: str
    text: str
    created_by_name: str
    updated_by_name: str
    updated_at: str
    can_be_edited: bool
    can_be_deleted: bool
    visibility: str
    team_any: bool
    team: int | None
    sample_data: dict[str, Any]
    variable_source: int
    attachment: Attachment | UnsetType


class TemplateListV2(msgspec.Struct):
    templates_count: int
    templates: list[TemplateV2]


class Counted(msgspec.Struct):
    success: bool


def template(one: TemplateModel) -> Template:
    return Template(
        id=one.id,
        name=one.name,
        text=one.text,
        visibility=one.visibility,
        team_title=one.team,
        created_by_name=one.created_by_name,
        created_at=_instant(one.created_at),
        updated_by_name=one.updated_by_name,
        updated_at=_instant(one.updated_at),
        file_uid=None if one.file is None else str(one.file.uid),
        used_count=one.used,
        last_used_at=None if one.last_used_at is None else _instant(one.last_used_at),
    )


def template_list(some: Iterable[TemplateModel]) -> TemplateList:
    shown = [template(one) for one in some]
    return TemplateList(len(shown), shown)


def template_list_v2(some: Iterable[TemplateModel], viewer: Viewer, time: LocalTime) -> TemplateListV2:
    shown = [_template_v2(one, viewer, time) for one in some]
    return TemplateListV2(len(shown), shown)


def _template_v2(one: TemplateModel, viewer: Viewer, time: LocalTime) -> TemplateV2:
    return TemplateV2(
        id=one.id,
        name=one.name,
        text=one.text,
        created_by_name=one.created_by_name,
        updated_by_name=one.updated_by_name,
        updated_at=time.format(one.updated_at)[:TO_THE_MINUTE],
        can_be_edited=viewer.may_edit(one),
        can_be_deleted=viewer.may_delete(one),
        visibility=one.visibility,
        team_any=one.team_id is None,
        team=one.team_id,
        sample_data={},
        variable_source=NO_VARIABLES,
        attachment=UNSET if one.file is None else Attachment(one.file.filename, one.file.size),
    )


def _instant(at: datetime) -> str:
    """Unlike every other time of this API: ISO 8601 in UTC, in whole seconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
