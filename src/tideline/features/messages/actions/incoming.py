"""Storing messages that a connector reports, those of contacts and those typed on the phone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tideline.features import chats, files, numbers
from tideline.features.chats import Chat, Company, Person
from tideline.features.files import Measures, NewFile, Purpose
from tideline.features.messages import keeping, wording
from tideline.features.messages.actions.progress import Accepted, accept
from tideline.features.messages.drafts import Draft, attachment_of, shown
from tideline.features.messages.events import Told
from tideline.features.messages.model import Attachment, MessageUid, Origin, Status
from tideline.features.messages.statuses import Receipt
from tideline.features.messages.store import rows, states
from tideline.features.numbers import Fetch, Number
from tideline.features.numbers.port import MediaRef, MessageReceived, Sound, Via
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.platform.ids import uuid7

PHONE = Actor("phone")
WAVEFORM = 64


@dataclass(frozen=True, slots=True)
class Arrived:
    """A reported message with the row it becomes."""

    event: MessageReceived
    draft: Draft

    @property
    def is_live(self) -> bool:
        return self.event.via is not Via.HISTORY


async def store_messages(tx: Tx, number: Number, company: Company, events: Sequence[MessageReceived]) -> None:
    """Store those that are new, move their chats, and record what happened."""
    first: dict[str, MessageReceived] = {}
    for event in events:
        first.setdefault(event.external_id, event)
    foreign = await _without_echoes(tx, number, company, list(first.values()))
    # What is known is left out when it is inserted; only for quotes and files we have to know it before.
    quoted = {event.reply_to for event in foreign if event.reply_to}
    with_files = {event.external_id for event in foreign if event.media}
    known = await rows.find_external(tx, number.id, quoted | with_files) if quoted or with_files else {}
    new = [event for event in foreign if event.external_id not in known]
    if new:
        arrived = await _draft(tx, number, company, new, known)
        stored = await rows.insert(tx, [one.draft for one in arrived])
        await _tell(tx, number, company, [one for one in arrived if one.draft.uid in stored])


async def _without_echoes(
    tx: Tx, number: Number, company: Company, events: Sequence[MessageReceived]
) -> list[MessageReceived]:
    """An echo of what we sent says that WhatsApp has it, also when nobody could say so until now. One that holds
    nothing itself is of use for that alone."""
    ours = {uid: event for event in events if event.from_me and (uid := _uid(event.client_ref))}
    nameless = [event for event in events if event.via is Via.ECHO and event.from_me and not _uid(event.client_ref)]
    if nameless:
        ours |= await _recognised(tx, number, company, nameless)
    taken = set[str]()
    if ours:
        accepted = {uid: Accepted(event.external_id, event.at) for uid, event in ours.items()}
        taken = {ours[uid].external_id for uid in await accept(tx, number, accepted)}
    return [event for event in events if event.external_id not in taken and not only_vouches(event)]


def only_vouches(event: MessageReceived) -> bool:
    """An echo that says that a message of ours was taken, and nothing of what is in it."""
    return event.via is Via.ECHO and event.text is None and event.media is None and event.unsupported is None


async def _recognised(
    tx: Tx, number: Number, company: Company, echoes: Sequence[MessageReceived]
) -> dict[MessageUid, MessageReceived]:
    """Echoes that do not say whose they are belong to what is in doubt, where there is just one that they can mean."""
    doubted = await states.list_doubted(tx, number.id)
    if not doubted:
        return {}
    known = await rows.find_external(tx, number.id, {event.external_id for event in echoes})
    found: dict[MessageUid, list[MessageReceived]] = defaultdict(list)
    for event in echoes:
        said = (company.chat_id_of(event.chat), _content(event), wording.received(event.text))
        alike = [one.uid for one in doubted if (one.chat_id, one.content, one.text) == said]
        if len(alike) == 1 and event.external_id not in known:
            found[alike[0]].append(event)
    return {uid: some[0] for uid, some in found.items() if len(some) == 1}


def _uid(client_ref: str | None) -> MessageUid | None:
    try:
        return MessageUid(UUID(client_ref)) if client_ref else None
    except ValueError:
        return None


async def _draft(
    tx: Tx, number: Number, company: Company, events: Sequence[MessageReceived], known: Mapping[str, MessageUid]
) -> list[Arrived]:
    media = {event.external_id: _storable(event.media) for event in events if event.media}
    attached = dict(zip(media, await _expect(tx, list(media.values())), strict=True))
    uids = {event.external_id: MessageUid(uuid7()) for event in events}
    by_outside_id = {**uids, **known}
    arrived = []
    for event in events:
        chat = company.chat_of(event.chat)
        if chat is None:
            raise RuntimeError("a message's chat was not met")
        draft = _new(number, company, chat, event)
        draft.uid = uids[event.external_id]
        draft.attachment = attached.get(event.external_id)
        draft.reply_to = by_outside_id.get(event.reply_to) if event.reply_to else None
        arrived.append(Arrived(event, draft))
    numbers.order(tx, number.id, [Fetch(attached[name].uid, ref) for name, ref in media.items()])
    return arrived


def _storable(media: MediaRef) -> MediaRef:
    """Its sender named the file; what no database takes is left out."""
    name, mimetype = wording.received(media.filename), wording.received(media.mimetype)
    return replace(media, filename=name or "file", mimetype=mimetype or "application/octet-stream")


async def _expect(tx: Tx, media: Sequence[MediaRef]) -> list[Attachment]:
    """Rows for files whose bytes the gateway brings in later."""
    new = [NewFile(one.filename, one.mimetype, Purpose.MEDIA, one.size, measures=_measures(one.sound)) for one in media]
    return [attachment_of(file) for file in await files.expect(tx, new)]


def _measures(sound: Sound | None) -> Measures:
    """What its sender says of a voice note; what makes no sense is measured later."""
    if sound is None:
        return Measures()
    is_whole = sound.waveform is not None and len(sound.waveform) == WAVEFORM
    return Measures(seconds=float(sound.seconds) or None, waveform=sound.waveform if is_whole else None)


def _new(number: Number, company: Company, chat: Chat, event: MessageReceived) -> Draft:
    writer = company.person_of(event.sender) if event.sender and chat.is_group and not event.from_me else None
    return Draft(
        uid=MessageUid(UUID(int=0)),
        chat_id=chat.id,
        number_id=number.id,
        external_id=event.external_id,
        from_me=event.from_me,
        status=_status(event),
        origin=Origin.SYNCED,
        at=event.at,
        content=_content(event),
        text=wording.received(event.text),
        sender_id=writer.id if writer else None,
        sender_name=_writers_name(chat, event, writer),
        sent_at=event.at if event.from_me else None,
        data=_data(event),
        raw=keeping.kept(event.raw),
    )


def _status(event: MessageReceived) -> Status:
    """Only history knows more than that a message is here. What came in then was read long ago, or never will be."""
    if event.via is not Via.HISTORY:
        return Status.SENT if event.from_me else Status.DELIVERED
    return Receipt.of(event.status or "sent", event.at).status if event.from_me else Status.READ


def _writers_name(chat: Chat, event: MessageReceived, writer: Person | None) -> str | None:
    """Only groups name the writers of their messages."""
    if event.from_me or not chat.is_group:
        return None
    return (writer.name if writer else None) or chats.synced_name(event.push_name)


def _content(event: MessageReceived) -> str:
    if event.unsupported is not None:
        return "unsupported"
    return event.media.kind.value if event.media else "text"


def _data(event: MessageReceived) -> dict[str, Any]:
    return {} if event.unsupported is None else {"unsupported": wording.received(event.unsupported) or "unknown"}


async def _tell(tx: Tx, number: Number, company: Company, arrived: Sequence[Arrived]) -> None:
    """Chats move, open and become unread message by message, so that each fact shows them as they were then."""
    told = Told(number)
    moved = {}
    for one in arrived:
        before = company.chats[one.draft.chat_id]
        chat = company.chats[before.id] = moved[before.id] = _moved(before, one, number, tx.now)
        writer = company.person_of(one.event.sender) if one.event.sender and chat.is_group else None
        actor = PHONE if one.draft.from_me else Actor("contact", writer.id if writer else chat.contact_id)
        if before.is_closed and chat.is_open:
            tx.record(told.chat_fact("ChatReopened", chat, actor=actor))
        message = shown(one.draft, chat, tx.now, sender_phone=writer.phone if writer else None, author=None)
        tx.record(told.fact(_kind(one), chat, message, actor=actor))
    await chats.move(tx, list(moved.values()))


def _kind(one: Arrived) -> str:
    if not one.is_live:
        return "MessageImported"
    return "MessageSent" if one.draft.from_me else "MessageReceived"


def _moved(chat: Chat, one: Arrived, number: Number, now: datetime) -> Chat:
    """What a message does to its chat. History only fills in; an answer from the phone silences the machine."""
    changes = newest(chat, one.draft)
    if not one.draft.from_me:
        changes |= window(chat, number, one.draft.at, now)
    if one.is_live and one.draft.from_me:
        changes |= {"autoresponse_locked": True, "unattended": False, "waiting_since": None}
    elif one.is_live:
        since = None if chat.is_group else chat.waiting_since or one.draft.at
        changes |= {"is_read": False, "closed_at": None, "waiting_since": since}
    return msgspec.structs.replace(chat, **changes)


def window(chat: Chat, number: Number, at: datetime, now: datetime) -> dict[str, Any]:
    """The customer of a business number came forward: free messages are delivered for a day from then. What comes late
    or twice does not shorten that, and nobody comes forward in the future."""
    until = min(at, now) + chats.SERVICE_WINDOW
    if not number.is_business or chat.is_group or (chat.window_until is not None and chat.window_until >= until):
        return {}
    return {"window_until": until}


def newest(chat: Chat, draft: Draft) -> dict[str, Any]:
    """The chat's last message, if this one is."""
    at, uid = chat.last_message_at, chat.last_message_uid
    if at is not None and uid is not None and (at, uid.int) > (draft.at, draft.uid.int):
        return {}
    return {"last_message_at": draft.at, "last_message_uid": draft.uid}
