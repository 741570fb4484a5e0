"""The dialog that starts a chat, or writes one message to several; without scripts it is a page."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tideline.features import business, chats, files, messages, templates
from tideline.features.chats import ChatFilter
from tideline.features.files import File, Said
from tideline.features.messages import MessageUid, Outgoing, Sender
from tideline.features.numbers import Number
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor
from tideline.surfaces.dashboard import problems, shell, spoken
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.previews import MEDIA
from tideline.surfaces.dashboard.security import BadForm, Cookies, StaleForm, read_form
from tideline.surfaces.dashboard.starting.letter import Letter, outgoing
from tideline.surfaces.dashboard.starting.sheet import Sheet, sheet_of
from tideline.surfaces.dashboard.talk.answers import is_for_script
from tideline.surfaces.dashboard.talk.writing import LARGEST_TEXT, ORIGIN, as_typed, sent_once
from tideline.surfaces.dashboard.visits import Visitor, Visits
from tideline.surfaces.dashboard.words import _

MOST_SUGGESTED: Final = 8
LONGEST_NAME: Final = 256
SECONDS_EACH: Final = 2


class Refusal(Problem):
    """Nobody can be written to like that; takes the sentence that says why."""

    code = "refusal"


# At which field a problem is said; any other one stands over the form.
FIELDS: Final[dict[type[Problem], str]] = {
    messages.NobodyNamed: "to",
    messages.TooManyRecipients: "to",
    chats.WrongPhone: "to",
    Refusal: "to",
    chats.ChatNameTaken: "name",
    chats.InvalidChatName: "name",
    messages.BlankText: "text",
    messages.TextTooLong: "text",
    messages.WindowIsClosed: "text",
    messages.NotYourNumber: "number",
    messages.NumberNotConnected: "number",
    messages.BusinessNumberInactive: "number",
    business.TemplateVariablesMismatch: "wanted",
    business.TemplateNotApproved: "wanted",
}


class Starting:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits
        self._cookies = cookies

    async def show(self, request: Request) -> Response:
        """The empty form, or one for the phone that a link names."""
        query = request.query_params
        letter = Letter.read({**query, "to": query.get("phone", "")})
        async with self._visits.to_workspace(request, query.get("workspace")) as (tx, visitor):
            sheet = await sheet_of(tx, visitor.me, letter)
        return self._form(request, visitor, sheet)

    async def suggest(self, request: Request) -> Response:
        """Chats with these letters in their names, or these digits in their phones."""
        typed = request.query_params.get("q", "").strip()[:LONGEST_NAME]
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            by_name = ChatFilter(names=[typed], visible_to=visitor.me)
            found = (await chats.list_chats(tx, by_name, size=MOST_SUGGESTED)).items if typed else []
        return self._pages.fragment(request, "_new_chat_people.html", visitor, found=found)

    async def act(self, request: Request) -> Response:
        """Draw the form anew, say what would happen, or send: whichever button it was."""
        form = await read_form(request, largest=LARGEST_TEXT)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        letter, step = Letter.read(form), form.get("do", "show")
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            sheet = await sheet_of(tx, visitor.me, letter)
            try:
                if step == "check":
                    return await self._plan(request, tx, visitor, sheet)
                if step != "send":
                    return self._form(request, visitor, _with_words(sheet))
                message = outgoing(letter, sheet.chosen, sheet.wanted)
                target = None if letter.is_many else await _target(tx, visitor, sheet, message)
            except Problem as problem:
                return self._refused(request, visitor, sheet, problem)
        try:
            return await self._send(request, visitor, sheet, message if target is None else target)
        except Problem as problem:
            return self._refused(request, visitor, sheet, problem)

    async def attach(self, request: Request) -> Response:
        """The same with a file, which is the body of the request; the fields stand in the address."""
        if not self._cookies.is_from_our_script(request):
            raise StaleForm
        letter = replace(Letter.read(request.query_params), is_many=False)
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            sheet = await sheet_of(tx, visitor.me, letter)
            try:
                message = outgoing(letter, sheet.chosen, None, has_file=True)
                target = await _target(tx, visitor, sheet, replace(message, text=message.text or "file"))
            except Problem as problem:
                return self._refused(request, visitor, sheet, problem)
        try:
            uid = await self._carry(request, visitor, replace(target, text=message.text), letter.key)
        except Problem as problem:
            return self._refused(request, visitor, sheet, problem)
        return await self._to_chat(request, visitor, uid)

    async def _plan(self, request: Request, tx: Tx, visitor: Visitor, sheet: Sheet) -> Response:
        message = outgoing(sheet.letter, sheet.chosen, sheet.wanted)
        typed = messages.named_recipients(sheet.letter.to)
        found = await messages.find_recipients(tx, visitor.me, _number(sheet).id, typed, message)
        accepted = [one for one in found if one.is_open]
        return self._answer(
            request,
            "_round_plan.html",
            visitor,
            sheet=sheet,
            recipients=found,
            accepted=len(accepted),
            strangers=sum(one.is_new for one in accepted),
            seconds=len(accepted) * SECONDS_EACH,
        )

    async def _send(self, request: Request, visitor: Visitor, sheet: Sheet, message: Outgoing) -> Response:
        letter, actor = sheet.letter, Actor("teammate", visitor.me.id)
        if letter.is_many:
            typed, number_id = messages.named_recipients(letter.to), _number(sheet).id

            async def send(tx: Tx) -> None:
                await messages.send_round(tx, letter.key, visitor.me, number_id, typed, replace(message, actor=actor))

            await self._deps.db.run(visitor.workspace.id, send, actor=actor)
            await self._track(visitor, sheet)
            return self._go(request, visitor, shell.address(visitor, f"/rounds/{letter.key}"))
        assert self._deps.sends is not None
        submit = partial(self._deps.sends.submit, visitor.workspace.id, actor)
        uid = await sent_once(submit, as_typed(visitor, message, _key(letter.key)))
        await self._track(visitor, sheet)
        return await self._to_chat(request, visitor, uid)

    async def _carry(self, request: Request, visitor: Visitor, message: Outgoing, key: UUID) -> MessageUid:
        assert self._deps.spool is not None
        assert self._deps.carrier is not None
        said = Said(unquote(request.query_params.get("file", "")) or "file", request.headers.get("content-type", ""))
        async with self._deps.spool.open() as writing:
            try:
                async for part in request.stream():
                    await writing.write(part)
            except ClientDisconnect:
                raise BadForm from None
            load = self._load(await writing.finish(), said)
            submit = partial(
                self._deps.carrier.submit, visitor.workspace.id, Actor("teammate", visitor.me.id), load=load
            )
            return await sent_once(submit, as_typed(visitor, message, _key(key)))

    def _load(self, spooled: files.Spooled, said: Said) -> messages.Load:
        async def load(workspace_id: int, actor: Actor) -> File:
            assert self._deps.uploads is not None
            return (await self._deps.uploads.take(workspace_id, spooled, said, actor=actor)).file

        return load

    async def _track(self, visitor: Visitor, sheet: Sheet) -> None:
        """Uses of a template without a file are counted here; those of one with a file go with its messages."""
        if sheet.chosen is not None and sheet.chosen.file is None:
            track = partial(templates.track, template_id=sheet.chosen.id, origin=ORIGIN, teammate=visitor.me)
            await self._deps.db.run(visitor.workspace.id, track, actor=Actor("teammate", visitor.me.id))

    async def _to_chat(self, request: Request, visitor: Visitor, uid: UUID) -> Response:
        async with self._deps.db.read(visitor.workspace.id) as tx:
            chat_id = (await messages.get(tx, uid)).chat_id
        return self._go(request, visitor, f"/chat/{chat_id}/messages/")

    def _go(self, request: Request, visitor: Visitor, path: str) -> Response:
        if is_for_script(request):
            return self._pages.fragment(request, "_go.html", visitor, path=path)
        return self._pages.redirect(path)

    def _form(self, request: Request, visitor: Visitor, sheet: Sheet, **values: Any) -> Response:
        return self._answer(request, "_new_chat_form.html", visitor, sheet=sheet, **{"errors": {}, **values})

    def _refused(self, request: Request, visitor: Visitor, sheet: Sheet, problem: Problem) -> Response:
        field = next((FIELDS[kind] for kind in type(problem).__mro__ if kind in FIELDS), "form")
        answer = self._form(request, visitor, sheet, errors={field: spoken.said(problem)})
        status = problems.status_of(problem)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if status == HTTPStatus.BAD_REQUEST else status
        return answer

    def _answer(self, request: Request, part: str, visitor: Visitor, **values: Any) -> Response:
        values |= {"action": shell.address(visitor, "/new-chat"), "media": MEDIA}
        if is_for_script(request):
            return self._pages.fragment(
                request, part, visitor, files=shell.address(visitor, "/new-chat/file"), **values
            )
        return self._pages.inbox(
            request, "new_chat.html", visitor, part=part, files=None, title=_("New chat"), **values
        )


async def _target(tx: Tx, visitor: Visitor, sheet: Sheet, message: Outgoing) -> Outgoing:
    """The message to the one who is named. What else keeps it from them is found out when it is sent."""
    if not sheet.letter.to.strip():
        raise messages.NobodyNamed
    number = _number(sheet)
    typed = [" ".join(sheet.letter.to.split())]
    [found] = await messages.find_recipients(tx, visitor.me, number.id, typed, replace(message, chat_name=None))
    if found.target is None:
        raise Refusal(found.refusal)
    return replace(message, to=found.target, sender=Sender(number_id=number.id))


def _number(sheet: Sheet) -> Number:
    """The number that was asked for, never another one instead."""
    if sheet.number is None or sheet.letter.number_id not in (None, sheet.number.id):
        raise messages.NotYourNumber
    return sheet.number


def _with_words(sheet: Sheet) -> Sheet:
    """A template that was just chosen brings its words."""
    if sheet.chosen is None or sheet.letter.text.strip():
        return sheet
    return replace(sheet, letter=replace(sheet.letter, text=sheet.chosen.text))


def _key(key: UUID) -> str:
    return f"new {key}"
