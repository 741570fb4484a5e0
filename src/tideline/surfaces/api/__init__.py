"""The Public API: the wire contract of one workspace, at /integrations/api, and its documentation at /docs.

* `unbuilt_operations()` lists the operations of the contract that answer 405, because nothing is behind them yet.
* `mount.routes(deps: mount.ApiDeps) -> list[BaseRoute]` is everything to mount; it raises `ContractBroken` when the
  contract and the program do not match. It is not imported here, so that tools of the contract need nothing else.
"""

from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.not_built import NOT_BUILT

__all__ = ["Operation", "unbuilt_operations"]


def unbuilt_operations() -> list[Operation]:
    return [operation for operation in public_api().operations.values() if operation.id in NOT_BUILT]
