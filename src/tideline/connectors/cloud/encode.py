"""What we send, as the Graph API wants it. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tideline.features.numbers.port import (
    Media,
    MediaKind,
    MediaRejected,
    Peer,
    TemplateMessage,
    Text,
    Unsupported,
    Variables,
)

Json = dict[str, Any]

KIB: Final = 1024
MIB: Final = 1024 * KIB
LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
VOICE: Final = "audio/ogg"

CAPTIONED: Final = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.DOCUMENT)
DOCUMENTS: Final = 100 * MIB
"""Larger than anything else that the platform takes, and the most that it gives."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the platform takes of a kind. Without `types` it takes any."""

    field: str
    largest: int
    types: frozenset[str] | None = None


RULES: Final[dict[MediaKind, Rule]] = {
    MediaKind.IMAGE: Rule("image", 5 * MIB, frozenset({"image/jpeg", "image/png"})),
    MediaKind.VIDEO: Rule("video", 16 * MIB, frozenset({"video/mp4", "video/3gpp"})),
    MediaKind.AUDIO: Rule(
        "audio", 16 * MIB, frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
    ),
    MediaKind.VOICE: Rule("audio", 16 * MIB, frozenset({VOICE})),
    MediaKind.STICKER: Rule("sticker", 500 * KIB, frozenset({"image/webp"})),
    MediaKind.DOCUMENT: Rule("document", DOCUMENTS),
}


def plain_type(mimetype: str) -> str:
    return mimetype.partition(";")[0].strip().lower()


def ready(media: Media) -> Media:
    """The file as it can go: what the platform does not show in place goes as a document, which shows the same name.

    Raises MediaRejected before anything is brought there when it is too large for its kind.
    """
    rule = RULES[media.kind]
    if rule.types and plain_type(media.mimetype) not in rule.types:
        if media.kind is MediaKind.VOICE:
            raise MediaRejected("A voice message is OGG with Opus.")
        media = replace(media, kind=MediaKind.DOCUMENT)
        rule = RULES[MediaKind.DOCUMENT]
    if media.size > rule.largest:
        allowed = f"{rule.largest // MIB} MB" if rule.largest >= MIB else f"{rule.largest // KIB} kB"
        raise MediaRejected(f"On the Business Platform this kind of file may have {allowed}.", limit=rule.largest)
    return media


def upload_type(media: Media) -> str:
    """A voice message names its codec, or it does not become one."""
    if media.kind is MediaKind.VOICE:
        return f"{VOICE}; codecs=opus"
    return plain_type(media.mimetype) or "application/octet-stream"


def message(
    to: Peer,
    content: Text | Media | TemplateMessage,
    *,
    client_ref: str,
    reply_to: str | None = None,
    media_id: str | None = None,
) -> Json:
    kind, value = _content(content, media_id)
    body = _to(to) | {"type": kind, kind: value, "biz_opaque_callback_data": client_ref}
    if reply_to and not isinstance(content, TemplateMessage):
        body["context"] = {"message_id": reply_to}
    return body


def reaction(to: Peer, message_id: str, emoji: str | None) -> Json:
    return _to(to) | {"type": "reaction", "reaction": {"message_id": message_id, "emoji": emoji or ""}}


def read_mark(message_id: str) -> Json:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}


def _to(peer: Peer) -> Json:
    """A person is called by phone, or by the id that the business knows them under when they show no phone."""
    if peer.is_group:
        raise Unsupported("Business numbers cannot write to groups.")
    who = {"to": peer.phone} if peer.phone else {"recipient": peer.lid}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", **who}


def _content(content: Text | Media | TemplateMessage, media_id: str | None) -> tuple[str, Json]:
    match content:
        case Text(text=text):
            if len(text) > LONGEST_TEXT:
                raise Unsupported(f"On the Business Platform a text has at most {LONGEST_TEXT} characters.")
            return "text", {"body": text, "preview_url": "http" in text}
        case TemplateMessage():
            return "template", _template(content)
        case Media():
            return RULES[content.kind].field, _media(content, media_id)


def _media(media: Media, media_id: str | None) -> Json:
    value: Json = {"id": media_id}
    if media.kind is MediaKind.VOICE:
        value["voice"] = True
    if media.kind is MediaKind.DOCUMENT:
        value["filename"] = media.filename
    if media.caption:
        if media.kind not in CAPTIONED:
            raise Unsupported("WhatsApp shows no text beside a sound or a sticker. Send it as a message of its own.")
        if len(media.caption) > LONGEST_CAPTION:
            raise Unsupported(f"The text beside a file has at most {LONGEST_CAPTION} characters.")
        value["caption"] = media.caption
    return value


def _template(template: TemplateMessage) -> Json:
    value: Json = {"name": template.name, "language": {"code": template.language}}
    components = [
        {"type": kind, "parameters": parameters}
        for kind, given in (("header", template.header), ("body", template.body))
        if (parameters := _parameters(given))
    ]
    return value | ({"components": components} if components else {})


def _parameters(given: Variables) -> Sequence[Json]:
    if isinstance(given, Mapping):
        return [{"type": "text", "parameter_name": name, "text": text} for name, text in given.items()]
    return [{"type": "text", "text": text} for text in given]
