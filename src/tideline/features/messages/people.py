"""Whose a message is: the number's own, a contact's, or a stranger's claim. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tideline.features.chats import Chat, ChatId, Company, ContactId
from tideline.features.messages.model import MessageUid
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer
from tideline.features.workspaces import TeammateId
from tideline.platform.facts import Actor


@dataclass(frozen=True, slots=True)
class Target:
    """A stored message that somebody says something about."""

    uid: MessageUid
    chat_id: ChatId
    from_me: bool
    sender_id: ContactId | None
    edited_at: datetime | None
    revoked_at: datetime | None
    media_uid: UUID | None


AUTHORS = ("token", "teammate")


def author_of(actor: Actor) -> TeammateId | None:
    """The teammate behind what is done here, in person or through a token."""
    return TeammateId(actor.id) if actor.kind in AUTHORS and actor.id is not None else None


def is_own(number: Number, peer: Peer | None) -> bool:
    """Does this name the number itself? Connectors say so by naming nobody."""
    if peer is None:
        return True
    return peer.phone == number.phone or (peer.lid is not None and peer.lid == number.lid)


def is_author(number: Number, company: Company, chat: Chat, target: Target, by: Peer | None) -> bool:
    """Only who wrote a message may change it."""
    if is_own(number, by) or by is None:
        return target.from_me
    if target.from_me:
        return False
    if not chat.is_group:
        return company.is_of(chat, by)
    contact_id = company.contact_of(by)
    return contact_id is not None and contact_id == target.sender_id
