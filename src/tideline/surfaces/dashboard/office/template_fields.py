"""The fields of a template's form: what stands in them, and what they say."""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import UNSET, UnsetType

from tideline.features import files, workspaces
from tideline.features.files import Purpose
from tideline.features.templates import Template, TemplateChange, TemplateFile, Viewer, Visibility
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.once import Once
from tideline.surfaces.dashboard.security import Form

KEYS_KEPT: Final = timedelta(hours=24)


def typed(form: Form | None, template: Template | None) -> dict[str, str]:
    """What stands in the fields: what was typed before something was wrong with it, else what the template has."""
    if form is not None:
        before = typed(None, template)
        return {name: form.get(name, value) for name, value in before.items()}
    if template is None:
        return {"name": "", "text": "", "visibility": Visibility.PUBLIC, "team": "", "file_uid": ""}
    return {
        "name": template.name,
        "text": template.text,
        "visibility": template.visibility,
        "team": template.team or "",
        "file_uid": str(template.file.uid) if template.file else "",
    }


def changes(form: Form, before: Template) -> TemplateChange:
    """What a form says, as far as it has fields: who may not share a template is shown none for it."""
    chosen = file_uid(form)
    team: str | UnsetType | None = UNSET
    if "team" in form and (form["team"] or None) != before.team:
        team = form["team"] or None
    return TemplateChange(
        name=form.get("name", "").strip(),
        text=text(form),
        visibility=visibility(form) or UNSET,
        team=team,
        file_uid=UNSET if chosen == (before.file.uid if before.file else None) else chosen,
    )


def once(form: Form, me: Teammate) -> Once | None:
    """A form that is sent twice writes one template; sent again with other words it writes another."""
    if not form.get("key"):
        return None
    written = hashlib.sha256(repr(sorted(form.items())).encode()).digest()
    return Once(me.id, f"template:{written.hex()}", written, KEYS_KEPT, lambda _: b"")


def text(form: Form) -> str:
    """Forms end lines with two signs where everybody else has one."""
    return form.get("text", "").replace("\r\n", "\n")


def visibility(form: Form) -> Visibility | None:
    text = form.get("visibility", "")
    return Visibility(text) if text in list(Visibility) else None


def file_uid(form: Form) -> UUID | None:
    text = form.get("file_uid", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise files.FileNotFound from None


async def file_of(tx: Tx, uid: str, template: Template | None) -> TemplateFile | None:
    """The file that the form names: that of the template, or one that was chosen before something was wrong. What came
    with a message is none of those, and its name is not told."""
    if template is not None and template.file is not None and str(template.file.uid) == uid:
        return template.file
    try:
        found = await files.get(tx, UUID(uid)) if uid else None
    except (ValueError, files.FileNotFound):
        return None
    if found is None or found.purpose is not Purpose.UPLOAD:
        return None
    return TemplateFile(found.uid, found.filename, found.mimetype, found.size)


async def teams(tx: Tx, me: Teammate, viewer: Viewer, template: Template | None) -> list[str]:
    """The teams it may be given to; keepers give it to all of them as well."""
    if viewer.is_keeper:
        return [team.title for team in await workspaces.list_teams(tx)]
    is_elsewhere = template is not None and template.team_id != viewer.team_id
    return [me.team] if is_elsewhere and template is not None and viewer.may_delete(template) else []
