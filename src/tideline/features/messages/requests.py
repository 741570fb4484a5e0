"""Requests to send, checked against what is there; one that cannot be done ends with its problem. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tideline.features import chats
from tideline.features.chats import CannotMessage, Chat, ChatId, ChatKind, ChatNameTaken, ChatNotFound
from tideline.features.files import File, FileNotFound, FileNotReady, FileState, FileUid, kind_of
from tideline.features.messages import errors
from tideline.features.messages.model import (
    MessageUid,
    Outgoing,
    Quotable,
    Sender,
    ToChat,
    ToChatName,
    ToJid,
    ToPhone,
)
from tideline.features.messages.people import author_of
from tideline.features.numbers import Number, NumberId
from tideline.features.numbers.port import MediaKind, Peer
from tideline.features.templates import Template, TemplateId, TemplateNotFound, TemplateWithoutFile, Use, Viewer
from tideline.features.workspaces import Charge, Teammate, TeammateId
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor


@dataclass(slots=True, eq=False)
class Request:
    """One message on its way through the checks, which fill in where it goes and what it costs."""

    asked: Outgoing
    actor: Actor
    template: Template | None = None
    number: Number | None = None
    peer: Peer | None = None
    chat_id: ChatId | None = None
    label: str | None = None
    chat_name: str | None = None
    charge: Charge | None = None
    uid: MessageUid | None = None
    problem: Exception | None = None

    @property
    def is_open(self) -> bool:
        return self.problem is None

    @property
    def needs_chat(self) -> bool:
        return self.is_open and self.chat_id is None

    @property
    def person(self) -> Peer | None:
        """The person it goes to, when it names one."""
        return self.peer if self.is_open and self.peer and not self.peer.is_group else None

    @property
    def author_id(self) -> TeammateId | None:
        return author_of(self.actor)

    @property
    def file_uid(self) -> FileUid | None:
        """The file it was asked to take along, or that of its template."""
        if self.template and self.template.file:
            return FileUid(self.template.file.uid)
        return None if self.asked.file_uid is None else FileUid(self.asked.file_uid)

    @property
    def use(self) -> Use | None:
        return Use(self.template, self.asked.origin, self.uid) if self.template else None

    @property
    def destination(self) -> object:
        """The same for all requests that end up in one chat."""
        return self.chat_id or (self.number and self.number.id, self.peer)

    def check(self, step: "Callable[[Request], None]") -> None:
        """Go through a step, unless an earlier one ended it."""
        if self.is_open:
            try:
                step(self)
            except Problem as problem:
                self.problem = problem


@dataclass(slots=True)
class Desk:
    """What is there: everything the requests mention, read before anything is decided."""

    numbers: Mapping[NumberId, Number]
    templates: Mapping[TemplateId, Template]
    files: Mapping[FileUid, File]
    quotable: Mapping[UUID, Quotable]
    named: Mapping[str, ChatId]
    authors: Mapping[TeammateId, Teammate]
    groups: Mapping[tuple[NumberId, str], ChatId] = field(default_factory=dict)
    current: Mapping[int, ChatId] = field(default_factory=dict)
    chats: dict[ChatId, Chat] = field(default_factory=dict)
    given_names: dict[str, object] = field(default_factory=dict)

    def check_content(self, request: Request) -> None:
        asked = request.asked
        if asked.text is None and not asked.has_file:
            raise errors.NothingToSend
        if asked.template_id is not None:
            request.template = self._template(request, asked.template_id)
        if request.file_uid is not None:
            self._check_file(self.files.get(request.file_uid))
        if asked.reply_to is not None and asked.reply_to not in self.quotable:
            raise errors.MessageNotFound(asked.reply_to)
        request.label = chats.clean_label(asked.label) if asked.label else None
        request.chat_name = chats.clean_name(asked.chat_name) if asked.chat_name else None
        match asked.to:
            case ToPhone(phone):
                request.peer = Peer(phone=chats.clean_phone(phone))
            case ToJid(jid):
                request.peer = chats.peer_of(jid)

    def _template(self, request: Request, template_id: int) -> Template:
        """The template, if the author sees it. Where no teammate is behind the message, nothing private goes out."""
        if request.asked.file_uid is not None:
            raise errors.TwoFiles
        template = self.templates.get(TemplateId(template_id))
        if template is None or not self._is_seen(template, request):
            raise TemplateNotFound(template_id)
        if template.file is None:
            raise TemplateWithoutFile
        return template

    def _is_seen(self, template: Template, request: Request) -> bool:
        author = self.authors.get(request.author_id) if request.author_id else None
        return Viewer.of(author).may_see(template) if author else not template.is_private

    @staticmethod
    def _check_file(file: File | None) -> None:
        if file is None or file.state is FileState.DELETED:
            raise FileNotFound
        if not file.is_stored:
            raise FileNotReady

    def aim(self, request: Request) -> None:
        """Which number and which chat; a person's chat is looked up afterwards, as it may have to be made."""
        match request.asked.to:
            case ToChat(chat_id):
                if chat_id not in self.current:
                    raise ChatNotFound(chat_id)
                request.chat_id = self.current[chat_id]
            case ToChatName(name):
                self._chosen(request.asked.sender)  # the chat decides, but a number that is none of ours is a mistake
                if name not in self.named:
                    raise ChatNotFound(name)
                request.chat_id = self.named[name]
            case _ if request.peer and request.peer.group:
                request.chat_id = self._group(request.peer.group, self._chosen(request.asked.sender))
            case _:
                request.number = self._chosen(request.asked.sender) or self._default()

    def _chosen(self, sender: Sender) -> Number | None:
        """The number somebody asked for, None when they asked for none; the phone wins."""
        phone = phone_of(sender)
        if phone is None:
            return None
        found = next((number for number in self.numbers.values() if number.phone == phone), None)
        if found is None:
            raise errors.NumberNotConnected
        return found

    def _default(self) -> Number:
        """The number connected last, as the list has it first."""
        found = next((number for number in self.numbers.values() if number.is_connected), None)
        if found is None:
            raise errors.NumberNotConnected
        return found

    def _group(self, jid: str, chosen: Number | None) -> ChatId:
        """The group as the chosen number has it; otherwise as the best of those that are in it."""
        connected_first = sorted(self.numbers.values(), key=lambda number: not number.is_connected)
        for number in [chosen] if chosen else connected_first:
            if (number.id, jid) in self.groups:
                return self.groups[number.id, jid]
        if chats.kind_of(Peer(group=jid)) is not ChatKind.GROUP:
            raise CannotMessage
        raise ChatNotFound(jid)

    def check_chat(self, request: Request) -> None:
        if request.chat_id is not None:
            chat = self.chats[request.chat_id]
            request.number, request.peer = self.numbers[chat.number_id], chat.peer
            if not chat.is_messageable:
                raise CannotMessage
        assert request.number is not None
        if not request.number.is_connected:
            raise errors.NumberNotConnected
        reply_to = request.asked.reply_to
        if reply_to is not None and self.quotable[reply_to].number_id != request.number.id:
            raise errors.ReplyToOtherNumber
        self._check_name(request)

    def _check_name(self, request: Request) -> None:
        """Names are unique: nobody else's, and nobody else's in this batch either."""
        if request.chat_name is None:
            return
        owner = self.named.get(request.asked.chat_name or "")
        key = chats.name_key(request.chat_name)
        giver = self.given_names.setdefault(key, request.destination)
        if owner not in (None, request.chat_id) or giver != request.destination:
            raise ChatNameTaken(name=request.chat_name)


def phone_of(sender: Sender) -> str | None:
    """The digits of the number that was asked for, None when none was; an address without a phone is none of ours."""
    if sender.phone:
        return chats.clean_phone(sender.phone)
    return chats.peer_of(sender.jid).phone or "" if sender.jid else None


def media_kind(mimetype: str) -> MediaKind:
    """How WhatsApp shows a file of this type."""
    return MediaKind(kind_of(mimetype))
