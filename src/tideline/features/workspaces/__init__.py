"""Workspaces: tenants, their people, tokens, sign-in and quotas. This is the face other features may import.

`access` is the one `Access(db, keyring, wakes)` of the program; functions that make or end secrets take it.
Functions of one workspace (first argument a `Tx`):

* `get_workspace(tx) -> Workspace`, `get_owner(tx) -> Teammate`, `get_teammate(tx, id) -> Teammate`,
  `find_teammate(tx, email=...) -> Teammate | None` (neither finds removed people),
  `find_teammates(tx, ids) -> dict[TeammateId, Teammate]` (removed ones too), `list_teammates(tx)`, `list_teams(tx)`
* `create_team(tx, title) -> Team`, `invite(tx, access, *, email, role=..., team=None, display_name="") -> Invited`,
  `reset_link(tx, access, teammate_id) -> str`, `sign_in_link(tx, access, teammate_id) -> str`,
  `change_role(tx, access, teammate_id, role)`, `suspend`, `restore`, `remove(tx, access, teammate_id)`
* `create_token(tx, access, teammate_id, *, scopes=(), expires_at=None) -> str`, `show_token`, `rotate_token`
* `quotas(tx) -> Quotas`, `charge(tx, wanted) -> list[Charge | None]`, `refund(tx, charges)`, `top_up(tx, credits)`

Across workspaces (a `SystemTx`): `create(tx, access, *, display_name, owner_email, zone, ...) -> Created`,
`find_workspace_id(tx, slug)`, `get_workspace_id(tx, slug)`, `list_workspaces(tx)`, `reencrypt_tokens(db, access) -> int`.

Objects of the program: `Access.authenticate(token) -> Caller`, `ApiCalls(db).spend(workspace_id)`,
`SignIn(db, access, passwords)` with `sign_in`, `sign_in_by_link`, `accept_invitation`, `reset_password`,
`get_session`, `sign_out`.
"""

from tideline.features.workspaces.model import (
    Caller,
    Created,
    Invited,
    NewSession,
    PersonId,
    Role,
    Session,
    Status,
    Team,
    TeamId,
    Teammate,
    TeammateId,
    Workspace,
    WorkspaceId,
)
from tideline.features.workspaces.periods import Balance, Charge, Kind, Period, Quota, Quotas

__all__ = [
    "Balance",
    "Caller",
    "Charge",
    "Created",
    "Invited",
    "Kind",
    "NewSession",
    "Period",
    "PersonId",
    "Quota",
    "Quotas",
    "Role",
    "Session",
    "Status",
    "Team",
    "TeamId",
    "Teammate",
    "TeammateId",
    "Workspace",
    "WorkspaceId",
]
