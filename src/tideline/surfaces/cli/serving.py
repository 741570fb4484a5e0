"""`tideline serve` and its parts: `web`, `worker`, `gateway`."""

from argparse import Namespace

from tideline.surfaces.cli.tools import Toolbox

ROLES = ("web", "worker", "gateway")


def serve(tools: Toolbox, _: Namespace) -> int:
    return tools.run(ROLES)


def web(tools: Toolbox, _: Namespace) -> int:
    return tools.run(["web"])


def worker(tools: Toolbox, _: Namespace) -> int:
    return tools.run(["worker"])


def gateway(tools: Toolbox, _: Namespace) -> int:
    return tools.run(["gateway"])
