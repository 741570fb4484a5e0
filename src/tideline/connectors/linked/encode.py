"""What Tideline sends, in WhatsApp's words. No I/O."""

import time
from collections.abc import Mapping
from typing import Any, Final

from tideline.connectors.linked.people import GROUPS, People
from tideline.connectors.linked.protobufs import common, e2e, neonize
from tideline.features.numbers.port import MediaKind, MessageKey, Peer, Sound

UPLOADED_AS: Final = {
    MediaKind.IMAGE: 0,
    MediaKind.STICKER: 0,
    MediaKind.VIDEO: 1,
    MediaKind.AUDIO: 2,
    MediaKind.VOICE: 2,
    MediaKind.DOCUMENT: 3,
}
"""The names that WhatsApp's upload has for kinds of files."""


def address(peer: Peer) -> Any:
    """Where to send: the phone is better known than the LID."""
    if peer.group:
        return jid(peer.group.partition("@")[0], GROUPS)
    return jid(peer.phone, "s.whatsapp.net") if peer.phone else jid(peer.lid or "", "lid")


def jid(user: str, server: str) -> Any:
    return neonize.JID(User=user, RawAgent=0, Device=0, Integrator=0, Server=server, IsEmpty=False)


def as_text(address: Any) -> str:
    return f"{address.User}@{address.Server}"


def text(body: str, quoted: Any | None = None) -> Any:
    if quoted is None:
        return e2e.Message(conversation=body)
    return e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(text=body, contextInfo=quoted))


def file(
    kind: MediaKind,
    uploaded: Any,
    *,
    filename: str,
    mimetype: str,
    caption: str | None = None,
    sound: Sound | None = None,
    quoted: Any | None = None,
) -> Any:
    """A message about a file that has been uploaded."""
    common_fields: Mapping[str, Any] = {
        "URL": uploaded.url,
        "directPath": uploaded.DirectPath,
        "mediaKey": uploaded.MediaKey,
        "fileEncSHA256": uploaded.FileEncSHA256,
        "fileSHA256": uploaded.FileSHA256,
        "fileLength": uploaded.FileLength,
        "mimetype": mimetype,
        "mediaKeyTimestamp": int(time.time()),
        "contextInfo": quoted,
    }
    said = {"caption": caption} if caption else {}
    match kind:
        case MediaKind.IMAGE:
            return e2e.Message(imageMessage=e2e.ImageMessage(**common_fields, **said))
        case MediaKind.VIDEO:
            return e2e.Message(videoMessage=e2e.VideoMessage(**common_fields, **said))
        case MediaKind.STICKER:
            return e2e.Message(stickerMessage=e2e.StickerMessage(**common_fields))
        case MediaKind.DOCUMENT:
            named = {"fileName": filename, "title": filename}
            return _document(e2e.DocumentMessage(**common_fields, **named, **said), caption)
    heard: dict[str, Any] = {"PTT": kind is MediaKind.VOICE}
    if sound is not None:
        heard |= {"seconds": sound.seconds} | ({"waveform": sound.waveform} if sound.waveform else {})
    return e2e.Message(audioMessage=e2e.AudioMessage(**common_fields, **heard))


def _document(document: Any, caption: str | None) -> Any:
    """Phones show the caption of a document only in this wrapping."""
    message = e2e.Message(documentMessage=document)
    if not caption:
        return message
    return e2e.Message(documentWithCaptionMessage=e2e.FutureProofMessage(message=message))


def quote(key: MessageKey, people: People) -> Any:
    """The message that is answered. Its text is not known here; phones show their own copy."""
    author = Peer(phone=people.phone) if key.from_me else key.sender or key.chat
    return e2e.ContextInfo(
        stanzaID=key.external_id,
        participant=as_text(address(author)),
        quotedMessage=e2e.Message(conversation=""),
    )


def reaction(key: MessageKey, emoji: str | None) -> Any:
    who = {"participant": as_text(address(key.sender))} if key.sender and key.chat.is_group and not key.from_me else {}
    return e2e.Message(
        reactionMessage=e2e.ReactionMessage(
            key=common.MessageKey(remoteJID=as_text(address(key.chat)), fromMe=key.from_me, ID=key.external_id, **who),
            text=emoji or "",
            senderTimestampMS=int(time.time() * 1000),
        )
    )
