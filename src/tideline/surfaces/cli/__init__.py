"""The `tideline` command: reads the arguments, calls the same actions as every other way in, says what came of it.

Exit codes: 0 done, 1 it could not be done (one sentence on standard error), 2 wrong usage, 130 interrupted.
"""

from tideline.surfaces.cli.tools import Desk, SettingLine, Setup, Toolbox, WrittenSite

__all__ = ["Desk", "SettingLine", "Setup", "Toolbox", "WrittenSite", "main"]


def main(arguments: list[str], tools: Toolbox) -> int:
    """Run one command and return its exit code."""
    from tideline.surfaces.cli.run import run

    return run(arguments, tools)
