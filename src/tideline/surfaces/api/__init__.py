"""The Public API: the wire contract of one workspace, at /integrations/api, and its documentation at /docs.

* `routes(deps: ApiDeps) -> list[BaseRoute]` is everything to mount; it raises `ContractBroken` when the contract
  and the program do not match.
* `unbuilt_operations()` lists the operations of the contract that answer 405, because nothing is behind them yet.
"""

from tideline.surfaces.api.binding import ContractBroken
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.desk import ApiDeps
from tideline.surfaces.api.mount import routes
from tideline.surfaces.api.not_built import NOT_BUILT

__all__ = ["ApiDeps", "ContractBroken", "Operation", "routes", "unbuilt_operations"]


def unbuilt_operations() -> list[Operation]:
    return [operation for operation in public_api().operations.values() if operation.id in NOT_BUILT]
