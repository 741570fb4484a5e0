"""What templates show of chats and messages: rows of the list, days of a conversation, and the words in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tideline.features import chats, files
from tideline.features.chats import Chat, ChatId
from tideline.features.messages import Attachment, Message, MessageType, MessageUid, Status
from tideline.features.numbers.port import MediaKind, Place, find_place
from tideline.surfaces.dashboard import formatting
from tideline.surfaces.dashboard.formatting import Piece

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DELETED = "This message was deleted."
VOICE_NOTE = MediaKind.VOICE
VOICE = "Voice message"
UNKNOWN = "A kind of message that cannot be shown here."
QUOTE_LENGTH = 140
EXTENSION_LENGTH = 4
AWAY = {
    "deleted": "Deleted",
    "file_too_large": "Too large to be kept",
    "workspace_full": "Waits for room: this workspace is full",
    "disk_full": "Waits for room: the disk is full",
    "file_store_away": "Waits for the place where files are kept",
}
"""Why a file is not here."""


# The list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """One line of the newest message: who wrote it where that is not clear, a sign of what it is, some words."""

    text: str
    icon: str | None = None
    author: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`at` and `key` are its place in the list, for a page that puts it there."""

    chat: Chat
    preview: Preview | None

    @property
    def at(self) -> str:
        at = self.chat.last_message_at
        return "" if at is None else str((at - EPOCH) // timedelta(microseconds=1))

    @property
    def key(self) -> str:
        return chats.name_key(self.chat.name)


def row(chat: Chat, last: Message | None) -> Row:
    return Row(chat, _preview(chat, last) if last else None)


def _preview(chat: Chat, message: Message) -> Preview:
    text, icon = summary(message)
    author = message.sender_name if chat.is_group and not message.from_me else None
    is_sent = message.from_me and message.type is MessageType.WHATSAPP
    return Preview(text, icon, author, message.status if is_sent else None)


def summary(message: Message) -> tuple[str, str | None]:
    """A message in one line, and the name of a sign before it."""
    if message.revoked_at:
        return DELETED, "ban"
    if message.type is MessageType.CALL:
        call = call_words(message.data)
        return call.title, "call-missed" if call.is_missed else "call"
    if message.attachment:
        return message.text or _title(message, message.attachment), _sign(message, message.attachment)
    return message.text or UNKNOWN, None


def _title(message: Message, attachment: Attachment) -> str:
    """A voice note has a name that nobody gave it."""
    return VOICE if message.content == MediaKind.VOICE else attachment.filename


def _sign(message: Message, attachment: Attachment) -> str:
    return {"image": "image", "audio": "mic", "video": "play"}.get(kind_of(message, attachment), "file")


# A conversation ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message answers. `uid` is there when that message is on the same page."""

    text: str
    who: str | None = None
    uid: MessageUid | None = None


@dataclass(frozen=True, slots=True)
class Call:
    title: str
    detail: str | None
    is_missed: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """`kind` says how it is shown: image, audio, video or doc. Width and height are those of a box that it fills, and
    only known for pictures. `away` is what to say while it is not here."""

    kind: str
    name: str
    mark: str
    size: int
    is_stored: bool
    has_thumbnail: bool
    width: int | None
    height: int | None
    seconds: float | None
    away: str
    wave: bytes = b""
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class Reactions:
    emoji: str
    count: int
    who: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Face:
    """How the writer of a group's message looks, who has a chat of their own which may be seen."""

    chat_id: ChatId
    photo_uid: UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in its place: `is_first` and `is_last` of what one sender wrote in a row."""

    message: Message
    is_first: bool
    is_last: bool
    quote: Quote | None
    call: Call | None
    file: ShownFile | None
    reactions: Sequence[Reactions]
    face: Face | None = None

    @property
    def side(self) -> str:
        if self.message.type is MessageType.NOTE:
            return "note"
        return "out" if self.message.from_me else "in"

    @property
    def sender(self) -> str:
        """The same for what one sender writes in a row."""
        return " ".join(str(part or "") for part in (self.side, *_sender(self.message)))

    @property
    def awaits_file(self) -> bool:
        """Will there be more to see of it without anybody saying so?"""
        attachment = self.message.attachment
        return attachment is not None and not attachment.is_stored and attachment.problem is None

    @property
    def pieces(self) -> Sequence[Piece]:
        return formatting.pieces(self.message.text or "", mentions=self.side == "note")

    @property
    def place(self) -> Place | None:
        """Notes are read as they were written."""
        return find_place(self.message.text or "") if self.side != "note" else None

    @property
    def is_shown(self) -> bool:
        """Is there anything in it that this page can show?"""
        return bool(self.message.text or self.file or self.call)


Day = tuple[date, Sequence[Entry]]


def by_day(
    messages: Sequence[Message],
    zone: ZoneInfo,
    quoted: Mapping[MessageUid, Message] | None = None,
    waves: Mapping[UUID, bytes] | None = None,
    faces: Mapping[str, Face] | None = None,
) -> list[Day]:
    """Messages, the oldest first, in one group per local day. `quoted` are those that are only answered here, `waves`
    the waveforms of voice notes by the uid of their file, `faces` those of a group's writers by their phones."""
    known = {**(quoted or {}), **{message.uid: message for message in messages}}
    days = groupby(messages, key=lambda message: message.at.astimezone(zone).date())
    return [(day, _entries(list(group), known, waves or {}, faces or {})) for day, group in days]


def new_ones(chat: Chat, found: Sequence[Message]) -> list[MessageUid]:
    """Those that came in since somebody last looked, in the order in which they were found."""
    if chat.is_read:
        return []
    came_in = [one for one in found if not one.from_me and one.type is not MessageType.NOTE]
    return [one.uid for one in came_in if one.status != Status.READ]


def missing_quotes(messages: Sequence[Message]) -> set[MessageUid]:
    here = {message.uid for message in messages}
    return {message.reply_to for message in messages if message.reply_to and message.reply_to not in here}


def voices(messages: Sequence[Message]) -> set[UUID]:
    """The files that may have a waveform."""
    return {message.attachment.uid for message in messages if message.attachment and message.content == VOICE_NOTE}


def _entries(
    messages: Sequence[Message],
    known: Mapping[MessageUid, Message],
    waves: Mapping[UUID, bytes],
    faces: Mapping[str, Face],
) -> list[Entry]:
    ends = [False, *(_sender(one) == _sender(other) for one, other in pairwise(messages)), False]
    return [
        Entry(
            message=message,
            is_first=not ends[index],
            is_last=not ends[index + 1],
            quote=_quote(message, known),
            call=call_words(message.data) if message.type is MessageType.CALL else None,
            file=file_of(message, message.attachment, waves) if message.attachment else None,
            reactions=_reactions(message),
            face=faces.get(message.sender_phone or ""),
        )
        for index, message in enumerate(messages)
    ]


def _sender(message: Message) -> tuple[Any, ...]:
    return message.from_me, message.type is MessageType.NOTE, message.sender_phone, message.sender_name


def _quote(message: Message, known: Mapping[MessageUid, Message]) -> Quote | None:
    if message.reply_to is None:
        return None
    quoted = known.get(message.reply_to)
    if quoted is None:
        return Quote("An earlier message")
    return Quote(summary(quoted)[0][:QUOTE_LENGTH], quoted.sender_name, quoted.uid)


def _reactions(message: Message) -> list[Reactions]:
    counts = Counter(reaction.emoji for reaction in message.reactions)
    names = {emoji: [one.name for one in message.reactions if one.emoji == emoji] for emoji in counts}
    own = {reaction.emoji for reaction in message.reactions if reaction.is_own}
    return [Reactions(emoji, count, ", ".join(names[emoji]), emoji in own) for emoji, count in counts.items()]


def file_of(message: Message, attachment: Attachment, waves: Mapping[UUID, bytes] | None = None) -> ShownFile:
    stem, _, extension = attachment.filename.rpartition(".")
    mark = extension.upper() if stem and extension.isalnum() and len(extension) <= EXTENSION_LENGTH else ""
    return ShownFile(
        kind=kind_of(message, attachment),
        name=attachment.filename,
        mark=mark,
        size=attachment.size,
        is_stored=attachment.is_stored,
        has_thumbnail=attachment.is_stored and attachment.thumbnail_uid is not None,
        width=attachment.width,
        height=attachment.height,
        seconds=attachment.seconds,
        away=_away(attachment),
        wave=(waves or {}).get(attachment.uid, b"") if message.content == VOICE_NOTE else b"",
        is_voice=message.content == VOICE_NOTE,
    )


def _away(attachment: Attachment) -> str:
    return AWAY.get(attachment.problem, "Could not be fetched") if attachment.problem else "Not here yet"


def kind_of(message: Message, attachment: Attachment) -> str:
    """What a browser can show by itself is shown, as far as the files' own page would show it, unless it was sent as a
    document."""
    kind = attachment.mimetype.partition("/")[0]
    is_media = kind in ("image", "audio", "video") and files.is_shown(attachment.mimetype)
    return kind if is_media and message.content != MediaKind.DOCUMENT else "doc"


def call_words(data: Mapping[str, Any]) -> Call:
    is_incoming, outcome = data.get("direction") == "incoming", data.get("outcome")
    kind = "video call" if data.get("is_video") else "voice call"
    is_missed = outcome == "missed" and is_incoming
    if outcome == "answered":
        return Call(kind.capitalize(), duration(int(data.get("duration") or 0)), is_missed)
    if is_incoming:
        return Call(f"{'Missed' if is_missed else 'Declined'} {kind}", None, is_missed)
    return Call(kind.capitalize(), "no answer" if outcome == "missed" else "declined", is_missed)


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
