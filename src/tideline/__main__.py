"""The `tideline` command."""

import sys
from importlib.util import find_spec


def main() -> int:
    """Hand the command line to the wiring."""
    if find_spec("starlette") is None:  # who installed the client alone has the command all the same
        sys.stderr.write("The server is not installed here: pip install 'tideline[server]'\n")
        return 1
    from tideline.wiring import main as wired

    return wired(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
