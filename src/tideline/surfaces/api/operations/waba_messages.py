"""Messages of business numbers: sending a text, a file or a template, reading one, its delivery and its reactions."""

from collections.abc import Awaitable
from typing import Any, ClassVar, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from tideline.features import messages
from tideline.features.business import WantedTemplate
from tideline.features.chats import ChatId
from tideline.features.files import File, Said, Uploads
from tideline.features.messages import Load, Outgoing, Sender, Target, ToChat, ToPhone
from tideline.platform.contract.document import Schema
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.surfaces.api import problems, shapes, wire
from tideline.surfaces.api import waba_wire as waba
from tideline.surfaces.api.body import Body, trim
from tideline.surfaces.api.form import Form
from tideline.surfaces.api.limits import WABA_TEXT
from tideline.surfaces.api.operations.ids import file_uid_of, message_uid_of
from tideline.surfaces.api.operations.reactions import ReactionBody
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire


class SendWaba(Protocol):
    """Queues a message of a business number, perhaps with the file that `load` makes, and shows it."""

    def __call__(self, outgoing: Outgoing, load: Load | None = None) -> Awaitable[shapes.Message]: ...


ONE_OF: dict[str, Any] = {
    "oneOf": [
        {"required": ["template"]},
        {"anyOf": [{"required": ["text"]}, {"required": ["file_uid"]}]},
    ],
    "x-fields": ["text"],
    "x-msg": "is required, unless there is a file_uid or a template; a template is sent alone",
}


class Variables(msgspec.Struct):
    header: Any = ()
    body: Any = ()


class TemplateBody(msgspec.Struct, kw_only=True):
    name: str
    language: str
    variables: Variables | UnsetType = UNSET

    @property
    def wanted(self) -> WantedTemplate:
        given = Variables() if self.variables is UNSET else self.variables
        return WantedTemplate(self.name, self.language, given.header, given.body)


class WabaSend(Body):
    text: str | UnsetType = UNSET
    file_uid: str | UnsetType = UNSET
    template: TemplateBody | UnsetType = UNSET
    waba_account_id: int | UnsetType = UNSET
    phone: str | UnsetType = UNSET

    trimmed: ClassVar = ("text",)
    rules: ClassVar[tuple[Schema, ...]] = ({"properties": {"text": {"minLength": 1, "maxLength": WABA_TEXT}}}, ONE_OF)

    def __post_init__(self) -> None:
        if self.text is not UNSET:
            self.text = trim(self.text, WABA_TEXT, "text")
        is_free = self.text is not UNSET or self.file_uid is not UNSET
        if is_free == (self.template is not UNSET):
            raise ValueError("a text, a file or a template")

    def outgoing(self, to: Target, sender: Sender) -> Outgoing:
        return Outgoing(
            to=to,
            text=None if self.text is UNSET else self.text,
            file_uid=None if self.file_uid is UNSET else file_uid_of(self.file_uid),
            template=None if self.template is UNSET else self.template.wanted,
            sender=sender,
            is_business=True,
        )


ADDRESSED: dict[str, Any] = {"required": ["waba_account_id", "phone"]}


class WabaSendToPhone(WabaSend):
    rules: ClassVar[tuple[Schema, ...]] = (*WabaSend.rules, ADDRESSED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.waba_account_id is UNSET or self.phone is UNSET:
            raise ValueError("waba_account_id and phone are required")


class WabaSendForm(Form, kw_only=True):
    text: str = ""
    filename: str = ""
    waba_account_id: str = ""
    phone: str = ""

    def outgoing(self, to: Target, sender: Sender) -> Outgoing:
        text = self.text.strip()
        if len(text) > WABA_TEXT:
            raise problems.invalid_field("text", f"must have at most {WABA_TEXT} characters")
        return Outgoing(to=to, text=text or None, sender=sender, is_business=True)

    def load(self, uploads: Uploads) -> Load:
        async def load(workspace_id: int, actor: Actor) -> File:
            said, part = Said(self.filename, ""), Said(self.file.filename, self.file.content_type)
            return (await uploads.take(workspace_id, self.file.spooled, said, part=part, actor=actor)).file

        return load


ANY = Sender()


@operation("sendWabaMessageToChat")
async def send_waba_message_to_chat(
    chat_id: ChatId,
    send_waba: SendWaba,
    uploads: Uploads,
    body: WabaSend | None = None,
    form: WabaSendForm | None = None,
) -> shapes.Message:
    if form is not None:
        return await send_waba(form.outgoing(ToChat(chat_id), ANY), form.load(uploads))
    assert body is not None
    return await send_waba(body.outgoing(ToChat(chat_id), ANY))


@operation("sendWabaMessageToPhone")
async def send_waba_message_to_phone(
    send_waba: SendWaba,
    uploads: Uploads,
    body: WabaSendToPhone | None = None,
    form: WabaSendForm | None = None,
) -> shapes.Message:
    if form is not None:
        to, sender = ToPhone(_needed(form.phone, "phone")), Sender(number_id=_account_id(form.waba_account_id))
        return await send_waba(form.outgoing(to, sender), form.load(uploads))
    assert body is not None
    assert body.phone is not UNSET
    assert body.waba_account_id is not UNSET
    return await send_waba(body.outgoing(ToPhone(body.phone), Sender(number_id=body.waba_account_id)))


def _needed(text: str, name: str) -> str:
    if not text.strip():
        raise problems.invalid_field(name, "is required")
    return text


def _account_id(text: str) -> int:
    text = _needed(text, "waba_account_id").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise problems.invalid_field("waba_account_id", "must be an integer")
    return int(text)


@operation("getWabaMessage")
async def get_waba_message(tx: Tx, message_uid: str, show: Wire) -> shapes.Message:
    return waba.message(await messages.get(tx, message_uid_of(message_uid), is_business=True), show, tx.now)


@operation("getWabaMessageStatusHistory")
async def get_waba_message_status_history(tx: Tx, message_uid: str, show: Wire) -> list[shapes.StatusStep]:
    entries = await messages.status_history(tx, message_uid_of(message_uid), is_business=True)
    return waba.status_steps(entries, show)


@operation("getWabaReactions")
async def get_waba_reactions(tx: Tx, message_uid: str) -> shapes.Reactions:
    message = await messages.get(tx, message_uid_of(message_uid), is_business=True)
    return wire.reactions(message.reactions)


@operation("setWabaReaction")
async def set_waba_reaction(tx: Tx, message_uid: str, body: ReactionBody) -> shapes.MessageRef:
    uid = message_uid_of(message_uid)
    await messages.set_reaction(tx, uid, body.reaction.strip() or None, is_business=True)
    return shapes.MessageRef(str(uid))
