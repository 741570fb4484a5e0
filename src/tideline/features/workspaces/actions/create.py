"""Open a workspace, and find the ones that are there."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from tideline.features.workspaces import events, names
from tideline.features.workspaces.access import Access
from tideline.features.workspaces.actions.links import issue_link
from tideline.features.workspaces.actions.team import get_owner
from tideline.features.workspaces.actions.tokens import create_token
from tideline.features.workspaces.errors import SlugTaken, WorkspaceNotFound
from tideline.features.workspaces.model import (
    DEFAULT_TEAM,
    Created,
    FirstWorkspace,
    PersonId,
    Purpose,
    Role,
    Teammate,
    TeammateId,
    Workspace,
    WorkspaceId,
)
from tideline.features.workspaces.store import people, teammates, teams
from tideline.features.workspaces.store import workspaces as store
from tideline.platform.db import SystemTx, Tx

FIRST_SLUG = "workspace"
PLAN = "Business"
SEATS = 100
MESSAGES = 1_000_000
API_CALLS = 10_000_000


async def create(
    tx: SystemTx,
    access: Access,
    *,
    display_name: str,
    owner_email: str,
    zone: str,
    messages_quota: int = MESSAGES,
    api_calls_quota: int = API_CALLS,
    slug: str | None = None,
    owner_name: str = "",
    plan: str = PLAN,
    seats: int = SEATS,
    billing_anchor: date | None = None,
) -> Created:
    """Open a workspace with its owner, who is active at once, the team `Default`, and a token for the owner.

    The slug follows from the display name unless it is given. The billing day is today's, in the zone, unless
    an anchor is given.
    """
    name = names.clean_name(display_name)
    email = names.clean_email(owner_email)
    slug = names.clean_slug(slug) if slug else names.slug_from(name)
    workspace = Workspace(
        id=await reserve(tx, slug),
        slug=slug,
        display_name=name,
        plan=names.clean_name(plan),
        zone=names.clean_zone(zone),
        seats=names.clean_amount(seats, least=1),
        messages_quota=names.clean_amount(messages_quota),
        api_calls_quota=names.clean_amount(api_calls_quota),
        billing_anchor=billing_anchor or tx.now.astimezone(ZoneInfo(zone)).date(),
        suspended_at=None,
        created_at=tx.now,
    )
    async with tx.workspace(workspace.id) as own:
        await store.insert(own, workspace)
        owner = await _seat_owner(own, email, owner_name)
        own.record(events.workspace_created(workspace, owner))
        return Created(
            workspace_id=workspace.id,
            slug=slug,
            owner_id=owner.id,
            sign_in_token=await issue_link(own, access, Purpose.SIGN_IN, owner.person_id),
            api_token=await create_token(own, access, owner.id),
        )


async def open_first(tx: SystemTx, access: Access, first: FirstWorkspace) -> PersonId:
    """The workspace of whoever sets up a new installation. Any name will do, also one of which no slug can be made."""
    created = await create(
        tx,
        access,
        display_name=first.display_name,
        owner_email=first.owner_email,
        owner_name=first.owner_name,
        zone=first.zone,
        slug=names.find_slug(first.display_name) or FIRST_SLUG,
        messages_quota=first.messages_quota,
        api_calls_quota=first.api_calls_quota,
    )
    async with tx.workspace(created.workspace_id) as own:
        return (await get_owner(own)).person_id


async def get_workspace(tx: Tx) -> Workspace:
    """The workspace of this transaction."""
    workspace = await store.find(tx)
    if workspace is None:
        raise WorkspaceNotFound
    return workspace


async def find_workspace_id(tx: SystemTx, slug: str) -> WorkspaceId | None:
    """The id behind a slug, whatever somebody typed."""
    return await store.find_id(tx, slug) if names.is_slug(slug) else None


async def get_workspace_id(tx: SystemTx, slug: str) -> WorkspaceId:
    found = await find_workspace_id(tx, slug)
    if found is None:
        raise WorkspaceNotFound
    return found


async def list_workspaces(tx: SystemTx) -> Sequence[Workspace]:
    """Every workspace of this installation, the oldest first."""
    return await store.list_all(tx)


async def reserve(tx: SystemTx, slug: str) -> WorkspaceId:
    """A new workspace's id."""
    workspace_id = await store.reserve_slug(tx, slug)
    if workspace_id is None:
        raise SlugTaken(f"The identifier {slug} is taken.")
    return workspace_id


async def _seat_owner(tx: Tx, email: str, name: str) -> Teammate:
    team = await teams.insert(tx, DEFAULT_TEAM)
    assert team is not None
    person = await people.find_or_create(tx, email)
    owner_id: TeammateId = await teammates.put(
        tx,
        person,
        email=email,
        display_name=names.person_name(name, email),
        role=Role.OWNER,
        team_id=team.id,
        invited_until=None,
    )
    await people.add_membership(tx, person)
    owner = await teammates.find(tx, owner_id)
    assert owner is not None
    return owner
