"""Requests to send, checked against what is there; one that cannot be done ends with its problem. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tideline.features import business, chats
from tideline.features.chats import (
    CannotMessage,
    Chat,
    ChatId,
    ChatKind,
    ChatNameTaken,
    ChatNotFound,
    OtherKindOfNumber,
)
from tideline.features.files import File, FileNotFound, FileNotReady, FileState, FileUid, kind_of
from tideline.features.messages import errors
from tideline.features.messages.model import (
    TEMPLATE,
    Message,
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
from tideline.features.numbers.port import MediaKind, Peer, TemplateMessage
from tideline.features.templates import Template, TemplateId, TemplateNotFound, TemplateWithoutFile, Use, Viewer
from tideline.features.workspaces import Charge, Teammate, TeammateId
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filled:
    """A template of a business number with its variables in place."""

    template: business.Template
    message: TemplateMessage

    @property
    def data(self) -> dict[str, Any]:
        """What is kept of it with the message, beside the text that it makes."""
        sent = self.message
        kept = {"name": sent.name, "language": sent.language, "header": sent.header, "body": sent.body}
        return {TEMPLATE: {"id": self.template.id, **kept}}


@dataclass(slots=True, eq=False)
class Request:
    """One message on its way through the checks, which fill in where it goes and what it costs."""

    asked: Outgoing
    actor: Actor
    template: Template | None = None
    filled: Filled | None = None
    number: Number | None = None
    peer: Peer | None = None
    chat_id: ChatId | None = None
    label: str | None = None
    chat_name: str | None = None
    charge: Charge | None = None
    uid: MessageUid | None = None
    message: Message | None = None
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
    platform_templates: Sequence[business.Template]
    quotable: Mapping[UUID, Quotable]
    named: Mapping[str, ChatId]
    authors: Mapping[TeammateId, Teammate]
    groups: Mapping[tuple[NumberId, str], ChatId] = field(default_factory=dict)
    current: Mapping[int, ChatId] = field(default_factory=dict)
    now: datetime = EARLIEST
    chats: dict[ChatId, Chat] = field(default_factory=dict)
    given_names: dict[str, object] = field(default_factory=dict)

    def check_content(self, request: Request) -> None:
        asked = request.asked
        if asked.text is None and not asked.has_file and asked.template is None:
            raise errors.NothingToSend
        if asked.template is not None and (asked.text is not None or asked.has_file or asked.reply_to is not None):
            raise errors.TemplateAlone
        if asked.template_id is not None:
            request.template = self._template(request, asked.template_id)
        if request.file_uid is not None:
            self._check_file(self.files.get(request.file_uid))
        if asked.reply_to is not None and asked.reply_to not in self.quotable:
            raise errors.MessageNotFound(asked.reply_to)
        request.label = chats.clean_label(asked.label) if asked.label else None
        request.chat_name = chats.clean_name(asked.chat_name) if asked.chat_name else None
        self.address(request)

    @staticmethod
    def address(request: Request) -> None:
        """Whom it goes to, where that is an address."""
        match request.asked.to:
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
                self._chosen(request.asked)  # the chat decides, but a number that is none of ours is a mistake
                if name not in self.named:
                    raise ChatNotFound(name)
                request.chat_id = self.named[name]
            case _ if request.peer and request.peer.group:
                request.chat_id = self._group(request.peer.group, self._chosen(request.asked))
            case _:
                request.number = self._chosen(request.asked) or self._default()

    def _chosen(self, asked: Outgoing) -> Number | None:
        """The number somebody asked for, None when they asked for none; the phone wins."""
        sender = asked.sender
        phone = phone_of(sender)
        if sender.number_id is not None:
            found = self.numbers.get(NumberId(sender.number_id))
        elif phone is not None:
            found = next((number for number in self.numbers.values() if number.phone == phone), None)
        else:
            return None
        if found is None:
            raise business.AccountNotFound if sender.number_id is not None else errors.NumberNotConnected
        self._ensure_kind(found, asked)
        return found

    @staticmethod
    def _ensure_kind(number: Number, asked: Outgoing) -> None:
        if asked.is_business is not None and number.is_business != asked.is_business:
            raise OtherKindOfNumber(number.is_business)

    def _default(self) -> Number:
        """The linked number connected last, as the list has it first. From a business number nobody writes by accident:
        it costs money, and most people it could not reach."""
        found = next((one for one in self.numbers.values() if one.is_connected and not one.is_business), None)
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
            self._ensure_kind(request.number, request.asked)
            if not chat.is_messageable:
                raise CannotMessage
        assert request.number is not None
        if request.number.is_business:
            self._check_business(request, request.number)
        elif request.asked.template is not None:
            raise OtherKindOfNumber(is_business=False)
        if not request.number.is_connected:
            raise errors.NumberNotConnected
        reply_to = request.asked.reply_to
        if reply_to is not None and self.quotable[reply_to].number_id != request.number.id:
            raise errors.ReplyToOtherNumber
        self._check_name(request)

    def _check_business(self, request: Request, number: Number) -> None:
        """Free messages reach a customer within a day after they wrote, templates at any time."""
        if not number.is_connected:
            raise errors.BusinessNumberInactive
        if request.asked.template is not None:
            template = self._of_platform(request.asked.template, number)
            request.filled = Filled(template, business.fill(template, request.asked.template))
            return
        chat = None if request.chat_id is None else self.chats[request.chat_id]
        if chat is None or not (chat.is_group or chat.has_open_window(self.now)):
            raise errors.WindowIsClosed

    def _of_platform(self, wanted: business.WantedTemplate, number: Number) -> business.Template:
        """The template of the number's account. One that is approved wins over others of the same name."""
        waba_id = number.platform.waba_id if number.platform else None
        named = [one for one in self.platform_templates if (one.name, one.language) == (wanted.name, wanted.language)]
        mine = sorted((one for one in named if one.waba_id == waba_id), key=lambda one: not one.is_approved)
        if mine:
            return mine[0]
        if named:
            raise business.TemplateOfOtherAccount
        raise business.TemplateNotFound(wanted.name)

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
