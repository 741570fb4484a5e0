"""Tokens of every role: each operation is allowed or refused as docs/roles.md says."""

from collections import defaultdict

import pytest

from tests.support import roles
from tests.support.api_world import Place
from tideline.features import workspaces
from tideline.features.workspaces import Role
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.not_built import NOT_BUILT

REFUSED = {scope: line.roles for line in roles.lines() for scope in line.scopes}
OPERATIONS = [operation for operation in public_api().operations.values() if operation.id not in NOT_BUILT]


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_call_what_the_page_says_and_nothing_else(shop: Place, role: Role) -> None:
    api = shop.api if role is Role.OWNER else (await shop.member(role)).api
    for operation in OPERATIONS:
        answer = await api.request(operation.method, _path(operation), {})
        is_refused = answer.status == 403 and answer.json["error_code"] == "permission_denied"
        assert is_refused is (role not in REFUSED.get(operation.scope, Role)), operation.id


def _path(operation: Operation) -> str:
    return operation.path.format_map(defaultdict(lambda: "2000000000"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_the_older_lists_show_the_whole_workspace_to_every_role(shop: Place, role: Role) -> None:
    message = await shop.hear(await shop.link())
    api = (await shop.member(role)).api
    assert [chat["id"] for chat in (await api.data("/chats"))["chats"]] == [message.chat_id]
    assert (await api.data(f"/chats/{message.chat_id}"))["id"] == message.chat_id
    assert [one["uid"] for one in (await api.data(f"/chats/{message.chat_id}/messages"))["messages"]] == [
        str(message.uid)
    ]


async def test_a_new_role_counts_at_once(shop: Place) -> None:
    agent = await shop.member(Role.AGENT)
    invitation = {"email": "new@harbour.example"}
    assert (await agent.api.post("/workspace/invitations", invitation)).status == 403
    await shop.run(workspaces.change_role, agent.id, Role.ADMIN)
    assert (await agent.api.post("/workspace/invitations", invitation)).status == 200
    await shop.run(workspaces.change_role, agent.id, Role.AGENT)
    assert (await agent.api.post("/workspace/invitations", invitation)).status == 403
