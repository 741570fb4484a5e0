"""Which permission an operation needs. The contract's tag and verb say it, so that operations to come are covered."""

from collections.abc import Mapping
from typing import Final

from tideline.features.workspaces import Action, Caller, ensure_may
from tideline.platform.contract.document import Operation

NEEDS: Final[Mapping[str, Action]] = {
    "teammates:write": Action.PEOPLE,
    "webhooks:read": Action.WEBHOOKS,
    "webhooks:write": Action.WEBHOOKS,
    "events:read": Action.WEBHOOKS,
    "waba-accounts:write": Action.ALL_NUMBERS,
}
"""By scope. What is not named here everybody with a token may do."""


def ensure_allowed(caller: Caller, operation: Operation) -> None:
    """The token has to reach that far, and its teammate has to be allowed to do it."""
    caller.ensure_scope(operation.scope)
    if needed := NEEDS.get(operation.scope):
        ensure_may(caller.role, needed)
