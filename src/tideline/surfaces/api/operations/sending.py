"""Sending: into a chat, to a phone, to a WhatsApp address, to a chat by its name. All of them only queue."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Raw, UnsetType

from tideline.features.chats import ChatId
from tideline.features.messages import Outgoing, Sender, Target, ToChat, ToChatName, ToJid, ToPhone
from tideline.surfaces.api import shapes
from tideline.surfaces.api.body import Body, trim
from tideline.surfaces.api.limits import CHAT_NAME, LABEL, TEXT
from tideline.surfaces.api.metadata import checked
from tideline.surfaces.api.operations.ids import file_uid_of, message_uid_of
from tideline.surfaces.api.registry import operation

Send = Callable[[Outgoing], Awaitable[shapes.MessageRef]]
"""Queues a message for the caller and names it."""

ANY_NUMBER = Sender()

NEEDS_CONTENT: dict[str, Any] = {
    "anyOf": [{"required": ["text"]}, {"required": ["file_uid"]}, {"required": ["attachment_template_id"]}],
    "x-fields": ["text"],
    "x-msg": "is required, unless there is a file_uid or an attachment_template_id",
}
NO_FILE_URL: dict[str, Any] = {
    "not": {"required": ["file_url"]},
    "x-fields": ["file_url"],
    "x-msg": "is not supported any more: upload the file and send its file_uid",
}


class MessageBody(Body):
    """What every send has in common."""

    text: str | UnsetType = UNSET
    file_uid: str | UnsetType = UNSET
    label: Annotated[str, Meta(min_length=1, max_length=LABEL)] | UnsetType = UNSET
    chat_name: Annotated[str, Meta(max_length=CHAT_NAME)] | UnsetType = UNSET
    attachment_template_id: int | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET
    file_url: Raw | UnsetType = UNSET

    trimmed: ClassVar = ("text",)
    rules: ClassVar = ({"properties": {"text": {"minLength": 1}}}, NEEDS_CONTENT, NO_FILE_URL)

    def __post_init__(self) -> None:
        if self.file_url is not UNSET:
            raise ValueError("file_url is not supported")
        if self.text is not UNSET:
            self.text = trim(self.text, TEXT, "text")
        elif self.file_uid is UNSET and self.attachment_template_id is UNSET:
            raise ValueError("nothing to send")
        if self.metadata is not UNSET:
            self.metadata = checked(self.metadata)

    def outgoing(self, to: Target, sender: Sender = ANY_NUMBER, *, reply_to: UUID | None = None) -> Outgoing:
        return Outgoing(
            to=to,
            text=_given(self.text),
            file_uid=None if self.file_uid is UNSET else file_uid_of(self.file_uid),
            template_id=None if self.attachment_template_id is UNSET else self.attachment_template_id,
            reply_to=reply_to,
            label=_given(self.label),
            chat_name=None if isinstance(to, ToChatName) else _given(self.chat_name),
            metadata=None if self.metadata is UNSET else self.metadata,
            sender=sender,
            is_business=False,
        )


class Reply(MessageBody):
    """`reply_to_uid` is how one known client spells it."""

    reply_to: str | UnsetType | None = UNSET
    reply_to_uid: str | UnsetType | None = UNSET

    @property
    def quoted(self) -> UUID | None:
        """Nothing and null quote nothing."""
        uid = self.reply_to or self.reply_to_uid or None
        return message_uid_of(uid.strip()) if uid else None


class MessageToChat(Reply): ...


class MessageToPhone(MessageBody, kw_only=True):
    phone: str
    whatsapp_account_phone: str | UnsetType = UNSET
    whatsapp_account_id: str | UnsetType = UNSET


class MessageToJid(Reply, kw_only=True):
    jid: str
    whatsapp_account_phone: str | UnsetType = UNSET
    whatsapp_account_id: str | UnsetType = UNSET


class MessageToChatName(Reply, kw_only=True):
    """Here `chat_name` finds the chat instead of naming it."""

    chat_name: Annotated[str, Meta(max_length=CHAT_NAME)]
    whatsapp_account_phone: str | UnsetType = UNSET
    whatsapp_account_id: str | UnsetType = UNSET


@operation("sendMessageToChat")
async def send_message_to_chat(chat_id: ChatId, body: MessageToChat, send: Send) -> shapes.MessageRef:
    return await send(body.outgoing(ToChat(chat_id), reply_to=body.quoted))


@operation("sendMessageToPhone")
async def send_message_to_phone(body: MessageToPhone, send: Send) -> shapes.MessageRef:
    return await send(body.outgoing(ToPhone(body.phone), _sender(body)))


@operation("sendMessageToJid")
async def send_message_to_jid(body: MessageToJid, send: Send) -> shapes.MessageRef:
    return await send(body.outgoing(ToJid(body.jid), _sender(body), reply_to=body.quoted))


@operation("sendMessageToChatName")
async def send_message_to_chat_name(body: MessageToChatName, send: Send) -> shapes.MessageRef:
    return await send(body.outgoing(ToChatName(body.chat_name), _sender(body), reply_to=body.quoted))


@operation("sendMessageToChatV2")
async def send_own_message_to_chat(chat_id: ChatId, body: MessageBody, send_own: Send) -> shapes.MessageRef:
    return await send_own(body.outgoing(ToChat(chat_id)))


@operation("sendMessageToPhoneV2")
async def send_own_message_to_phone(body: MessageToPhone, send_own: Send) -> shapes.MessageRef:
    return await send_own(body.outgoing(ToPhone(body.phone), _sender(body)))


def _sender(body: MessageToPhone | MessageToJid | MessageToChatName) -> Sender:
    return Sender(phone=_given(body.whatsapp_account_phone), jid=_given(body.whatsapp_account_id))


def _given(text: str | UnsetType) -> str | None:
    """An empty text is the same as none, where the contract does not refuse it."""
    return (text or None) if isinstance(text, str) else None
