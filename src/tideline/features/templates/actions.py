"""What people do with templates. One transaction each; the teammate who does it says what may be seen and done."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from msgspec import UNSET

from tideline.features import files, workspaces
from tideline.features.files import FileNotFound, FileNotReady, Purpose
from tideline.features.templates import events, store
from tideline.features.templates.errors import TemplateNotFound, TemplateNotYours, TooManyTemplates
from tideline.features.templates.model import (
    MOST,
    ORIGIN_MAX,
    NewTemplate,
    Template,
    TemplateChange,
    TemplateFile,
    TemplateId,
    Use,
    Viewer,
    is_id,
)
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.platform.ids import uuid7

SLOTS = 16
"""Over so many rows the uses of a template are spread."""


async def list_templates(tx: Tx, teammate: Teammate) -> list[Template]:
    """What this teammate sees, the latest change first."""
    return await store.list_seen(tx, Viewer.of(teammate))


async def get(tx: Tx, template_id: int, teammate: Teammate) -> Template:
    """A template that this teammate sees; others are not there."""
    found = (await get_many(tx, [template_id])).get(TemplateId(template_id))
    if found is None or not Viewer.of(teammate).may_see(found):
        raise TemplateNotFound(template_id)
    return found


async def get_many(tx: Tx, ids: Collection[int]) -> dict[TemplateId, Template]:
    """Those of the templates that exist in this workspace, whoever may see them."""
    wanted = sorted({one for one in ids if is_id(one)})
    return {template.id: template for template in await store.find_many(tx, wanted)} if wanted else {}


async def create(tx: Tx, new: NewTemplate, teammate: Teammate) -> Template:
    """Write a new template. Who does not keep them all writes for the own team, whichever was asked for."""
    viewer = Viewer.of(teammate)
    team = None if new.team is None else await workspaces.get_team(tx, new.team)
    if new.file_uid is not None:
        await _file(tx, new.file_uid)
    if await store.count(tx) >= MOST:
        raise TooManyTemplates
    team_id = viewer.team_id if not viewer.is_keeper else None if team is None else team.id
    template_id = await store.insert(tx, new, team_id, viewer)
    [template] = await store.find_many(tx, [template_id])
    tx.record(events.created(template))
    return template


async def change(tx: Tx, template_id: int, wanted: TemplateChange, teammate: Teammate) -> Template:
    """Change what is wanted and leave the rest. Nothing happens when it is like that already."""
    before = await _lock(tx, template_id, teammate)
    viewer = Viewer.of(teammate)
    if not viewer.may_edit(before):
        raise TemplateNotYours
    after = await _changed(tx, before, wanted)
    _ensure_may_share(viewer, before, after)
    if after == before:
        return before
    after = msgspec.structs.replace(
        after, updated_by=teammate.id, updated_by_name=teammate.display_name, updated_at=tx.now
    )
    await store.save(tx, after)
    tx.record(events.changed(after, before))
    return after


async def delete(tx: Tx, template_id: int, teammate: Teammate) -> None:
    """Its file stays: it is an upload like any other, and may be in use elsewhere."""
    template = await _lock(tx, template_id, teammate)
    if not Viewer.of(teammate).may_delete(template):
        raise TemplateNotYours
    await store.delete(tx, template.id)
    tx.record(events.deleted(template))


async def track(tx: Tx, template_id: int, origin: str, teammate: Teammate) -> None:
    """Somebody used a template; `origin` says where."""
    template = await get(tx, template_id, teammate)
    if not await count_uses(tx, [(Use(template, origin[:ORIGIN_MAX]), tx.actor)]):
        raise TemplateNotFound(template_id)


async def count_uses(tx: Tx, uses: Sequence[tuple[Use, Actor]]) -> int:
    """Count any number of uses at once, each by its own actor. Templates that were deleted meanwhile count nothing."""
    wanted = Counter(use.template.id for use, _ in uses)
    there = await store.add_uses(tx, wanted, slot=uuid7().int % SLOTS)
    counted = [(use, actor) for use, actor in uses if use.template.id in there]
    for use, actor in counted:
        tx.record(events.used(use, actor))
    return len(counted)


async def _lock(tx: Tx, template_id: int, teammate: Teammate) -> Template:
    found = await store.lock(tx, template_id) if is_id(template_id) else None
    if found is None or not Viewer.of(teammate).may_see(found):
        raise TemplateNotFound(template_id)
    return found


async def _changed(tx: Tx, before: Template, wanted: TemplateChange) -> Template:
    words = {name: value for name in ("name", "text", "visibility") if (value := getattr(wanted, name)) is not UNSET}
    after = msgspec.structs.replace(before, **words)
    if wanted.team is not UNSET:
        team = None if wanted.team is None else await workspaces.get_team(tx, wanted.team)
        after = msgspec.structs.replace(after, team_id=team.id if team else None, team=team.title if team else None)
    if wanted.file_uid is not UNSET:
        file = None if wanted.file_uid is None else await _file(tx, wanted.file_uid)
        after = msgspec.structs.replace(after, file=file)
    return after


def _ensure_may_share(viewer: Viewer, before: Template, after: Template) -> None:
    if after.visibility is not before.visibility and not viewer.may_delete(before):
        raise TemplateNotYours
    if after.team_id != before.team_id and not viewer.may_give_to(before, after.team_id):
        raise TemplateNotYours


async def _file(tx: Tx, uid: UUID) -> TemplateFile:
    """An upload. What came with a message goes when the message does, so it is none."""
    file = await files.get(tx, uid)
    if file.purpose is not Purpose.UPLOAD:
        raise FileNotFound
    if not file.is_stored:
        raise FileNotReady
    return TemplateFile(file.uid, file.filename, file.mimetype, file.size)
