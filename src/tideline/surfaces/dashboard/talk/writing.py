"""What is written into a chat: messages, notes, files, voice notes, and another try of what failed."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tideline.features import business, files, messages, templates
from tideline.features.business import WantedTemplate
from tideline.features.chats import Chat, ChatId
from tideline.features.files import File, Said
from tideline.features.messages import Load, Message, MessageUid, Origin, Outgoing, ToChat
from tideline.features.numbers.port import MediaKind
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.platform.once import AnsweredBefore, Once, do_once
from tideline.surfaces.dashboard import ids
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import BadForm, Cookies, Form, StaleForm, read_form
from tideline.surfaces.dashboard.talk import platform
from tideline.surfaces.dashboard.talk.answers import is_for_script
from tideline.surfaces.dashboard.talk.reading import Talk, days_of
from tideline.surfaces.dashboard.visits import NotHere, Visitor, Visits

LARGEST_TEXT: Final = 256 * 1024
"""A note of emoji, as forms write it."""
KEYS_KEPT: Final = timedelta(hours=24)
LONGEST_KEY: Final = 64
ORIGIN: Final = "inbox"

Send = Callable[[Outgoing], Awaitable[MessageUid]]


class Writing:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies, talk: Talk) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits
        self._cookies = cookies
        self._talk = talk

    async def write(self, request: Request) -> Response:
        """A text for the contact, or a note for the team."""
        form = await read_form(request, largest=LARGEST_TEXT)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        visitor, chat = await self._open(request)
        uid = await (self._note(visitor, chat, form) if form.get("kind") == "note" else self._text(visitor, chat, form))
        return await self._written(request, visitor, chat, uid)

    async def attach(self, request: Request) -> Response:
        """A file, as the body of the request; its name and what goes with it stand in the address."""
        if not self._cookies.is_from_our_script(request):
            raise StaleForm
        visitor, chat = await self._open(request)
        uid = await self._carry(request, visitor, chat)
        return await self._written(request, visitor, chat, uid)

    async def try_again(self, request: Request) -> Response:
        """The same once more, as a message of its own: nobody knows what became of one whose outcome is unknown."""
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        uid = messages.parse_uid(request.path_params["message_uid"])
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            message = (await messages.get_some(tx, chat, [uid])).get(uid)
        if message is None or message.failure is None or not message.from_me:
            raise NotHere
        outgoing = _of_platform(chat, message) or Outgoing(
            ToChat(ChatId(chat.id)),
            text=message.text,
            file_uid=message.attachment.uid if message.attachment else None,
            kind=MediaKind(message.content) if message.attachment else None,
            reply_to=message.reply_to,
        )
        sent = await self._send(visitor, outgoing, f"again {uid}")
        return await self._written(request, visitor, chat, sent)

    async def fill(self, request: Request) -> Response:
        """An approved template of the business account, with what its places stand for."""
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            template = await business.get_approved(tx, platform.number_of(chat), platform.template_id(request))
        outgoing = Outgoing(ToChat(ChatId(chat.id)), template=platform.wanted(template, form))
        uid = await self._send(visitor, outgoing, form.get("key", ""))
        return await self._written(request, visitor, chat, uid)

    async def _open(self, request: Request) -> tuple[Visitor, Chat]:
        async with self._visits.to_chat(request, ids.chat_id(request)) as (_, visitor, chat):
            return visitor, chat

    async def _note(self, visitor: Visitor, chat: Chat, form: Form) -> MessageUid:
        text = messages.clean_note(form.get("text", ""))
        once = _once(visitor, form.get("key", ""), ("note", chat.id, text), lambda uid: str(uid).encode())

        async def add(tx: Tx) -> MessageUid:
            return await do_once(tx, once, lambda tx: messages.add_note(tx, chat.id, text, origin=Origin.SHARED_INBOX))

        return await _or_before(self._deps.db.run(visitor.workspace.id, add, actor=_actor(visitor)))

    async def _text(self, visitor: Visitor, chat: Chat, form: Form) -> MessageUid:
        template_id = form.get("template", "")
        template = await self._template(visitor, ids.parse(template_id)) if template_id else None
        has_file = template is not None and template.file is not None
        text = form.get("text", "")
        outgoing = Outgoing(
            ToChat(ChatId(chat.id)),
            text=messages.clean_text(text) if text.strip() or not has_file else None,
            template_id=template.id if template is not None and has_file else None,
            reply_to=messages.parse_uid(form["reply_to"]) if form.get("reply_to") else None,
        )
        uid = await self._send(visitor, outgoing, form.get("key", ""))
        if template is not None and not has_file:
            track = partial(templates.track, template_id=template.id, origin=ORIGIN, teammate=visitor.me)
            await self._deps.db.run(visitor.workspace.id, track, actor=_actor(visitor))
        return uid

    async def _template(self, visitor: Visitor, template_id: int) -> templates.Template:
        async with self._deps.db.read(visitor.workspace.id) as tx:
            return await templates.get(tx, template_id, visitor.me)

    async def _send(self, visitor: Visitor, outgoing: Outgoing, key: str) -> MessageUid:
        assert self._deps.sends is not None
        return await sent_once(
            partial(self._deps.sends.submit, visitor.workspace.id, _actor(visitor)), as_typed(visitor, outgoing, key)
        )

    async def _carry(self, request: Request, visitor: Visitor, chat: Chat) -> MessageUid:
        assert self._deps.spool is not None
        assert self._deps.carrier is not None
        query = request.query_params
        caption, reply = query.get("caption", ""), query.get("reply_to", "")
        name = unquote(query.get("name", "")) or "file"
        is_voice = query.get("kind") == "voice"
        outgoing = Outgoing(
            ToChat(ChatId(chat.id)),
            text=messages.clean_text(caption) if caption.strip() else None,
            kind=MediaKind.VOICE if is_voice else None,
            reply_to=messages.parse_uid(reply) if reply else None,
        )
        async with self._deps.spool.open() as writing:
            try:
                async for part in request.stream():
                    await writing.write(part)
            except ClientDisconnect:
                raise BadForm from None
            spooled = await writing.finish()
            load = self._load(spooled, name, request.headers.get("content-type", ""), is_voice=is_voice)
            carry = partial(self._deps.carrier.submit, visitor.workspace.id, _actor(visitor), load=load)
            return await sent_once(carry, as_typed(visitor, outgoing, query.get("key", "")))

    def _load(self, spooled: files.Spooled, name: str, content_type: str, *, is_voice: bool) -> Load:
        async def load(workspace_id: int, actor: Actor) -> File:
            assert self._deps.voices is not None
            assert self._deps.uploads is not None
            if is_voice:
                return await self._deps.voices.save(spooled, name, workspace_id, actor)
            said = Said(name, content_type)
            return (await self._deps.uploads.take(workspace_id, spooled, said, actor=actor)).file

        return load

    async def _written(self, request: Request, visitor: Visitor, chat: Chat, uid: UUID) -> Response:
        if not is_for_script(request):
            return self._pages.redirect(f"/chat/{chat.id}/messages/#m-{uid}")
        async with self._deps.db.read(visitor.workspace.id) as tx:
            found = await messages.get_some(tx, chat, [uid])
            days = await days_of(tx, visitor, chat, list(found.values()))
        return self._talk.parts(request, visitor, chat, days)


def _of_platform(chat: Chat, message: Message) -> Outgoing | None:
    """A template of the business account that goes once more, with the same in its places."""
    sent = message.data.get(messages.TEMPLATE) if message.content == messages.TEMPLATE else None
    if sent is None:
        return None
    wanted = WantedTemplate(sent["name"], sent["language"], sent.get("header", ()), sent.get("body", ()))
    return Outgoing(ToChat(ChatId(chat.id)), template=wanted)


def _actor(visitor: Visitor) -> Actor:
    return visitor.actor


def as_typed(visitor: Visitor, outgoing: Outgoing, key: str) -> Outgoing:
    """As a teammate types it: it costs nothing, and however often it is sent under its key, it goes once."""
    parts = (outgoing.to, outgoing.text, outgoing.reply_to, outgoing.template_id, outgoing.template, outgoing.kind)
    once = _once(visitor, key, parts, _told)
    return replace(outgoing, origin=Origin.SHARED_INBOX, is_free=True, once=once)


def _once(visitor: Visitor, key: str, parts: tuple[object, ...], render: Callable[[Any], bytes]) -> Once | None:
    """What a browser gave a key to, which tries again under the same one when it heard no answer."""
    if not key:
        return None
    if "\x00" in key:
        raise BadForm
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return Once(visitor.me.id, f"{ORIGIN}:{key[:LONGEST_KEY]}", digest, KEYS_KEPT, render)


def _told(message: messages.Message) -> bytes:
    return str(message.uid).encode()


async def sent_once(send: Send, outgoing: Outgoing) -> MessageUid:
    """Its uid, also when it was sent before."""
    return await _or_before(send(outgoing))


async def _or_before(written: Awaitable[MessageUid]) -> MessageUid:
    try:
        return await written
    except AnsweredBefore as before:
        return messages.parse_uid(before.answer.decode())
