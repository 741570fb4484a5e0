"""What a connector reports: a batch becomes people, chats, messages and facts in a handful of statements."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from tideline.features import business, chats, numbers
from tideline.features.chats import Cause, Company, Guests, SeenPeer
from tideline.features.messages.actions import happenings, lies
from tideline.features.messages.actions.incoming import only_vouches, store_messages
from tideline.features.messages.actions.progress import take_receipts
from tideline.features.messages.people import is_own
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    AccountEvent,
    CallEnded,
    GroupChanged,
    HistoryChunk,
    IdentityLinked,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    PictureChanged,
    ReactionChanged,
    ReadOnPhone,
    StatusChanged,
    TemplateChanged,
    Via,
)
from tideline.platform.db import Tx


async def receive(tx: Tx, number_id: int, events: Sequence[AccountEvent]) -> None:
    """Store what happened on a number, in the order given; what is known already changes nothing.

    Receipts come last, because they are about messages and nothing is about them.
    """
    number = await numbers.get(tx, number_id)
    events = [told for event in events for told in _told(number, event)]
    company = await chats.meet(tx, number, _guests(number, events))
    receipts = [event for event in events if isinstance(event, StatusChanged)]
    others = [event for event in events if not isinstance(event, StatusChanged)]
    for is_message, run in groupby(others, lambda event: isinstance(event, MessageReceived)):
        if is_message:
            await store_messages(tx, number, company, [event for event in run if isinstance(event, MessageReceived)])
        else:
            for event in run:
                await _happened(tx, number, company, event)
    if receipts:
        await take_receipts(tx, number, company, receipts)


def _told(number: Number, event: AccountEvent) -> Iterator[AccountEvent]:
    """What an event is taken for. Only the phone hands over history, and what came after the link is news, whoever
    tells it; what cannot be true is left out."""
    match event:
        case MessageReceived():
            told = [event if event.via is not Via.HISTORY else _as_news(event)]
        case HistoryChunk():
            yield event
            subjects = {one.peer.group: one.name for one in event.names if one.peer.is_group}
            told = [_as_history(number, one, subjects.get(one.chat.group)) for one in event.messages]
        case _:
            yield event
            return
    yield from (one for one in told if lies.may_be_true(number, one))


def _as_news(event: MessageReceived) -> MessageReceived:
    return replace(event, via=Via.PHONE if event.from_me else Via.CONTACT)


def _as_history(number: Number, event: MessageReceived, subject: str | None) -> MessageReceived:
    if event.at > number.connected_at:
        return _as_news(event)
    return replace(event, via=Via.HISTORY, group_subject=event.group_subject or subject)


async def _happened(tx: Tx, number: Number, company: Company, event: AccountEvent) -> None:
    match event:
        case MessageEdited():
            await happenings.edit(tx, number, company, event)
        case MessageRevoked():
            await happenings.revoke(tx, number, company, event)
        case ReactionChanged():
            await happenings.react(tx, number, company, event)
        case ReadOnPhone():
            await happenings.read(tx, number, company, event)
        case CallEnded():
            await happenings.end_call(tx, number, company, event)
        case TemplateChanged():
            await business.change_template(tx, number.id, event)
        case GroupChanged():
            await chats.apply_group(tx, number, company, event)
        case PictureChanged():
            if chat := company.chat_of(event.peer):
                chats.look_later(tx, number, [chat.id], is_changed=True)
        case _:
            # Who is who was learned when everybody was met; states of the number are its own affair.
            return


def _guests(number: Number, events: Sequence[AccountEvent]) -> Guests:
    """Everybody a batch is about, so that people are met before any chat is locked."""
    found: list[SeenPeer] = []
    people: list[SeenPeer] = []
    mentioned: list[Peer] = []
    for event in events:
        match event:
            case MessageReceived() if only_vouches(event):
                mentioned.append(event.chat)
            case MessageReceived():
                found.append(_chat_of(event))
                if event.chat.is_group and event.sender and not event.from_me and not is_own(number, event.sender):
                    people.append(SeenPeer(event.sender, event.push_name))
            case CallEnded():
                found.append(SeenPeer(event.chat, cause=event.direction))
            case GroupChanged():
                group = chats.group_guests(event)
                found += group.chats
                people += group.people
            case IdentityLinked():
                people.append(SeenPeer(Peer(phone=event.phone, lid=event.lid), event.name, is_sure=True))
            case HistoryChunk():
                people += [
                    SeenPeer(one.peer, one.name, is_sure=one.is_sure) for one in event.names if not one.peer.is_group
                ]
            case ReactionChanged() if event.chat.is_group and event.by and not is_own(number, event.by):
                people.append(SeenPeer(event.by, event.push_name))
                mentioned.append(event.chat)
            case ReactionChanged() | MessageEdited() | MessageRevoked():
                mentioned += [event.chat, event.by] if event.by else [event.chat]
            case StatusChanged() | ReadOnPhone():
                mentioned.append(event.chat)
            case PictureChanged():
                mentioned.append(event.peer)
            case _:
                pass
    return Guests(found, people, mentioned)


def _chat_of(event: MessageReceived) -> SeenPeer:
    cause: Cause = "outgoing" if event.from_me else "incoming"
    if event.via is Via.HISTORY:
        cause = "imported"
    if event.chat.is_group:
        return SeenPeer(event.chat, event.group_subject, cause)
    if event.from_me:
        return SeenPeer(event.chat, None, cause)
    return SeenPeer(_whole(event.chat, event.sender), event.push_name, cause)


def _whole(chat: Peer, sender: Peer | None) -> Peer:
    """In a direct chat the sender is the chat's person, and may bring the address that the chat does not show."""
    if sender is None or sender.is_group:
        return chat
    return Peer(phone=chat.phone or sender.phone, lid=chat.lid or sender.lid)
