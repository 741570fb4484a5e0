"""What roles see and may do is what docs/roles.md tells people."""

import pytest

from tests.support import roles
from tideline.features import workspaces
from tideline.features.workspaces import MAY, VIEWS, Action, PermissionDenied, Role


def test_the_page_and_the_program_agree_on_who_sees_what() -> None:
    assert roles.views() == VIEWS


def test_the_page_and_the_program_agree_on_who_may_do_what() -> None:
    assert {line.action: line.roles for line in roles.lines()} == MAY


@pytest.mark.parametrize("action", Action)
def test_the_owner_may_do_everything(action: Action) -> None:
    workspaces.ensure_may(Role.OWNER, action)


@pytest.mark.parametrize("action", Action)
def test_what_a_role_may_not_do_is_a_problem(action: Action) -> None:
    for role in Role:
        if workspaces.may(role, action):
            workspaces.ensure_may(role, action)
        else:
            with pytest.raises(PermissionDenied):
                workspaces.ensure_may(role, action)
