"""Sending: phones write and linked devices send, many at once in one step, each taken or refused for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tideline.connectors.simulator.delivering import Sent, tell_author, tell_failure, tell_receiver, tell_status
from tideline.connectors.simulator.errors import (
    MessageNotFound,
    NotInGroup,
    NotOnWhatsApp,
    PhoneBanned,
    PhoneOffline,
    ToItself,
)
from tideline.connectors.simulator.model import (
    LOST_ANSWER,
    NOT_DELIVERED,
    Addressing,
    Draft,
    File,
    Group,
    Link,
    MessageId,
    Phone,
    PhoneId,
    Status,
    Written,
)
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import business, messages, phones
from tideline.connectors.simulator.store.messages import CopyRow, MessageRow
from tideline.connectors.simulator.templates import (
    SERVICE,
    UNDELIVERABLE,
    Template,
    check_template,
    check_window,
)
from tideline.features.numbers.port import (
    SEND_PROBLEMS,
    AccountRestricted,
    NotLinked,
    Offline,
    Peer,
    RecipientNotOnWhatsApp,
    TemplateMessage,
    UnknownOutcome,
    Unsupported,
)
from tideline.platform.errors import Problem

WINDOW: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A message about to be sent by a linked number, in the session of this epoch."""

    number_id: int
    epoch: int
    to: Peer
    client_ref: str
    text: str | None = None
    file: File | None = None
    reply_to: str | None = None
    template: TemplateMessage | None = None


AnyDraft = Draft | LinkDraft


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Who sends, to whom, and how the sending device addressed them."""

    author: Phone
    other: Phone | None
    group: Group | None
    link: Link | None
    to: Peer | None

    @property
    def receivers(self) -> list[Phone]:
        if self.group is None:
            assert self.other is not None
            return [self.other]
        return [member.phone for member in self.group.members if member.phone.id != self.author.id]


async def write(step: Step, drafts: Sequence[AnyDraft]) -> list[Written | Problem]:
    """Send each draft or say why not. What fails leaves the others alone."""
    await _load(step, drafts)
    quoted = await _quoted(step, drafts)
    batch = _Batch(step, await _counter(step, drafts))
    answers = [batch.take(draft, quoted) for draft in drafts]
    await batch.save()
    return answers


async def _load(step: Step, drafts: Sequence[AnyDraft]) -> None:
    digits: set[str] = set()
    lids: set[str] = set()
    groups: set[str] = set()
    numbers: set[int] = set()
    for draft in drafts:
        if isinstance(draft, Draft):
            digits |= {draft.author, draft.to}
            groups |= {draft.to} if is_group(draft.to) else set()
        else:
            numbers.add(draft.number_id)
            digits |= {draft.to.phone} if draft.to.phone else set()
            lids |= {draft.to.lid} if draft.to.lid else set()
            groups |= {draft.to.group} if draft.to.group else set()
    await step.load(phones_=digits, lids=lids, groups_=groups, numbers=numbers)


@dataclass(frozen=True, slots=True)
class _Counter:
    """What the Business Platform looks at before it takes a message: who came forward when, and the templates."""

    contacts: Mapping[tuple[PhoneId, str], datetime]
    templates: Sequence[Template]
    keeps_windows: bool = True

    def check(self, draft: LinkDraft, author: Phone, other: Phone | None, now: datetime) -> None:
        """Free messages within a day after the customer came forward, approved templates at any time."""
        if author.business is None:
            if draft.template is not None:
                raise Unsupported("Only business numbers send templates.")
        elif draft.template is None and self.keeps_windows:
            last = self.contacts.get((other.id, author.phone)) if other else None
            check_window(other is None or (last is not None and now < last + WINDOW))
        elif draft.template is not None:
            check_template(self._named(author.business.waba_id, draft.template), draft.template)

    def _named(self, waba_id: str, sent: TemplateMessage) -> Template | None:
        wanted = waba_id, sent.name, sent.language
        return next((one for one in self.templates if (one.waba_id, one.name, one.language) == wanted), None)

    def category(self, draft: AnyDraft, author: Phone) -> str | None:
        """What the message is charged as."""
        if author.business is None:
            return None
        sent = draft.template if isinstance(draft, LinkDraft) else None
        found = self._named(author.business.waba_id, sent) if sent else None
        return found.category if found else SERVICE


async def _counter(step: Step, drafts: Sequence[AnyDraft]) -> _Counter:
    numbers = {draft.number_id for draft in drafts if isinstance(draft, LinkDraft)}
    authors = [step.cast.phones[link.phone] for number in numbers if (link := step.cast.by_number.get(number))]
    served = [author for author in authors if author.business is not None]
    if not served:
        return _Counter({}, ())
    contacts = await business.last_contacts(step.tx, {author.phone for author in served})
    accounts = {author.business.waba_id for author in served if author.business}
    return _Counter(contacts, await business.templates(step.tx, accounts), step.keeps_windows)


async def _quoted(step: Step, drafts: Sequence[AnyDraft]) -> dict[tuple[PhoneId, str], str]:
    """In which conversation the authors see the messages they answer."""
    asked = [
        (step.cast.by_phone[draft.author].id, draft.reply_to)
        for draft in drafts
        if isinstance(draft, Draft) and draft.reply_to and draft.author in step.cast.by_phone
    ]
    return await messages.chats_of(step.tx, asked) if asked else {}


def is_group(chat: str) -> bool:
    return chat.endswith("@g.us")


class _Batch:
    """The rows of one step of sending."""

    def __init__(self, step: Step, counter: _Counter) -> None:
        self._step = step
        self._counter = counter
        self._messages: list[MessageRow] = []
        self._copies: list[CopyRow] = []
        self._used_up: set[PhoneId] = set()

    def take(self, draft: AnyDraft, quoted: dict[tuple[PhoneId, str], str]) -> Written | Problem:
        try:
            if isinstance(draft, Draft):
                return self._send(draft, self._from_phone(draft, quoted))
            return self._from_link(draft)
        except Problem as problem:
            return problem

    async def save(self) -> None:
        tx = self._step.tx
        self._step.is_change = bool(self._messages or self._used_up)
        if self._messages:
            await messages.insert_messages(tx, self._messages, self._copies)
        files = [message.file.id for message in self._messages if message.file]
        if files:
            await messages.mark_files_sent(tx, files)
        if self._used_up:
            await phones.clear_fail_next(tx, self._used_up)

    # May it be sent?

    def _from_phone(self, draft: Draft, quoted: dict[tuple[PhoneId, str], str]) -> _Envelope:
        author = self._step.known_phone(draft.author)
        check_may_act(author)
        if draft.reply_to and quoted.get((author.id, draft.reply_to)) != draft.to:
            raise MessageNotFound(f"This conversation has no message {draft.reply_to} to answer.")
        if is_group(draft.to):
            return _Envelope(author, None, self._group(draft.to, author), None, None)
        other = self._step.known_phone(draft.to)
        check_partner(author, other)
        return _Envelope(author, other, None, None, None)

    def _group(self, jid: str, author: Phone) -> Group:
        group = self._step.cast.groups.get(jid)
        if group is None or not group.has(author):
            raise NotInGroup(f"The phone is in no group {jid}.")
        return group

    def _from_link(self, draft: LinkDraft) -> Written | Problem:
        link, author = self._session(draft)
        trouble = self._fails(author)
        envelope = self._addressed(draft, link, author)
        self._counter.check(draft, author, envelope.other, self._step.now)
        if envelope.other:
            trouble = self._fails(envelope.other) or trouble
        written = self._send(draft, envelope, is_lost=trouble == NOT_DELIVERED)
        return UnknownOutcome() if trouble == LOST_ANSWER else written

    def _session(self, draft: LinkDraft) -> tuple[Link, Phone]:
        link = self._step.cast.by_number.get(draft.number_id)
        if link is None:
            raise NotLinked
        author = self._step.cast.phones[link.phone]
        check_session(link, author, draft.epoch)
        check_may_send(author)
        return link, author

    def _addressed(self, draft: LinkDraft, link: Link, author: Phone) -> _Envelope:
        cast = self._step.cast
        if draft.to.group:
            group = cast.groups.get(draft.to.group)
            if group is None or not group.has(author):
                raise RecipientNotOnWhatsApp("The number is not in this group.")
            return _Envelope(author, None, group, link, draft.to)
        other = cast.by_phone.get(draft.to.phone or "") or cast.by_lid.get(draft.to.lid or "")
        if other is None or not other.on_whatsapp or other.id == author.id:
            raise RecipientNotOnWhatsApp
        return _Envelope(author, other, None, link, draft.to)

    def _fails(self, phone: Phone) -> str | None:
        """`fail_next` counts once: for the next send of the phone's own link, or of any link to the phone.

        Raises what was asked for; the answer is what goes wrong with a message that is taken.
        """
        if phone.fail_next is None or phone.id in self._used_up:
            return None
        self._used_up.add(phone.id)
        if phone.fail_next in (LOST_ANSWER, NOT_DELIVERED):
            return phone.fail_next
        raise SEND_PROBLEMS[phone.fail_next]

    # It may

    def _send(self, draft: AnyDraft, envelope: _Envelope, *, is_lost: bool = False) -> Written:
        step = self._step
        row = self._row(draft, envelope)
        sent = Sent(row, envelope.author, envelope.other, envelope.group)
        copies = [] if is_lost else [self._copy(sent, receiver) for receiver in envelope.receivers]
        self._messages.append(row)
        self._copies += copies
        self._note_names(envelope)
        tell_author(step, sent, envelope.to)
        for copy in copies:
            if copy.delivered_at:
                tell_receiver(step, sent, step.cast.phones[copy.phone])
        if copies and all(copy.delivered_at for copy in copies):
            tell_status(step, [sent], Status.DELIVERED)
        if is_lost:
            tell_failure(step, sent, UNDELIVERABLE)
        return Written(row.external_id, row.at)

    def _row(self, draft: AnyDraft, envelope: _Envelope) -> MessageRow:
        number = self._step.new_id()
        return MessageRow(
            id=MessageId(number),
            external_id=self._step.seed.message_id(number),
            author=envelope.author.id,
            chat=envelope.group.jid if envelope.group else envelope.receivers[0].phone,
            group=envelope.group.id if envelope.group else None,
            link=envelope.link.id if envelope.link else None,
            by_lid=envelope.to is not None and envelope.to.lid is not None and envelope.to.phone is None,
            client_ref=draft.client_ref if isinstance(draft, LinkDraft) else None,
            text=draft.text,
            file=draft.file,
            reply_to=draft.reply_to,
            at=self._step.now,
            category=self._counter.category(draft, envelope.author),
        )

    def _copy(self, sent: Sent, receiver: Phone) -> CopyRow:
        """A copy arrives now, later (nothing overtakes what is on its way), or waits for a phone out of reach."""
        chat = sent.group.jid if sent.group else sent.author.phone
        now, busy_until = self._step.now, self._step.cast.busy_until
        if not receiver.may_act:
            return CopyRow(sent.row.id, receiver.id, chat, due_at=None, delivered_at=None)
        if not receiver.delay_ms and receiver.id not in busy_until:
            return CopyRow(sent.row.id, receiver.id, chat, due_at=now, delivered_at=now)
        due_at = max(now + receiver.delay, busy_until.get(receiver.id, now))
        busy_until[receiver.id] = due_at
        return CopyRow(sent.row.id, receiver.id, chat, due_at, delivered_at=None)

    def _note_names(self, envelope: _Envelope) -> None:
        """A device that addresses a phone knows it by that name from now on."""
        if envelope.link and envelope.other and envelope.to:
            by = Addressing.PHONE if envelope.to.phone else Addressing.LID
            self._step.note(envelope.link, envelope.other, by)


def check_session(link: Link, phone: Phone, epoch: int) -> None:
    """A linked device does nothing in a session that was taken over, nor without a connection."""
    if link.epoch != epoch:
        raise Offline("Another gateway holds the session of this number.")
    if phone.banned:
        raise AccountRestricted("WhatsApp has banned this number.")
    if not phone.may_act:
        raise Offline


def check_may_send(phone: Phone) -> None:
    if phone.restricted:
        raise AccountRestricted


def check_may_act(phone: Phone) -> None:
    """Phones without a connection or an account do nothing."""
    if not phone.on_whatsapp:
        raise NotOnWhatsApp(f"+{phone.phone} is not on WhatsApp.")
    if phone.banned:
        raise PhoneBanned(f"WhatsApp has banned +{phone.phone}.")
    if not phone.online:
        raise PhoneOffline(f"+{phone.phone} is offline. Bring it online first.")


def check_partner(phone: Phone, other: Phone) -> None:
    if other.id == phone.id:
        raise ToItself
    if not other.on_whatsapp:
        raise NotOnWhatsApp(f"+{other.phone} is not on WhatsApp.")
