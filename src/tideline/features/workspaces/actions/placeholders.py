"""Places without people: who holds one cannot sign in, because nobody reads its address. Numbers belong to them."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from tideline.features.workspaces import events, names
from tideline.features.workspaces.actions.create import reserve
from tideline.features.workspaces.actions.membership import lock_team
from tideline.features.workspaces.actions.quotas import notice_seats
from tideline.features.workspaces.actions.team import get_team
from tideline.features.workspaces.errors import NoSeatLeft
from tideline.features.workspaces.model import DEFAULT_TEAM, Role, TeamId, Teammate, TeammateId, Workspace
from tideline.features.workspaces.store import people, teammates, teams
from tideline.features.workspaces.store import workspaces as store
from tideline.platform.db import SystemTx, Tx


async def create_with_placeholder(
    tx: SystemTx,
    *,
    display_name: str,
    zone: str,
    seats: int,
    plan: str,
    messages_quota: int,
    api_calls_quota: int,
    transactions_quota: int,
    mail_domain: str,
    billing_anchor: date | None = None,
) -> Workspace:
    """Open a workspace whose owner is a placeholder with a seat, and which has no token yet."""
    name = names.clean_name(display_name)
    slug = names.slug_from(name)
    workspace = Workspace(
        id=await reserve(tx, slug),
        slug=slug,
        display_name=name,
        plan=plan,
        zone=names.clean_zone(zone),
        seats=names.clean_amount(seats, least=1),
        messages_quota=messages_quota,
        api_calls_quota=api_calls_quota,
        billing_anchor=billing_anchor or tx.now.astimezone(ZoneInfo(zone)).date(),
        suspended_at=None,
        created_at=tx.now,
        transactions_quota=transactions_quota,
    )
    async with tx.workspace(workspace.id) as own:
        await store.insert(own, workspace)
        team = await teams.insert(own, DEFAULT_TEAM)
        assert team is not None
        [owner] = await _seat(own, 1, f"{name} Owner", Role.OWNER, team.id, f"{slug}@{mail_domain}")
        own.record(events.workspace_created(workspace, owner))
        await notice_seats(own)
    return workspace


async def add_placeholders(tx: Tx, count: int, *, mail_domain: str) -> Sequence[Teammate]:
    """So many agents, each with a seat, or none of them: `NoSeatLeft`."""
    seats = await lock_team(tx)
    free = max(0, seats - await teammates.count_seated(tx))
    if count > free:
        raise NoSeatLeft(f"Requested {count} {_plural(count, 'user')}, {free} {_plural(free, 'seat')} free.")
    workspace = await store.find(tx)
    assert workspace is not None
    team = await get_team(tx, DEFAULT_TEAM)
    made = await _seat(tx, count, "Agent #", Role.AGENT, team.id, f"{workspace.slug}@{mail_domain}")
    for one in made:
        tx.record(events.teammate_joined(one))
    await notice_seats(tx)
    return made


async def _seat(tx: Tx, count: int, name: str, role: Role, team_id: TeamId, address: str) -> list[Teammate]:
    """`#` in the name is the id, which stands before the address too."""
    ids = await teammates.reserve_ids(tx, count)
    places = [
        teammates.Placeholder(one, email=f"{one}-{address}", display_name=name.replace("#", str(one))) for one in ids
    ]
    persons = await people.insert_many(tx, [place.email for place in places])
    await teammates.insert_placeholders(tx, places, persons, role=role, team_id=team_id)
    found = await teammates.find_many(tx, [TeammateId(one) for one in ids])
    return sorted(found, key=lambda teammate: teammate.id)


def _plural(count: int, noun: str) -> str:
    verb = (" is" if count == 1 else " are") if noun == "seat" else ""
    return f"{noun}{'' if count == 1 else 's'}{verb}"
