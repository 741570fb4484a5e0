"""How a workspace's events look from outside: its zone, the public address, links that are signed anew each time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tideline.features.webhooks.bodies.told import Attachment, Chat, Message, Number
from tideline.platform.local_time import LocalTime

Body = dict[str, Any]

FileLink = Callable[[int, UUID, str, datetime], str]
"""Makes a link to a file from its workspace, uid, name and the time it is made at."""

STATUSES = {"active": "active", "paused": "suspended"}


@dataclass(frozen=True, slots=True)
class View:
    """Renders the parts that several kinds of events have. `now` is when a link in it begins to be good."""

    workspace_id: int
    time: LocalTime
    public_url: str
    file_link: FileLink
    now: datetime

    def chat_url(self, chat: Chat) -> str:
        return f"{self.public_url}/chat/{chat.id}/messages/"

    def at(self, instant: datetime) -> str:
        return self.time.format(instant)

    # Message events describe a chat and a number with few members, and call the same things differently.

    def message_chat(self, chat: Chat) -> Body:
        return {
            "full_name": chat.name,
            "chat_url": self.chat_url(chat),
            "chat_id": chat.id,
            "is_group": chat.is_group,
            "phone": international(chat.digits),
            "responsible_name": chat.responsible_name,
            "responsible_email": chat.responsible_email,
            **kept(chat.metadata),
        }

    def message_account(self, number: Number) -> Body:
        return {
            "full_name": number.owner.name,
            "email": number.owner.email,
            "phone": international(number.phone),
        }

    def message(self, message: Message) -> Body:
        quoted = {} if message.reply_to is None else {"reply_to_uid": str(message.reply_to)}
        return {
            "text": message.text or "",
            "direction": "sent" if message.from_me else "received",
            "origin": message.origin,
            "timestamp": self.at(message.at),
            "received_timestamp": self.at(message.received_at),
            "message_uid": str(message.uid),
            **quoted,
            "sender": party(message.sender_name, message.sender_phone),
            "recipient": party(message.recipient_name, message.recipient_phone),
            "attachments": [self.attachment(message.attachment)] if message.attachment else [],
            **kept(message.metadata),
        }

    def attachment(self, file: Attachment) -> Body:
        return {
            "temporary_download_url": self.file_link(self.workspace_id, file.uid, file.filename, self.now),
            "filename": file.filename,
            "size": file.size,
            "mimetype": file.mimetype,
        }

    # Chat and account events show them as the API does.

    def chat(self, chat: Chat) -> Body:
        body = {
            "id": chat.id,
            "name": chat.name,
            "phone": international(chat.digits),
            "jid": chat.jid,
            "is_group": chat.is_group,
            "closed": chat.closed_at is not None,
            "read": chat.is_read,
            "labels": chat.labels,
            "unattended_customer": chat.unattended,
            "chatgpt_autoresponse_enabled": chat.autoresponse,
            "whatsapp_account_id": chat.number_jid,
            "chat_url": self.chat_url(chat),
            "created_timestamp": self.at(chat.created_at),
            "last_message_uid": None if chat.last_message_uid is None else str(chat.last_message_uid),
            "last_message_timestamp": None if chat.last_message_at is None else self.at(chat.last_message_at),
        }
        if chat.responsible_email is not None:
            body |= {"responsible_name": chat.responsible_name, "responsible_email": chat.responsible_email}
        return {**body, **kept(chat.metadata)}

    def account(self, number: Number, status: str | None = None) -> Body:
        gone = {"disconnected_on": self.at(number.state_at)} if number.is_gone else {}
        return {
            "id": number.jid,
            "phone": international(number.phone),
            "connected_on": self.at(number.connected_at),
            **gone,
            "status": status or STATUSES.get(number.state, "disconnected"),
            "account_name": number.account_name,
            "owner_name": number.owner.name,
            "owner_email": number.owner.email,
        }

    # Calls and reactions have a third form, with bare digits.

    def talk_chat(self, chat: Chat) -> Body:
        return {
            "full_name": chat.name,
            "chat_url": self.chat_url(chat),
            "chat_id": chat.id,
            "chat_type": "group" if chat.is_group else "direct",
            "platform": "whatsapp",
            "phone": chat.digits,
            "responsible_name": chat.responsible_name,
            "responsible_email": chat.responsible_email,
            **kept(chat.metadata),
        }

    def talk_account(self, number: Number) -> Body:
        return {"whatsapp_account_wid": number.jid, **self.message_account(number)}


def international(digits: str) -> str:
    return f"+{digits}" if digits else ""


def kept(metadata: Body | None) -> Body:
    """What an integration keeps there; most have nothing."""
    return {} if metadata is None else {"metadata": metadata}


def party(name: str, phone: str | None) -> Body:
    """Somebody who wrote or was written to. A group has no phone."""
    return {"full_name": name} if phone is None else {"full_name": name, "phone": phone}
