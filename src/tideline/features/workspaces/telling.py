"""Tells every workspace of a person what happened to their account: the log of each is read by its own admins."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tideline.features.workspaces.model import PersonId, Teammate
from tideline.features.workspaces.store import people, teammates
from tideline.platform.db import SystemTx
from tideline.platform.facts import Actor, NewFact, Way

MOST_WORKSPACES: Final = 50


async def tell(tx: SystemTx, person: PersonId, fact: Callable[[Teammate], NewFact], *, by: Way | Actor) -> None:
    """`by` is the way they came in themselves, or somebody else who did it to them."""
    for workspace_id in (await people.list_memberships(tx, person))[:MOST_WORKSPACES]:
        async with tx.workspace(workspace_id) as own:
            member, _ = await teammates.find_person(own, person)
            if member is None:
                continue
            actor = by if isinstance(by, Actor) else Actor("teammate", member.id, by)
            own.record(replace(fact(member), actor=actor))
