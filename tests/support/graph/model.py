"""What the emulated platform knows: apps, business accounts, numbers, templates, media, and what was said."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Failure:
    """An error as the Graph API tells it."""

    code: int
    status: int = 400
    title: str = "Refused"
    details: str = "The emulator was told to."
    subcode: int | None = None

    @property
    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "AEmulated",
        }
        return {"error": error | ({"error_subcode": self.subcode} if self.subcode else {})}

    @property
    def in_webhook(self) -> dict[str, Any]:
        href = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": href,
        }


class Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


@dataclass
class Number:
    """A business number, with what opens it."""

    id: str
    phone: str
    name: str
    waba_id: str
    token: str
    app_id: str
    app_secret: str
    callback: str = ""
    verify_token: str = ""
    is_restricted: bool = False
    is_disabled: bool = False
    is_deleted: bool = False
    subscribed: bool = True

    @property
    def display(self) -> str:
        return f"+{self.phone[:1]} {self.phone[1:4]}-{self.phone[4:7]}-{self.phone[7:]}"

    @property
    def metadata(self) -> dict[str, str]:
        return {"display_phone_number": self.phone, "phone_number_id": self.id}

    @property
    def is_usable(self) -> bool:
        return not (self.is_restricted or self.is_disabled or self.is_deleted)


@dataclass(frozen=True)
class Media:
    """Bytes that one number uploaded or that came to it."""

    id: str
    owner: str
    mimetype: str
    data: bytes = field(repr=False)
    filename: str = "file"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Template:
    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    reason: str = "NONE"

    @property
    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "components": self.components,
            "parameter_format": self.parameter_format,
            "status": self.status,
        } | ({"rejected_reason": self.reason} if self.status == "REJECTED" else {})


@dataclass
class Said:
    """One message between a number and a customer, as the platform keeps it."""

    id: str
    author: str
    to: str
    kind: str
    content: Mapping[str, Any]
    at: int
    media: Media | None = None
    reply_to: str | None = None
    ref: str | None = None
    status: str = "sent"
    is_edited: bool = False
    is_revoked: bool = False
    has_been_heard: bool = True
    reactions: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str | None:
        if self.is_revoked:
            return None
        if self.kind in ("text", "template"):
            return str(self.content.get("body", ""))
        caption = self.content.get("caption")
        return str(caption) if caption else None

    @property
    def is_voice(self) -> bool:
        return bool(self.content.get("voice"))
