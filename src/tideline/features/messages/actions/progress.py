"""News about messages of ours: receipts, WhatsApp's ids, and what nobody knows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from tideline.features import chats, numbers, workspaces
from tideline.features.chats import Company
from tideline.features.messages import wording
from tideline.features.messages.events import Told
from tideline.features.messages.model import Failure, MessageUid, Status
from tideline.features.messages.statuses import Progress, Receipt
from tideline.features.messages.store import states, twins, views
from tideline.features.messages.store.states import Sent
from tideline.features.numbers import Number
from tideline.features.numbers.port import FailureReason, Peer, StatusChanged
from tideline.platform.db import SystemTx, Tx

EARLY_RECEIPTS_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took a message and calls it so."""

    external_id: str
    at: datetime


async def take_receipts(tx: Tx, number: Number, company: Company, told: Sequence[StatusChanged]) -> None:
    """Bring messages forward. Receipts for sends that are being recorded right now are kept for them."""
    claims = _by_message(told)
    found = await states.lock_external(tx, number.id, claims.keys())
    if missing := claims.keys() - found.keys():
        found |= await _late_or_early(tx, number, company, {name: claims[name] for name in missing})
    known = await chats.get_many(tx, {sent.chat_id for sent in found.values()})
    changed = []
    for external_id, sent in found.items():
        receipts = [receipt for peer, receipt in claims[external_id] if company.may_be_of(known[sent.chat_id], peer)]
        changed.append((sent, _after(sent, receipts)))
    await save(tx, number, changed)


Claims = dict[str, list[tuple[Peer, Receipt]]]
"""What peers say about messages, by WhatsApp's ids."""


def _by_message(told: Sequence[StatusChanged]) -> Claims:
    claims: Claims = defaultdict(list)
    for event in told:
        receipt = Receipt.of(
            event.status,
            event.at,
            wording.received(event.error),
            reason=_told(event.failure),
            pricing=event.pricing,
        )
        for external_id in event.external_ids:
            claims[external_id].append((event.chat, receipt))
    return claims


def _told(reason: FailureReason | None) -> FailureReason | None:
    """WhatsApp's words as the database can keep them."""
    if reason is None:
        return None
    title, details = wording.received(reason.title) or "", wording.received(reason.details) or ""
    return FailureReason(reason.code, title, details)


async def _late_or_early(tx: Tx, number: Number, company: Company, claims: Claims) -> dict[str, Sent]:
    """The send is being recorded: wait for it and look again. It is still open: keep the receipts for then, if they
    come from somebody to whom something is being sent.

    Otherwise they are about something from before this number was linked.
    """
    in_doubt = await chats.get_many(tx, await states.lock_in_doubt(tx, number.id))
    found = await states.lock_external(tx, number.id, claims.keys())
    early = {
        external_id: receipts
        for external_id, some in claims.items()
        if external_id not in found
        and (receipts := [r for peer, r in some if any(company.may_be_of(chat, peer) for chat in in_doubt.values())])
    }
    if early:
        await states.keep_early(tx, number.id, early)
    return found


def _after(sent: Sent, receipts: Sequence[Receipt]) -> Sent:
    progress = sent.progress
    data = sent.data
    for receipt in receipts:
        progress = progress.after(receipt)
        if receipt.pricing:
            data = {**data, "pricing": dict(receipt.pricing)}
    return renewed(replace(sent, data=data), progress)


def renewed(sent: Sent, progress: Progress) -> Sent:
    """The message with this progress. What failed costs nothing, unless nobody knows whether it failed."""
    data = {key: value for key, value in sent.data.items() if key != "outcome"}
    if progress.is_unknown:
        data["outcome"] = "unknown"
    is_refunded = progress.status is Status.FAILED and not progress.is_unknown
    return replace(sent, progress=progress, charge=None if is_refunded else sent.charge, data=data)


async def accept(tx: Tx, number: Number, accepted: Mapping[MessageUid, Accepted]) -> set[MessageUid]:
    """WhatsApp has these messages; the answer names those that this number sent.

    What came in under WhatsApp's id before we knew that it was ours is taken back, and receipts that were waiting
    count from now on.
    """
    held = await states.lock(tx, accepted.keys(), number.id)
    names = {accepted[uid].external_id: uid for uid in held}
    twins_heard = await twins.dissolve(tx, number.id, names)
    early = await states.take_early(tx, number.id, names.keys())
    changed = []
    for uid, sent in held.items():
        here = accepted[uid]
        heard = [*twins_heard.get(here.external_id, ()), *early.get(here.external_id, ())]
        receipts = [Receipt(Status.SENT, here.at), *heard]
        changed.append((sent, replace(_after(sent, receipts), external_id=here.external_id)))
    await save(tx, number, changed)
    return set(held)


async def refuse(tx: Tx, number: Number, uid: MessageUid, failure: Failure) -> None:
    """WhatsApp did not take this message and never will. An echo that says otherwise may have come first."""
    for sent in (await states.lock(tx, [uid], number.id)).values():
        if sent.progress.status in (Status.PENDING, Status.SENDING):
            await save(tx, number, [(sent, renewed(sent, sent.progress.failed(failure, tx.now)))])


async def workspaces_in_doubt(tx: SystemTx, older_than: timedelta) -> list[int]:
    """Where `settle_unknown` has something to do."""
    return await states.list_workspaces_in_doubt(tx, tx.now - older_than, tx.now - EARLY_RECEIPTS_KEPT)


async def settle_unknown(tx: Tx, older_than: timedelta) -> int:
    """Give up on messages that nobody has vouched for in this time. Their credits stay taken until somebody decides."""
    await states.drop_early(tx, tx.now - EARLY_RECEIPTS_KEPT)
    by_number: dict[int, list[MessageUid]] = defaultdict(list)
    for uid, number_id in await states.list_in_doubt(tx, tx.now - older_than):
        by_number[number_id].append(uid)
    settled = 0
    for number_id, uids in sorted(by_number.items()):
        number = await numbers.get(tx, number_id)
        await _believe_receipts(tx, number)
        held = (await states.lock(tx, uids, number_id)).values()
        open_ones = [sent for sent in held if sent.progress.status is Status.SENDING]
        await save(tx, number, [(sent, renewed(sent, sent.progress.unknown(tx.now))) for sent in open_ones])
        settled += len(open_ones)
    return settled


async def _believe_receipts(tx: Tx, number: Number) -> None:
    """Somebody to whom one message is in doubt has told that one message arrived, by a name that nobody else has: it
    is that one. What is typed on the phone has its name from the start."""
    doubted, early = await states.list_doubted(tx, number.id), await states.list_early(tx, number.id)
    if len(doubted) == len(early) == 1:
        [(external_id, at)] = early.items()
        await accept(tx, number, {doubted[0].uid: Accepted(external_id, at)})


async def save(tx: Tx, number: Number, changed: Collection[tuple[Sent, Sent]]) -> None:
    """Write what changed, give back what failed messages cost, and record each change of a state."""
    news = [(before, now) for before, now in changed if before != now]
    if not news:
        return
    await states.save(tx, [now for _, now in news])
    given_back = [before.charge for before, now in news if before.charge and not now.charge]
    if given_back:
        tx.before_commit(lambda last: workspaces.refund(last, given_back))
    moved = {now.uid: before for before, now in news if before.progress.status is not now.progress.status}
    if moved:
        await _record(tx, number, moved)


async def _record(tx: Tx, number: Number, moved: Mapping[MessageUid, Sent]) -> None:
    told = Told(number)
    known = await chats.get_many(tx, {sent.chat_id for sent in moved.values()})
    shown = await views.find_many(tx, moved.keys(), known)
    for uid, before in moved.items():
        message = shown[uid]
        status = before.progress.status
        if number.is_business and message.status == Status.READ and status is not Status.DELIVERED:
            # Who counts deliveries counts this one as well, also when both news came at once, or only the last.
            arrived = msgspec.structs.replace(message, status=Status.DELIVERED.value)
            tx.record(told.fact("MessageStatusChanged", known[message.chat_id], arrived, status_before=status.value))
            status = Status.DELIVERED
        tx.record(told.fact("MessageStatusChanged", known[message.chat_id], message, status_before=status.value))
