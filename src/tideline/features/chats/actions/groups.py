"""Groups as WhatsApp shows them: subject, members, and whether the number is still in."""

from collections.abc import Iterator

import msgspec

from tideline.features.chats import events, names
from tideline.features.chats.actions.meeting import Company, Guests, call_it, meet
from tideline.features.chats.actions.rosters import refresh_later
from tideline.features.chats.model import Chat, ChatId, ContactId, SeenPeer
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import members
from tideline.features.chats.store.members import Place
from tideline.features.numbers import Number
from tideline.features.numbers.port import GroupChanged, Peer
from tideline.platform.db import Tx


def group_guests(event: GroupChanged) -> Guests:
    """Whom a group brings: itself, and everybody in it but the number."""
    return Guests(
        chats=[SeenPeer(Peer(group=event.group), event.subject, "group")],
        people=[SeenPeer(member.peer, member.name) for member in event.members if not member.is_own],
    )


async def change_group(tx: Tx, number: Number, event: GroupChanged) -> None:
    """The group as it is now, whole; a group that is new here gets a chat."""
    await apply_group(tx, number, await meet(tx, number, group_guests(event)), event)


async def apply_group(tx: Tx, number: Number, company: Company, event: GroupChanged) -> None:
    """The same for a group and people that were met already."""
    before = company.chat_of(Peer(group=event.group))
    assert before is not None
    subject = names.synced(event.subject)
    if subject and before.is_renamed:
        await rows.keep_subject(tx, before.id, subject)
    elif subject and not names.shows(before.name, subject):
        await call_it(tx, number, company, before.id, subject)
    has_moved = await _seat(tx, company, before, event)
    if has_moved or before.is_left != event.is_left:
        await rows.save(tx, msgspec.structs.replace(company.chats[before.id], is_left=event.is_left))
        company.chats |= await rows.find_many(tx, [before.id])
        tx.record(events.changed("GroupChanged", company.chats[before.id], number))


async def leads_group(tx: Tx, chat_id: ChatId, contact_id: ContactId | None) -> bool:
    """Is this member (None: the number itself) the owner or an administrator of the group?"""
    return await members.leads(tx, chat_id, contact_id)


async def _seat(tx: Tx, company: Company, chat: Chat, event: GroupChanged) -> bool:
    """Write the members if they changed. Without any, as in a group that was left, the last ones stay."""
    places = list(dict(_places(company, event)).values())
    if not places or places == await members.list_places(tx, chat.id):
        return False
    await members.replace(tx, chat.id, places)
    refresh_later(tx, groups=[chat.id])
    return True


def _places(company: Company, event: GroupChanged) -> Iterator[tuple[object, Place]]:
    """One place for each person, also when WhatsApp lists somebody under phone and LID."""
    for member in event.members:
        contact_id = None if member.is_own else company.contact_of(member.peer)
        yield contact_id, Place(contact_id, member.role)
