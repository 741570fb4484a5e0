"""Reading numbers, and what changes their state: reports of the connector, pause, resume, unlink."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from tideline.features.numbers import events, states
from tideline.features.numbers.actions import commands
from tideline.features.numbers.commands import Unlink
from tideline.features.numbers.errors import NoConnectedNumber, NumberNotFound
from tideline.features.numbers.model import Change, Number, NumberId, NumberState
from tideline.features.numbers.port import NumberInfo, StateChanged
from tideline.features.numbers.store import checks
from tideline.features.numbers.store import numbers as store
from tideline.platform import lanes
from tideline.platform.db import Tx

NUMBERS_TOPIC = "numbers"  # a number changed its state; gateways and screens look again


async def get(tx: Tx, number_id: int) -> Number:
    number = await store.find(tx, number_id)
    if number is None:
        raise NumberNotFound
    return number


async def get_many(tx: Tx, ids: Collection[int]) -> dict[NumberId, Number]:
    """Those of the numbers that exist in this workspace."""
    return {number.id: number for number in await store.find_many(tx, list(ids))}


async def lock(tx: Tx, number_id: int) -> Number:
    """The number, held for this transaction. It is the first lock of all, before chats."""
    number = await store.lock(tx, number_id)
    if number is None:
        raise NumberNotFound
    return number


async def find_by_jid(tx: Tx, jid: str) -> Number | None:
    return await store.find_by_jid(tx, jid)


async def find_by_phone(tx: Tx, phone: str) -> Number | None:
    """The number with this phone, given as bare digits."""
    return await store.find_by_jid(tx, jid_of(phone))


async def default_sender(tx: Tx) -> Number:
    """Who sends when nobody is named: the linked number that was connected last, of those that are connected now."""
    number = await store.find_default_sender(tx)
    if number is None:
        raise NoConnectedNumber
    return number


async def list_numbers(tx: Tx, *, is_business: bool | None = None) -> list[Number]:
    """All numbers of the workspace, connected or not, the one connected last first; or those of one kind."""
    found = await store.list_all(tx)
    return found if is_business is None else [number for number in found if number.is_business is is_business]


async def report(tx: Tx, number_id: int, reports: Sequence[StateChanged]) -> Number:
    """Take in what a connector said about the state of a number, in its order."""
    number = await lock(tx, number_id)
    for said in reports:
        number = await _make(tx, number, states.report(number, said, tx.now))
    return number


async def hold_new_chats(tx: Tx, number_id: int, until: datetime | None) -> Number:
    """WhatsApp takes no messages to new people from this number, until then or for a day."""
    return await _change(tx, number_id, lambda number: states.hold_new_chats(number, until, tx.now))


async def pass_on(tx: Tx, number_id: int) -> Number:
    """What WhatsApp had forbidden until a time that is over, is allowed again."""
    return await _change(tx, number_id, lambda number: states.pass_on(number, tx.now))


async def keep_check(tx: Tx, number_id: int, told: NumberInfo) -> None:
    """What WhatsApp said about a phone when it was asked."""
    await checks.keep(tx, number_id, told.phone, is_on_whatsapp=told.is_on_whatsapp)


async def pause(tx: Tx, number_id: int) -> Number:
    """Stop receiving and sending. What is waiting to be sent keeps waiting."""
    return await _change(tx, number_id, lambda number: states.pause(number, tx.now))


async def resume(tx: Tx, number_id: int) -> Number:
    """Go on after a pause."""
    return await _change(tx, number_id, lambda number: states.resume(number, tx.now))


async def pause_many(tx: Tx, ids: Collection[int]) -> None:
    """The same for many, by as many statements as for one; those that are not linked any more stay as they are."""
    await _change_many(tx, ids, lambda number: states.pause(number, tx.now))


async def resume_many(tx: Tx, ids: Collection[int]) -> None:
    await _change_many(tx, ids, lambda number: states.resume(number, tx.now))


async def unlink(tx: Tx, number_id: int, reason: str = "removed") -> Number:
    """End the link on WhatsApp's side too. Chats and messages stay, and linking the phone again continues them."""
    number = await lock(tx, number_id)
    change = states.unlink(number, tx.now, reason)
    if change:
        commands.order(tx, number_id, [Unlink(linked_at=number.connected_at)])
    return await _make(tx, number, change)


async def _change(tx: Tx, number_id: int, decide: Callable[[Number], Change | None]) -> Number:
    number = await lock(tx, number_id)
    return await _make(tx, number, decide(number))


async def _make(tx: Tx, number: Number, change: Change | None) -> Number:
    if change is None:
        return number
    await apply(tx, change)
    return change.number


async def _change_many(tx: Tx, ids: Collection[int], decide: Callable[[Number], Change | None]) -> None:
    linked = [number for number in await store.lock_many(tx, list(ids)) if not number.is_gone] if ids else []
    changes = [change for number in linked if (change := decide(number))]
    if not changes:
        return
    await store.save_states(tx, [change.number for change in changes])
    _tell(tx, changes)


async def apply(tx: Tx, change: Change) -> None:
    """Save a change with its fact, keep the sending lane in step, and tell the gateways."""
    await store.save(tx, change.number)
    _tell(tx, [change])


def _tell(tx: Tx, changes: Sequence[Change]) -> None:
    for change in changes:
        tx.record(events.fact(change))
    tx.wake(NUMBERS_TOPIC)
    paused = [one.number.id for one in changes if one.number.is_paused and one.before is not NumberState.PAUSED]
    resumed = [one.number.id for one in changes if not one.number.is_paused and one.before is NumberState.PAUSED]
    if paused:
        tx.before_commit(lambda last: lanes.pause(last, commands.SEND_LANE, *paused))
    if resumed:
        tx.before_commit(lambda last: lanes.resume(last, commands.SEND_LANE, *resumed))


def jid_of(phone: str) -> str:
    return f"{phone}@s.whatsapp.net"
