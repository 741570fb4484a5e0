"""The workspace itself: its plan and quotas, its numbers, its people."""

from tideline.features import numbers, workspaces
from tideline.features.chats import Sight
from tideline.features.workspaces import ApiCalls, Caller
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire


@operation("listWhatsappAccounts")
async def list_whatsapp_accounts(tx: Tx, show: Wire) -> shapes.WhatsappAccounts:
    return show.whatsapp_accounts(await numbers.list_numbers(tx, is_business=False))


@operation("listWhatsappAccountsV2")
async def list_own_whatsapp_accounts(tx: Tx, caller: Caller, show: Wire) -> shapes.OwnWhatsappAccounts:
    sight = Sight.of(await workspaces.get_teammate(tx, caller.teammate_id))
    found = await numbers.list_numbers(tx, is_business=False)
    return show.own_whatsapp_accounts((one, sight is None or sight.has_number(one)) for one in found)


@operation("getWorkspace")
async def get_workspace(tx: Tx, caller: Caller, api_calls: ApiCalls, show: Wire) -> shapes.Workspace:
    workspace, quotas = await workspaces.get_workspace(tx), await workspaces.quotas(tx)
    return show.workspace(workspace, quotas, api_calls.pending(caller.workspace_id))


@operation("getWorkspaceQuotas")
async def get_workspace_quotas(tx: Tx, caller: Caller, api_calls: ApiCalls, show: Wire) -> shapes.QuotaSet:
    return show.quota_set(await workspaces.quotas(tx), api_calls.pending(caller.workspace_id))


@operation("listTeammates")
async def list_teammates(tx: Tx, show: Wire) -> shapes.TeammateList:
    teams, teammates = await workspaces.list_teams(tx), await workspaces.list_teammates(tx)
    return show.teammate_list(teams, teammates, await numbers.list_numbers(tx, is_business=False), tx.now)


@operation("getOwnTeammate")
async def get_own_teammate(tx: Tx, caller: Caller, show: Wire) -> shapes.Teammate:
    teammate = await workspaces.get_teammate(tx, caller.teammate_id)
    return show.teammate(teammate, await numbers.list_numbers(tx, is_business=False), tx.now)
