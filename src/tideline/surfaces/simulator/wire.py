"""The shapes of the simulator's API: what comes in, what goes out, how phones and conversations are written."""

import re
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tideline.connectors.simulator import (
    LOST_ANSWER,
    NOT_DELIVERED,
    Addressing,
    Group,
    Phone,
    PhonePatch,
    SeenMessage,
)
from tideline.features.numbers.port import SEND_PROBLEMS
from tideline.surfaces.simulator.problems import InvalidRequest

PHONE = re.compile(r"\+?([1-9]\d{6,14})", re.ASCII)
GROUP = re.compile(r"\d{6,30}@g\.us", re.ASCII)
JID = re.compile(r"([1-9]\d{6,14})@s\.whatsapp\.net", re.ASCII)
MIMETYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}(; ?[\w.+-]+=[\w.+-]+)*", re.ASCII)

WORD = re.compile(r"\w{1,100}", re.ASCII)
PLATFORM_ID = re.compile(r"\d{1,20}", re.ASCII)

TEXT = 65_536  # what WhatsApp takes
NAME = 100
TEMPLATE = 1024
FILENAME = 255
EMOJI = 50
YEAR = 366 * 24 * 3600


# In ----------------------------------------------------------------------------------------------------------


class NewWorkspace(msgspec.Struct):
    name: str = "Test"
    timezone: str = "UTC"


class NewPhone(msgspec.Struct):
    phone: str
    name: str


class PhoneChanges(msgspec.Struct):
    online: bool | UnsetType = UNSET
    read_receipts: bool | UnsetType = UNSET
    on_whatsapp: bool | UnsetType = UNSET
    restricted: bool | UnsetType = UNSET
    banned: bool | UnsetType = UNSET
    addressing: Literal["phone", "lid"] | UnsetType = UNSET
    delay_ms: int | UnsetType = UNSET
    fail_next: str | UnsetType | None = UNSET


class NewPicture(msgspec.Struct):
    mimetype: str
    base64: str


class NewLink(msgspec.Struct):
    workspace_id: str | int
    user_id: str | int


class Scan(msgspec.Struct):
    qr: str | UnsetType = UNSET
    qr_link: str | UnsetType = UNSET


class LinkCode(msgspec.Struct):
    code: str


class Upload(msgspec.Struct):
    filename: str
    mimetype: str
    base64: str


class NewMessage(msgspec.Struct):
    to: str
    text: str | None = None
    file: Upload | None = None
    voice: bool = False
    seconds: int | None = None
    reply_to: str | None = None


class NewText(msgspec.Struct):
    text: str


class ReadChat(msgspec.Struct):
    chat: str


class NewReaction(msgspec.Struct):
    message_id: str
    emoji: str | None = None


class NewCall(msgspec.Struct):
    to: str
    outcome: Literal["answered", "missed", "rejected"]
    video: bool = False
    seconds: int = 0


class NewGroup(msgspec.Struct):
    subject: str
    members: list[str]


class GroupChanges(msgspec.Struct):
    subject: str | UnsetType = UNSET
    add: list[str] | UnsetType = UNSET
    remove: list[str] | UnsetType = UNSET
    promote: list[str] | UnsetType = UNSET
    demote: list[str] | UnsetType = UNSET


class NewBusiness(msgspec.Struct):
    workspace_id: str | int
    user_id: str | int
    phone: str
    name: str
    waba_id: str | None = None


Status = Literal["PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION"]


class TemplateText(msgspec.Struct):
    name: str
    body: str
    language: str = "en"
    header: str | None = None
    footer: str | None = None
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] = "UTILITY"
    status: Status = "PENDING"


class Review(msgspec.Struct):
    status: Status
    language: str | None = None
    reason: str | None = None


class Advance(msgspec.Struct):
    advance_s: float


# What is in them ---------------------------------------------------------------------------------------------


def digits(text: str, member: str) -> str:
    """A phone, `+15550001001`, as bare digits."""
    found = PHONE.fullmatch(text) or JID.fullmatch(text)
    if not found:
        raise InvalidRequest(f"`{member}` is a phone number such as +15550001001, 7 to 15 digits.")
    return found[1]


def chat_key(text: str, member: str) -> str:
    """A conversation: a phone as bare digits, or the address of a group."""
    if GROUP.fullmatch(text):
        return text
    if "@g.us" in text:
        raise InvalidRequest(f"`{member}` is not the address of a group.")
    return digits(text, member)


def text_of(text: str, member: str, longest: int) -> str:
    if not text.strip():
        raise InvalidRequest(f"`{member}` is blank.")
    if len(text) > longest:
        raise InvalidRequest(f"`{member}` has at most {longest} characters.")
    return text


def word_of(text: str, member: str) -> str:
    """The name of a template or of a language."""
    if not WORD.fullmatch(text):
        raise InvalidRequest(f"`{member}` is up to 100 letters, digits and underscores.")
    return text


def platform_id(text: str, member: str) -> str:
    if not PLATFORM_ID.fullmatch(text):
        raise InvalidRequest(f"`{member}` is a number of up to 20 digits.")
    return text


def number_of(value: float, member: str, most: float) -> None:
    if not 0 <= value <= most:
        raise InvalidRequest(f"`{member}` is a number from 0 to {most:g}.")


def phone_patch(body: PhoneChanges) -> PhonePatch:
    given = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    if not given:
        raise InvalidRequest(f"Give at least one of: {', '.join(body.__struct_fields__)}.")
    if "delay_ms" in given:
        number_of(given["delay_ms"], "delay_ms", 24 * 3600 * 1000)
    if "addressing" in given:
        given["addressing"] = Addressing(given["addressing"])
    if "fail_next" in given:
        given["fail_next"] = _fail_next(given["fail_next"])
    return PhonePatch(**given)


def _fail_next(code: str | None) -> str:
    """The code of a problem of the port; null and "" take it back."""
    allowed = [*SEND_PROBLEMS, LOST_ANSWER, NOT_DELIVERED]
    if code and code not in allowed:
        raise InvalidRequest(f"`fail_next` is one of: {', '.join(allowed)}; or null.")
    return code or ""


# Out ---------------------------------------------------------------------------------------------------------


def chat(key: str) -> str:
    """A conversation as callers name it."""
    return key if "@" in key else f"+{key}"


def new_phone(phone: Phone) -> dict[str, Any]:
    return {"phone": f"+{phone.phone}", "jid": phone.jid, "lid": f"{phone.lid}@lid", "name": phone.name}


def phone(phone: Phone) -> dict[str, Any]:
    """A phone with its switches."""
    return new_phone(phone) | {
        "online": phone.online,
        "read_receipts": phone.read_receipts,
        "on_whatsapp": phone.on_whatsapp,
        "restricted": phone.restricted,
        "banned": phone.banned,
        "addressing": phone.addressing,
        "delay_ms": phone.delay_ms,
        "fail_next": phone.fail_next,
        "has_picture": phone.picture is not None,
    }


def message(seen: SeenMessage) -> dict[str, Any]:
    return {
        "id": seen.external_id,
        "chat": chat(seen.chat),
        "from": f"+{seen.author}",
        "text": seen.text,
        "filename": seen.file.filename if seen.file else None,
        "mimetype": seen.file.mimetype if seen.file else None,
        "kind": seen.file.kind if seen.file else None,
        "seconds": seen.file.sound.seconds if seen.file and seen.file.sound else None,
        "status": seen.status,
        "reactions": [{"from": f"+{one.phone}", "emoji": one.emoji} for one in seen.reactions],
        "edited": seen.is_edited,
        "revoked": seen.is_revoked,
        "timestamp": seen.at,
    }


def group(group: Group) -> dict[str, Any]:
    return {
        "jid": group.jid,
        "subject": group.subject,
        "members": [
            {"phone": f"+{one.phone.phone}", "name": one.phone.name, "role": one.role} for one in group.members
        ],
    }
