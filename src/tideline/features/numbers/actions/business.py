"""Numbers without a phone behind them: the Business Platform speaks for them, so there is nothing to scan."""

from tideline.features import workspaces
from tideline.features.numbers import events, states
from tideline.features.numbers.actions import numbers
from tideline.features.numbers.errors import PhoneAlreadyLinked
from tideline.features.numbers.model import Change, FactKind, Number, NumberKind, NumberState, Owner
from tideline.features.numbers.store import leases as lease_store
from tideline.features.numbers.store import numbers as store
from tideline.platform.db import Tx


async def add_business(tx: Tx, phone: str, *, owner_id: int, name: str, kind: NumberKind = NumberKind.CLOUD) -> Number:
    """A business number, ready for any gateway to take. A number whose link has ended comes back with all its chats.

    Raises PhoneAlreadyLinked while the phone is in the workspace and well.
    """
    teammate = await workspaces.get_teammate(tx, workspaces.TeammateId(owner_id))
    owner = Owner(teammate.id, teammate.display_name, teammate.email, teammate.team_id)
    number_id = await store.insert(
        tx, kind, phone, jid=numbers.jid_of(phone), lid=None, name=name, owner_id=owner.id, is_business=True
    )
    if number_id is None:
        return await _add_again(tx, phone, kind, owner, name)
    number = await numbers.get(tx, number_id)
    await lease_store.insert_free(tx, number_id, kind)
    tx.record(events.fact(Change(number, NumberState.UNLINKED, FactKind.CONNECTED)))
    tx.wake(numbers.NUMBERS_TOPIC)
    return number


async def _add_again(tx: Tx, phone: str, kind: NumberKind, owner: Owner, name: str) -> Number:
    known = await numbers.find_by_phone(tx, phone)
    assert known
    await lease_store.lock(tx, known.id)
    number = await numbers.lock(tx, known.id)
    if not number.is_gone:
        raise PhoneAlreadyLinked(number.is_paused)
    change = states.added_again(number, kind, owner, name, tx.now)
    await numbers.apply(tx, change)
    await lease_store.set_free(tx, number.id, kind)
    return change.number
