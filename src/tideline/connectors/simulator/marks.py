"""What happens to a message after it was sent: edited, revoked, read, answered with an emoji."""

from collections.abc import Sequence

from tideline.connectors.simulator.delivering import (
    Sent,
    bring,
    chat_of,
    person_of,
    reaction_event,
    tell_reached,
)
from tideline.connectors.simulator.errors import (
    MessageHasNoText,
    MessageIsRevoked,
    MessageNotFound,
    NotInGroup,
    NotYourMessage,
)
from tideline.connectors.simulator.model import Link, MessageId, Phone, Role, Status
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import messages
from tideline.connectors.simulator.writing import check_may_act, is_group
from tideline.features.numbers.port import MediaKind, MessageEdited, MessageRevoked, Peer, ReadOnPhone


async def edit(step: Step, digits: str, external_id: str, text: str) -> None:
    """The author changes the text; everybody who has the message sees the new one."""
    phone, sent = await _acting_on(step, digits, external_id)
    if sent.author.id != phone.id:
        raise NotYourMessage
    if sent.row.file and sent.row.file.kind is MediaKind.VOICE:
        raise MessageHasNoText
    await messages.edit(step.tx, sent.row.id, text, step.now)
    for link in await _witnesses(step, sent):
        chat = chat_of(step, link, sent, actor=phone)
        step.tell(link, MessageEdited(chat, external_id, text, step.now, by=person_of(step, link, phone)))


async def revoke(step: Step, digits: str, external_id: str) -> None:
    """The author, or whoever leads the group, takes the message back for everybody."""
    phone, sent = await _acting_on(step, digits, external_id)
    if sent.author.id != phone.id and not _leads(phone, sent):
        raise NotYourMessage("Only the phone that wrote a message, or an administrator of the group, can revoke it.")
    await messages.revoke(step.tx, sent.row.id, step.now)
    for link in await _witnesses(step, sent):
        chat = chat_of(step, link, sent, actor=phone)
        step.tell(link, MessageRevoked(chat, external_id, step.now, by=person_of(step, link, phone)))


def _leads(phone: Phone, sent: Sent) -> bool:
    return sent.group is not None and sent.group.role_of(phone) in (Role.OWNER, Role.ADMIN)


async def react(step: Step, digits: str, external_id: str, emoji: str | None, *, through: Link | None = None) -> None:
    """One phone's reaction, None takes it away. The link it was made through is not told of it."""
    phone, sent = await _acting_on(step, digits, external_id)
    await messages.react(step.tx, sent.row.id, phone.id, emoji, step.now)
    for link in await _witnesses(step, sent):
        if through is None or link.id != through.id:
            step.tell(link, reaction_event(step, link, sent, phone, emoji))


async def _acting_on(step: Step, digits: str, external_id: str) -> tuple[Phone, Sent]:
    phone = await step.phone(digits)
    check_may_act(phone)
    row = await messages.find_visible(step.tx, phone.id, external_id)
    if row is None:
        raise MessageNotFound(f"The phone +{digits} sees no message {external_id}.")
    if row.is_revoked:
        raise MessageIsRevoked
    sent = (await bring(step, [row.id], [phone.id]))[row.id]
    return phone, sent


async def _witnesses(step: Step, sent: Sent) -> Sequence[Link]:
    """Linked devices of the author and of every phone on which the message has arrived."""
    readers = await messages.linked_readers(step.tx, sent.row.id)
    missing = [phone for phone in readers if phone not in step.cast.phones]
    if missing:
        await step.load(ids=missing)
    return [link for phone in (sent.author.id, *readers) for link in step.cast.links.get(phone, [])]


# Reading ---------------------------------------------------------------------------------------------------


async def read(step: Step, digits: str, chat: str) -> int:
    """A phone opens a conversation: what came in there is read, and its authors hear of it if it shares that."""
    phone = await step.phone(digits)
    check_may_act(phone)
    await _check_chat(step, phone, chat)
    marked = await messages.mark_read(step.tx, phone.id, chat, step.now, receipt=phone.read_receipts)
    await _tell_read(step, phone, marked)
    for link in step.links_of(phone):
        step.tell(link, ReadOnPhone(_chat_peer(step, link, chat), step.now))
    return len(marked)


async def read_through(step: Step, link: Link, external_ids: Sequence[str]) -> int:
    """A linked device marks messages as read; the phone and its other devices follow."""
    await step.load(ids=[link.phone])
    phone = step.cast.phones[link.phone]
    marked = await messages.mark_these_read(step.tx, phone.id, external_ids, step.now, receipt=phone.read_receipts)
    await _tell_read(step, phone, [message for message, _ in marked])
    for chat in sorted({chat for _, chat in marked}):
        for other in step.links_of(phone):
            if other.id != link.id:
                step.tell(other, ReadOnPhone(_chat_peer(step, other, chat), step.now))
    return len(marked)


async def _check_chat(step: Step, phone: Phone, chat: str) -> None:
    if not is_group(chat):
        await step.phone(chat)
    elif not (await step.group(chat)).has(phone):
        raise NotInGroup(f"The phone +{phone.phone} is not in this group.")


async def _tell_read(step: Step, phone: Phone, marked: Sequence[MessageId]) -> None:
    if marked and phone.read_receipts:
        await tell_reached(step, await bring(step, marked), Status.READ)


def _chat_peer(step: Step, link: Link, chat: str) -> Peer:
    return Peer(group=chat) if is_group(chat) else step.name(link, step.known_phone(chat))
