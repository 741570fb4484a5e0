"""How messages reach phones, at once or later, and what linked numbers hear of it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tideline.connectors.simulator.model import Addressing, File, Group, Link, LinkId, MessageId, Phone, PhoneId, Status
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import groups, messages
from tideline.connectors.simulator.store.messages import MessageRow
from tideline.features.numbers.port import (
    FailureReason,
    MediaRef,
    MessageReceived,
    Peer,
    ReactionChanged,
    StatusChanged,
    Via,
)

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A message with the people and the group it is about. `other` is whom a direct message went to."""

    row: MessageRow
    author: Phone
    other: Phone | None
    group: Group | None


def chat_of(step: Step, link: Link, sent: Sent, *, actor: Phone | None = None) -> Peer:
    """How a link sees the conversation of a message; `actor` is who does something there now."""
    if sent.group:
        return Peer(group=sent.group.jid)
    if link.id == sent.row.link:
        return _as_sent(sent)
    other = sent.other if link.phone == sent.author.id else sent.author
    assert other is not None
    return step.name(link, other, acts=actor is not None and actor.id == other.id)


def _as_sent(sent: Sent) -> Peer:
    """The device that sent a message goes on seeing the conversation under the name that it used."""
    assert sent.other is not None
    return Peer(lid=sent.other.lid) if sent.row.by_lid else Peer(phone=sent.other.phone)


def person_of(step: Step, link: Link, actor: Phone) -> Peer | None:
    """Who did something, as a link names them: None for the number's own phone."""
    return None if link.phone == actor.id else step.name(link, actor, acts=True)


def tell_author(step: Step, sent: Sent, to: Peer | None) -> None:
    """The author's linked devices see the message: the one that sent it as an echo, the others as typed elsewhere."""
    for link in step.links_of(sent.author):
        is_echo = link.id == sent.row.link
        step.tell(
            link,
            MessageReceived(
                chat=to if is_echo and to else chat_of(step, link, sent),
                external_id=sent.row.external_id,
                at=sent.row.at,
                from_me=True,
                via=Via.ECHO if is_echo else Via.PHONE,
                text=sent.row.text,
                media=media_ref(sent.row.file),
                reply_to=sent.row.reply_to,
                client_ref=sent.row.client_ref if is_echo else None,
                group_subject=sent.group.subject if sent.group else None,
            ),
        )


def tell_receiver(step: Step, sent: Sent, receiver: Phone) -> None:
    """The message has arrived on a phone; its linked devices hear of it."""
    for link in step.links_of(receiver):
        by = step.name(link, sent.author, acts=True)
        step.tell(
            link,
            MessageReceived(
                chat=Peer(group=sent.group.jid) if sent.group else by,
                external_id=sent.row.external_id,
                at=sent.row.at,
                from_me=False,
                via=Via.CONTACT,
                text=sent.row.text,
                media=media_ref(sent.row.file),
                sender=by,
                push_name=sent.author.name,
                reply_to=sent.row.reply_to,
                group_subject=sent.group.subject if sent.group else None,
            ),
        )


def media_ref(file: File | None) -> MediaRef | None:
    if file is None:
        return None
    return MediaRef(file.kind, file.filename, file.mimetype, file.size, ref=str(file.id), sound=file.sound)


def tell_status(step: Step, sent: Sequence[Sent], status: Status) -> None:
    """The authors' linked devices hear how far their messages got, one event per conversation."""
    together: dict[tuple[LinkId, Peer], list[str]] = defaultdict(list)
    links: dict[LinkId, Link] = {}
    for one in sent:
        for link in step.links_of(one.author):
            links[link.id] = link
            together[link.id, _status_chat(link, one)].append(one.row.external_id)
    for (link_id, chat), external_ids in together.items():
        step.tell(
            links[link_id],
            StatusChanged(chat, external_ids, "read" if status is Status.READ else "delivered", step.now),
        )


def tell_failure(step: Step, sent: Sent, reason: FailureReason) -> None:
    """The author's linked devices hear that a message will never arrive."""
    for link in step.links_of(sent.author):
        chat = _status_chat(link, sent)
        step.tell(
            link,
            StatusChanged(chat, [sent.row.external_id], "failed", step.now, error="undeliverable", failure=reason),
        )


def _status_chat(link: Link, sent: Sent) -> Peer:
    """A receipt names the conversation like everything else, but nobody gets to know anybody by it."""
    if sent.group:
        return Peer(group=sent.group.jid)
    if link.id == sent.row.link:
        return _as_sent(sent)
    assert sent.other is not None
    is_lid = sent.other.addressing is Addressing.LID
    return Peer(lid=sent.other.lid) if is_lid else Peer(phone=sent.other.phone)


# Later -----------------------------------------------------------------------------------------------------


async def deliver_due(step: Step) -> int:
    """Let arrive what is due, in the order in which it was sent; says how many copies arrived."""
    arrived = await messages.take_due(step.tx, step.now, AT_ONCE)
    if not arrived:
        return 0
    sent = await bring(step, {message for message, _ in arrived}, {phone for _, phone in arrived})
    reactions = await _reactions(step, sent)
    for message, phone in arrived:
        if not sent[message].row.is_revoked:
            receiver = step.cast.phones[phone]
            tell_receiver(step, sent[message], receiver)
            _tell_reactions(step, sent[message], receiver, reactions[message])
    await tell_reached(step, sent, Status.DELIVERED)
    return len(arrived)


async def tell_reached(step: Step, sent: dict[MessageId, Sent], status: Status) -> None:
    """Report those messages that have now got this far on every phone they went to."""
    reached = await messages.reached(step.tx, list(sent), status)
    tell_status(step, [sent[message] for message in reached], status)


async def bring(step: Step, ids: Collection[MessageId], also: Collection[PhoneId] = ()) -> dict[MessageId, Sent]:
    """Load messages with everybody they are about."""
    rows = await messages.by_ids(step.tx, ids)
    group_rows = await groups.by_id(step.tx, {row.group for row in rows if row.group})
    members = {phone for group in group_rows for phone, _ in group.members}
    await step.load(ids={row.author for row in rows} | members | set(also), phones_={row.chat for row in rows})
    step.enter_groups(group_rows)
    return {row.id: as_sent(step, row) for row in rows}


def as_sent(step: Step, row: MessageRow) -> Sent:
    return Sent(
        row=row,
        author=step.cast.phones[row.author],
        other=None if row.group else step.known_phone(row.chat),
        group=step.cast.groups[row.chat] if row.group else None,
    )


async def _reactions(step: Step, sent: dict[MessageId, Sent]) -> dict[MessageId, list[tuple[Phone, str]]]:
    """What others already answered with an emoji before the message arrived here."""
    found: dict[MessageId, list[tuple[Phone, str]]] = defaultdict(list)
    rows = await messages.reactions(step.tx, list(sent))
    await step.load(ids={PhoneId(row["phone"]) for row in rows})
    for row in rows:
        found[MessageId(row["message"])].append((step.cast.phones[PhoneId(row["phone"])], row["emoji"]))
    return found


def _tell_reactions(step: Step, sent: Sent, receiver: Phone, reactions: Sequence[tuple[Phone, str]]) -> None:
    for by, emoji in reactions:
        for link in step.links_of(receiver):
            step.tell(link, reaction_event(step, link, sent, by, emoji))


def reaction_event(step: Step, link: Link, sent: Sent, by: Phone, emoji: str | None) -> ReactionChanged:
    return ReactionChanged(
        chat=chat_of(step, link, sent, actor=by),
        external_id=sent.row.external_id,
        emoji=emoji,
        at=step.now,
        by=person_of(step, link, by),
        push_name=None if link.phone == by.id else by.name,
    )
