"""What is in a message: its text, its file, and what it quotes."""

import re
from typing import Any, Final

from tideline.connectors.linked import media
from tideline.connectors.linked.decode.memory import Memory, moment
from tideline.features.numbers.port import MessageReceived, Peer, Via, cards_text, place_text

LONGEST_TEXT: Final = 65_536

OWN_WORDS: Final = ("senderKeyDistributionMessage", "messageContextInfo", "fastRatchetKeySenderKeyDistributionMessage")
"""Parts of a message that are not for people."""

PHONES: Final = re.compile(r"^(?:item\d+\.)?TEL[^:\r\n]{0,200}:([^\r\n]{1,40})", re.MULTILINE | re.IGNORECASE)
"""The numbers on a vCard (RFC 6350, 6.4.1)."""

WRAPPERS: Final = (
    "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
    "documentWithCaptionMessage", "editedMessage", "groupMentionedMessage", "lottieStickerMessage",
    "associatedChildMessage",
)  # fmt: skip


def unwrap(message: Any) -> Any:
    """The message inside of its wrappings, of which there may be several."""
    for _ in range(8):
        if message.HasField("deviceSentMessage"):
            message = message.deviceSentMessage.message
            continue
        wrapper = next((name for name in WRAPPERS if message.HasField(name)), None)
        if wrapper is None:
            return message
        message = getattr(message, wrapper).message
    return message


def text_of(message: Any) -> str | None:
    """What there is to read in a message: its text, its place, its cards, or the caption of its file."""
    for text in (message.conversation, message.extendedTextMessage.text, _place(message), _cards(message)):
        if text:
            return str(text)[:LONGEST_TEXT]
    name = media.field_of(message)
    caption = getattr(getattr(message, name), "caption", "") if name else ""
    return str(caption)[:LONGEST_TEXT] or None


def _place(message: Any) -> str:
    for name in ("locationMessage", "liveLocationMessage"):
        if message.HasField(name):
            told = getattr(message, name)
            words = (told.name, told.address) if name == "locationMessage" else (told.caption,)
            return place_text(told.degreesLatitude, told.degreesLongitude, *words)
    return ""


def _cards(message: Any) -> str:
    given = [message.contactMessage] if message.HasField("contactMessage") else message.contactsArrayMessage.contacts
    return cards_text([(one.displayName, PHONES.findall(one.vcard)) for one in given])


def received_of(memory: Memory, chat: Peer, message: Any) -> MessageReceived | None:
    """Text, file and quote of a message; what Tideline cannot show is kept by its name. None when there is nothing
    for people in it."""
    name = next((found.name for found, _ in message.ListFields() if found.name not in OWN_WORDS), None)
    if name is None:
        return None
    text, file = text_of(message), media.read_media(message, memory.sign)
    is_known = text is not None or file is not None
    return MessageReceived(
        chat=chat,
        external_id="",
        at=moment(0),
        from_me=False,
        via=Via.CONTACT,
        text=text,
        media=file,
        reply_to=_quoted(message),
        unsupported=None if is_known else name.removesuffix("Message"),
        group_subject=memory.subjects.get(chat.group) if chat.group else None,
    )


def _quoted(message: Any) -> str | None:
    for found, part in message.ListFields():
        fields = getattr(found.message_type, "fields_by_name", {}) if found.message_type else {}
        if "contextInfo" in fields and part.HasField("contextInfo") and part.contextInfo.stanzaID:
            return str(part.contextInfo.stanzaID)
    return None
