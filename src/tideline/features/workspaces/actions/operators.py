"""People who look after the installation: they see its partners, whichever workspace they are in."""

from collections.abc import Sequence

from tideline.features.workspaces import events, names
from tideline.features.workspaces.errors import NotOperator, TeammateNotFound
from tideline.features.workspaces.model import PersonId
from tideline.features.workspaces.store import operators as store
from tideline.features.workspaces.store import people
from tideline.features.workspaces.store.operators import Operator
from tideline.features.workspaces.telling import tell
from tideline.platform.db import SystemTx


async def add_operator(tx: SystemTx, email: str) -> None:
    """Somebody who can sign in looks after the installation from now on."""
    person = await _person(tx, email)
    if await store.insert(tx, person):
        await tell(tx, person, lambda one: events.operator_changed(one, is_operator=True), by=tx.actor)


async def remove_operator(tx: SystemTx, email: str) -> None:
    person = await _person(tx, email)
    if not await store.delete(tx, person):
        raise NotOperator
    await tell(tx, person, lambda one: events.operator_changed(one, is_operator=False), by=tx.actor)


async def list_operators(tx: SystemTx) -> Sequence[Operator]:
    return await store.list_all(tx)


async def ensure_operator(tx: SystemTx, person: PersonId) -> None:
    """Refuse everybody else; who is one stays one while this transaction runs."""
    if not await store.hold(tx, person):
        raise NotOperator


async def _person(tx: SystemTx, email: str) -> PersonId:
    login = await people.find_login(tx, names.clean_email(email))
    if login is None:
        raise TeammateNotFound(f"Nobody who can sign in here has the address {email}.")
    return login.person_id
