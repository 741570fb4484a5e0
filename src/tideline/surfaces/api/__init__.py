"""The Public API: the wire contract of one workspace, at /integrations/api, and its documentation at /docs.

* `unbuilt_operations()` lists the operations of the contract that answer 405, because nothing is behind them yet.
* `mount.public_api_app(deps: mount.ApiDeps)` is what answers below `mount.BASE`, and `mount.document_routes()` are the
  documents beside it. The first raises `ContractBroken` when the contract and the program do not match. Neither is
  imported here, so that tools of the contract need nothing else.
"""

from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.not_built import NOT_BUILT

__all__ = ["Operation", "unbuilt_operations"]


def unbuilt_operations() -> list[Operation]:
    return [operation for operation in public_api().operations.values() if operation.id in NOT_BUILT]
