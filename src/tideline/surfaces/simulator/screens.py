"""What a phone's screen looks like to the page that draws it: plain values, no markup."""

from collections.abc import Mapping, Sequence
from typing import Any

from tideline.connectors.simulator import File, Screen, SeenCall, SeenChat, SeenMessage, Template

MOST_ENTRIES = 60

Names = Mapping[str, str]
"""What people call themselves, by the digits of their phones."""


def screen(seen: Screen, names: Names, templates: Mapping[str, Sequence[Template]]) -> dict[str, Any]:
    phone = seen.phone
    account = phone.business.waba_id if phone.business else None
    return {
        "phone": phone.phone,
        "name": phone.name,
        "online": phone.online,
        "read_receipts": phone.read_receipts,
        "on_whatsapp": phone.on_whatsapp,
        "restricted": phone.restricted,
        "banned": phone.banned,
        "addressing": phone.addressing,
        "delay_ms": phone.delay_ms,
        "fail_next": phone.fail_next or None,
        "picture": phone.picture,
        "links": seen.links,
        "templates": None if account is None else [_template(one) for one in templates.get(account, ())],
        "chats": [_chat(chat, phone.phone, names) for chat in seen.chats],
    }


def _template(template: Template) -> dict[str, Any]:
    return {"name": template.name, "language": template.language, "status": template.status}


def _chat(chat: SeenChat, own: str, names: Names) -> dict[str, Any]:
    both: list[SeenMessage | SeenCall] = [*chat.messages, *chat.calls]
    entries = sorted(both, key=lambda one: one.at)[-MOST_ENTRIES:]
    members = [{"phone": member.phone.phone, "name": member.phone.name, "role": member.role} for member in chat.members]
    return {
        "chat": chat.chat,
        "title": chat.title,
        "is_group": chat.is_group,
        "has_left": chat.is_group and all(member["phone"] != own for member in members),
        "unread": chat.unread,
        "members": members,
        "at": entries[-1].at if entries else None,
        "entries": [_message(one, names) if isinstance(one, SeenMessage) else _call(one) for one in entries],
    }


def _message(message: SeenMessage, names: Names) -> dict[str, Any]:
    file = message.file
    return {
        "id": message.external_id,
        "kind": "message",
        "is_own": message.is_own,
        "author": message.author_name,
        "text": message.text,
        "file": _file(file) if file else None,
        "reply_to": message.reply_to,
        "status": message.status,
        "reactions": [{"name": names.get(one.phone, one.phone), "emoji": one.emoji} for one in message.reactions],
        "edited": message.is_edited,
        "revoked": message.is_revoked,
        "at": message.at,
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "mimetype": file.mimetype,
        "size": file.size,
        "kind": file.kind,
        "seconds": file.sound.seconds if file.sound else None,
    }


def _call(call: SeenCall) -> dict[str, Any]:
    return {
        "id": call.external_id,
        "kind": "call",
        "is_own": call.direction == "outgoing",
        "outcome": call.outcome,
        "video": call.is_video,
        "seconds": call.seconds,
        "at": call.at,
    }
