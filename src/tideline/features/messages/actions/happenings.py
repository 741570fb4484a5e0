"""What happens to messages that are there already, and calls. Nobody but the author changes a message."""

from typing import Any, Final
from uuid import UUID

import msgspec

from tideline.features import chats, files, search
from tideline.features.chats import Chat, Company
from tideline.features.messages import reactions, wording
from tideline.features.messages.actions.incoming import PHONE, newest, window
from tideline.features.messages.actions.reacting import own_reactor
from tideline.features.messages.actions.words import renew
from tideline.features.messages.drafts import Draft, shown
from tideline.features.messages.events import Told
from tideline.features.messages.model import Message, MessageType, MessageUid, Origin
from tideline.features.messages.people import Target, is_author, is_own
from tideline.features.messages.store import reactions as store
from tideline.features.messages.store import rows, targets, views
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    CallEnded,
    MessageEdited,
    MessageRevoked,
    Peer,
    ReactionChanged,
    ReadOnPhone,
)
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.platform.ids import uuid7

OUTCOMES: Final = {
    ("incoming", "answered"): "Answered",
    ("incoming", "missed"): "Missed",
    ("incoming", "rejected"): "Rejected",
    ("outgoing", "answered"): "Ended",
    ("outgoing", "missed"): "No Answer",
    ("outgoing", "rejected"): "Rejected",
}


async def edit(tx: Tx, number: Number, company: Company, event: MessageEdited) -> None:
    found = await _find(tx, number, company, event)
    if found is None:
        return
    target, chat = found
    is_late = target.edited_at is not None and event.at < target.edited_at
    if target.revoked_at or is_late or not is_author(number, company, chat, target, event.by):
        return
    await targets.edit(tx, target.uid, wording.received(event.text), event.at)
    await renew(tx, target.uid)
    message = await _show(tx, target.uid, chat)
    tx.record(Told(number).fact("MessageEdited", chat, message, actor=_actor(number, company, event.by)))


async def revoke(tx: Tx, number: Number, company: Company, event: MessageRevoked) -> None:
    """Nothing of a message that was taken back is kept. Whoever leads a group may take back any message there."""
    found = await _find(tx, number, company, event)
    if found is None or found[0].revoked_at:
        return
    target, chat = found
    if not is_author(number, company, chat, target, event.by) and not await _leads(tx, number, company, chat, event.by):
        return
    await targets.revoke(tx, target.uid, event.at)
    await search.remove(tx, target.uid)
    if target.media_uid:
        await files.delete(tx, target.media_uid)
    message = await _show(tx, target.uid, chat)
    tx.record(Told(number).fact("MessageRevoked", chat, message, actor=_actor(number, company, event.by)))


async def _leads(tx: Tx, number: Number, company: Company, chat: Chat, by: Peer | None) -> bool:
    if not chat.is_group:
        return False
    if by is None or is_own(number, by):
        return await chats.leads_group(tx, chat.id, None)
    contact_id = company.contact_of(by)
    return contact_id is not None and await chats.leads_group(tx, chat.id, contact_id)


async def react(tx: Tx, number: Number, company: Company, event: ReactionChanged) -> None:
    found = await _find(tx, number, company, event)
    if found is None:
        return
    target, chat = found
    is_ours = event.by is None or is_own(number, event.by)
    if not is_ours and event.by and not chat.is_group and not company.is_of(chat, event.by):
        return
    contact_id = None if is_ours or event.by is None else company.contact_of(event.by) or chat.contact_id
    emoji = (wording.received(event.emoji) or "")[: reactions.EMOJI_MAX] or None
    before = await store.lock(tx, target.uid, contact_id)
    standing = reactions.heard(before, emoji, event.at)
    if standing is None:
        return
    await store.save(tx, target.uid, contact_id, standing)
    if standing.emoji != (before.emoji if before else None):
        message = await _show(tx, target.uid, chat)
        who = _reactor(chat, company, None if is_ours else event.by)
        reaction = {**reactions.change(before, standing), **who}
        actor = _actor(number, company, event.by)
        tx.record(Told(number).fact("ReactionChanged", chat, message, actor=actor, reaction=reaction))


def _reactor(chat: Chat, company: Company, by: Peer | None) -> dict[str, Any]:
    if by is None:
        return own_reactor(chat)
    if not chat.is_group:
        name, phone = chat.name, chat.phone or ""
    else:
        person = company.person_of(by)
        name, phone = (person.called, person.phone or "") if person else ("", "")
    return {"is_own": False, "name": name, "phone": phone}


async def read(tx: Tx, number: Number, company: Company, event: ReadOnPhone) -> None:
    """The owner read it elsewhere, unless something newer has come in since."""
    chat = company.chat_of(event.chat)
    if chat is not None and not chat.is_read and not await targets.has_incoming_after(tx, chat.id, event.at):
        company.chats[chat.id] = await chats.read_on_phone(tx, number, chat)


async def end_call(tx: Tx, number: Number, company: Company, event: CallEnded) -> None:
    """A call is an entry in the history. A missed one waits for somebody like a message."""
    chat = company.chat_of(event.chat)
    if chat is None or await rows.find_external(tx, number.id, [event.external_id]):
        return
    draft = _call(number, chat, event)
    await rows.insert(tx, [draft])
    changes = newest(chat, draft)
    if event.direction == "incoming":
        changes |= window(chat, number, event.at, tx.now)
    if event.direction == "incoming" and event.outcome == "missed":
        changes |= {"is_read": False, "closed_at": None}
    moved = company.chats[chat.id] = msgspec.structs.replace(chat, **changes)
    await chats.move(tx, [moved])
    told = Told(number)
    actor = PHONE if draft.from_me else Actor("contact", chat.contact_id)
    if chat.is_closed and moved.is_open:
        tx.record(told.chat_fact("ChatReopened", moved, actor=actor))
    message = shown(draft, moved, tx.now, sender_phone=None, author=None)
    tx.record(told.fact("CallEnded", moved, message, actor=actor, call=draft.data))


def _call(number: Number, chat: Chat, event: CallEnded) -> Draft:
    return Draft(
        uid=MessageUid(uuid7()),
        chat_id=chat.id,
        number_id=number.id,
        external_id=event.external_id,
        from_me=event.direction == "outgoing",
        status=OUTCOMES[event.direction, event.outcome],
        origin=Origin.SYNCED,
        at=event.at,
        type=MessageType.CALL,
        content="call",
        data={
            "direction": event.direction,
            "outcome": event.outcome,
            "is_video": event.is_video,
            "duration": event.seconds if event.outcome == "answered" else None,
        },
    )


async def _find(
    tx: Tx, number: Number, company: Company, event: MessageEdited | MessageRevoked | ReactionChanged
) -> tuple[Target, Chat] | None:
    """The message this is about and its chat, if it is in the chat it is said to be in."""
    target = await targets.lock(tx, number.id, event.external_id)
    if target is None:
        return None
    chat = company.chats.get(target.chat_id) or (await chats.get_many(tx, [target.chat_id]))[target.chat_id]
    is_there = company.may_be_of if is_own(number, event.by) else company.is_of
    return (target, chat) if is_there(chat, event.chat) else None


async def _show(tx: Tx, uid: UUID, chat: Chat) -> Message:
    return (await views.find_many(tx, [uid], {chat.id: chat}))[uid]


def _actor(number: Number, company: Company, by: Peer | None) -> Actor:
    if by is None or is_own(number, by):
        return PHONE
    return Actor("contact", company.contact_of(by))
