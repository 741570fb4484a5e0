"""Linking: QR codes that turn, codes to type, and sessions that one gateway holds at a time."""

from dataclasses import replace
from datetime import datetime

from tideline.connectors.simulator import history
from tideline.connectors.simulator.errors import CodeNotValid, HasNoPhone, NotLinkedHere, QrNotValid, TooManyLinks
from tideline.connectors.simulator.model import (
    CODE_LIFETIME,
    FIRST_QR,
    LINKS_PER_PHONE,
    NEXT_QR,
    QR_TURNS,
    Link,
    LinkId,
    Phone,
)
from tideline.connectors.simulator.phones import end_links
from tideline.connectors.simulator.seed import Seed
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import links as store
from tideline.connectors.simulator.store.links import PairingRow
from tideline.connectors.simulator.writing import check_may_act
from tideline.features.numbers.port import AccountState, NotLinked, Offline, PairingRef, StateChanged

# The attempt ------------------------------------------------------------------------------------------------


async def begin(step: Step, pairing: PairingRef, phone: str | None) -> None:
    """Show a QR code, or a code for this phone. What is under way stays; what has failed starts anew."""
    found = await store.pairings(step.tx, [(pairing.workspace_id, pairing.pairing_id)])
    if found and found[0].state in ("waiting", "paired"):
        return
    version = found[0].version + 1 if found else 1
    row = PairingRow(
        workspace=pairing.workspace_id,
        pairing_id=pairing.pairing_id,
        phone=phone,
        state="waiting",
        secret=(step.seed.code if phone else step.seed.qr)(pairing.workspace_id, pairing.pairing_id, version),
        turn=1,
        until=step.now + (CODE_LIFETIME if phone else FIRST_QR),
        version=version,
        error=None,
    )
    await store.save_pairing(step.tx, row)


async def turn(step: Step) -> None:
    """Replace the codes whose time is up by the next ones, or give up."""
    for pairing in await store.due_pairings(step.tx, step.now):
        await store.save_pairing(step.tx, next_turn(pairing, step.now, step.seed))


def next_turn(pairing: PairingRow, now: datetime, seed: Seed) -> PairingRow:
    version = pairing.version + 1
    if pairing.phone is not None or pairing.turn >= QR_TURNS:
        return replace(pairing, state="failed", error="expired", version=version)
    secret = seed.qr(pairing.workspace, pairing.pairing_id, version)
    return replace(pairing, secret=secret, turn=pairing.turn + 1, until=now + NEXT_QR, version=version)


async def cancel(step: Step, pairing: PairingRef) -> None:
    """The code is worth nothing any more; a link that nobody adopted goes with it."""
    ref = (pairing.workspace_id, pairing.pairing_id)
    link = await store.find_by_pairing(step.tx, *ref)
    if link and link.number_id is not None:
        return
    if link:
        await store.forget(step.tx, link.id)
    for row in await store.pairings(step.tx, [ref]):
        await store.save_pairing(step.tx, replace(row, state="cancelled", error="cancelled", version=row.version + 1))


# On the phone -----------------------------------------------------------------------------------------------


async def scan(step: Step, digits: str, qr: str) -> LinkId:
    """The phone scans a QR code and gets a linked device."""
    phone = await step.phone(digits)
    check_may_act(phone)
    pairing = await store.find_waiting(step.tx, qr)
    if pairing is None or pairing.phone is not None or pairing.until <= step.now:
        raise QrNotValid
    return await _link(step, phone, pairing)


async def enter_code(step: Step, digits: str, code: str) -> LinkId:
    """The owner types the code that Tideline shows for this phone."""
    phone = await step.phone(digits)
    check_may_act(phone)
    pairing = await store.find_waiting(step.tx, code.replace("-", "").replace(" ", "").upper())
    if pairing is None or pairing.phone != digits or pairing.until <= step.now:
        raise CodeNotValid
    return await _link(step, phone, pairing)


async def _link(step: Step, phone: Phone, pairing: PairingRow) -> LinkId:
    if phone.business is not None:
        raise HasNoPhone
    if len(step.links_of(phone)) >= LINKS_PER_PHONE:
        raise TooManyLinks
    link = Link(LinkId(step.new_id()), phone.id, None, 0, is_open=False)
    await store.insert_link(step.tx, link, pairing.workspace, pairing.pairing_id, step.now)
    await store.save_pairing(step.tx, replace(pairing, state="paired", version=pairing.version + 1))
    await history.hand_over(step, link, phone)
    return link.id


async def unlink_phone(step: Step, digits: str) -> int:
    """The owner ends all links on the phone."""
    phone = await step.phone(digits)
    if not step.links_of(phone):
        raise NotLinkedHere(f"The phone +{digits} has no linked device.")
    return await end_links(step, phone, "The link was ended on the phone.")


# On Tideline's side -----------------------------------------------------------------------------------------


async def adopt(step: Step, pairing: PairingRef, number_id: int) -> bool:
    """The session of a pairing belongs to this number from now on; an older link of the number is over.

    Says whether that is news.
    """
    link = await store.find_by_pairing(step.tx, pairing.workspace_id, pairing.pairing_id)
    if link is None:
        raise NotLinked
    if link.number_id == number_id:
        return False
    older = await store.find_by_number(step.tx, number_id)
    if older:
        await store.hand_over(step.tx, older.id, link.id)
    await store.adopt(step.tx, link.id, number_id)
    return True


async def open_session(step: Step, number_id: int, epoch: int) -> None:
    """A gateway takes the session; the number's state is the last thing on its queue."""
    link = await store.find_by_number(step.tx, number_id)
    if link is None:
        raise NotLinked
    if not await store.open_session(step.tx, link.id, epoch, step.now):
        raise Offline("Another gateway holds the session of this number.")
    await step.load(ids=[link.phone])
    state, reason = step.cast.phones[link.phone].link_state
    if link.is_ended:
        state, reason = AccountState.UNLINKED, "The link was ended on the phone."
    step.tell(link, StateChanged(state, reason))


async def unlink(step: Step, number_id: int) -> None:
    """Tideline ends the link and forgets it; nothing to do where there is none."""
    link = await store.find_by_number(step.tx, number_id)
    if link:
        await store.forget(step.tx, link.id)
