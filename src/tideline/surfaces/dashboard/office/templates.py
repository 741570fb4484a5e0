"""The team's own templates: a list to find them in, and the form in which one is written, with its file."""

from typing import Any, Final
from urllib.parse import unquote
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tideline.features import business, templates
from tideline.features.files import Said, Upload
from tideline.features.templates import NewTemplate, Template, TemplateFile, Viewer, Visibility
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.platform.once import AnsweredBefore, do_once
from tideline.surfaces.dashboard import previews
from tideline.surfaces.dashboard.office import template_fields as fields
from tideline.surfaces.dashboard.office.office import Office, id_in, page_in, refusal
from tideline.surfaces.dashboard.security import BadForm
from tideline.surfaces.dashboard.visits import NotHere, Visitor
from tideline.surfaces.dashboard.words import N_

SECTION: Final = "templates"
SIZE: Final = 24
LARGEST_FORM: Final = 96 * 1024
"""A text of emoji, as forms write it."""
LONGEST_SEARCH: Final = 200
MINE: Final = "mine"
VISIBILITIES: Final = {
    Visibility.PUBLIC: (N_("Public"), N_("Everybody of the team uses it and may change its words.")),
    Visibility.READ_ONLY: (
        N_("Read-only"),
        N_("Everybody of the team uses it; only its author and those who lead change it."),
    ),
    Visibility.PRIVATE: (N_("Private"), N_("Only you see it, besides the owner and admins.")),
}


class TemplatesPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        asked = request.query_params
        words, show, number = asked.get("q", "")[:LONGEST_SEARCH].strip(), asked.get("show", ""), page_in(request)
        async with self._office.visit(request) as (tx, visitor):
            seen = await templates.list_templates(tx, visitor.me)
            has_business = bool(await business.list_accounts(tx))
        mine = [one for one in seen if one.created_by == visitor.me.id]
        found = [one for one in (mine if show == MINE else seen) if one.has_words(words)]
        shown = found[(number - 1) * SIZE : number * SIZE]
        return self._office.page(
            request,
            "templates.html",
            visitor,
            section=SECTION,
            shown=[(one, previews.of_text(previews.shortened(one.text))) for one in shown],
            counts={"": len(seen), MINE: len(mine)},
            show=show if show == MINE else "",
            words=words,
            number=number,
            has_more=len(found) > number * SIZE,
            has_business=has_business,
            viewer=Viewer.of(visitor.me),
            visibilities=VISIBILITIES,
        )

    async def begin(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            return await self._form(request, tx, visitor, None)

    async def create(self, request: Request) -> Response:
        form = await self._office.form(request, largest=LARGEST_FORM)

        async def run(tx: Tx, me: Teammate) -> None:
            new = NewTemplate(
                form.get("name", "").strip(),
                fields.text(form),
                visibility=fields.visibility(form) or Visibility.PUBLIC,
                team=form.get("team") or None,
                file_uid=fields.file_uid(form),
            )
            await do_once(tx, fields.once(form, me), lambda tx: templates.create(tx, new, me))

        try:
            visitor, _ = await self._office.act(request, run)
        except AnsweredBefore:
            async with self._office.visit(request) as (_, visitor):
                pass
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._form(request, tx, visitor, None, form=form, **refusal(problem))
        return self._office.to(visitor, "/templates", "template_added")

    async def show_one(self, request: Request) -> Response:
        template_id = id_in(request)
        async with self._office.visit(request) as (tx, visitor):
            return await self._form(request, tx, visitor, await templates.get(tx, template_id, visitor.me))

    async def change(self, request: Request) -> Response:
        form, template_id = await self._office.form(request, largest=LARGEST_FORM), id_in(request)
        if form.get("do") == "delete":
            visitor, _ = await self._office.act(request, lambda tx, me: templates.delete(tx, template_id, me))
            return self._office.to(visitor, "/templates", "template_deleted")
        if form.get("do") != "save":
            raise NotHere

        async def run(tx: Tx, me: Teammate) -> None:
            before = await templates.get(tx, template_id, me)
            await templates.change(tx, template_id, fields.changes(form, before), me)

        try:
            visitor, _ = await self._office.act(request, run)
        except templates.TemplateNotFound:
            raise
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                template = await templates.get(tx, template_id, visitor.me)
                return await self._form(request, tx, visitor, template, form=form, **refusal(problem))
        return self._office.to(visitor, f"/templates/{template_id}", "saved")

    async def preview(self, request: Request) -> Response:
        """How the text that is being written will look."""
        form = await self._office.form(request, largest=LARGEST_FORM)
        async with self._office.visit(request) as (_, visitor):
            pieces = previews.of_text(form.get("text", "")[: templates.TEXT_MAX])
        return self._office.fragment(request, "_template_text.html", visitor, pieces=pieces)

    async def attach(self, request: Request) -> Response:
        """The file of a template that is being written, as the body of the request; its name stands in the address."""
        self._office.ensure_from_our_script(request)
        async with self._office.visit(request) as (_, visitor):
            pass
        file = await self._take(request, visitor)
        return self._office.fragment(request, "_template_file.html", visitor, file=file)

    async def _take(self, request: Request, visitor: Visitor) -> TemplateFile:
        deps = self._office.deps
        assert deps.spool is not None
        assert deps.uploads is not None
        said = Said(unquote(request.query_params.get("name", "")) or "file", request.headers.get("content-type", ""))
        async with deps.spool.open() as writing:
            try:
                async for part in request.stream():
                    await writing.write(part)
            except ClientDisconnect:
                raise BadForm from None
            spooled = await writing.finish()
            upload: Upload = await deps.uploads.take(visitor.workspace.id, spooled, said, actor=visitor.actor)
        return TemplateFile(upload.file.uid, upload.file.filename, upload.file.mimetype, upload.file.size)

    async def _form(
        self, request: Request, tx: Tx, visitor: Visitor, template: Template | None, **values: Any
    ) -> Response:
        given: dict[str, Any] = {"form": None, "status": 200, **values}
        typed = fields.typed(given["form"], template)
        viewer = Viewer.of(visitor.me)
        return self._office.page(
            request,
            "template.html",
            visitor,
            section=SECTION,
            one=template,
            typed=typed,
            file=await fields.file_of(tx, typed["file_uid"], template),
            pieces=previews.of_text(typed["text"]),
            may_edit=template is None or viewer.may_edit(template),
            may_share=template is None or viewer.may_delete(template),
            teams=await fields.teams(tx, visitor.me, viewer, template),
            viewer=viewer,
            visibilities=VISIBILITIES,
            text_most=templates.TEXT_MAX,
            key=uuid4().hex if template is None else None,
            **given,
        )
