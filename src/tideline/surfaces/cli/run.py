"""Runs one command: options to the settings, problems to one sentence and an exit code."""

import asyncio
import inspect
import sys
from argparse import Namespace
from typing import Any

from tideline.platform.errors import Problem
from tideline.surfaces.cli.arguments import OPTIONS, parser
from tideline.surfaces.cli.tools import Toolbox

DONE, FAILED, INTERRUPTED = 0, 1, 130


def run(arguments: list[str], tools: Toolbox) -> int:
    options = parser().parse_args(arguments)
    try:
        tools.use({name: getattr(options, name) for name in OPTIONS if hasattr(options, name)})
        return _call(options, tools)
    except Problem as problem:
        print(f"tideline: {problem.message}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # `tideline ... | head` closed our output; nothing is wrong, and Python must not complain at exit
        sys.stdout = None
        return DONE


def _call(options: Namespace, tools: Toolbox) -> int:
    result: Any = options.command(tools, options)
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return result if isinstance(result, int) else DONE
