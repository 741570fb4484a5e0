"""The `tideline` command."""

import sys


def main() -> int:
    """Hand the command line to the wiring."""
    try:
        from tideline.wiring import main as wired
    except ModuleNotFoundError as missing:
        # who installed the client alone has the command all the same
        sys.stderr.write(f"The server is not installed here ({missing}): pip install 'tideline[server]'\n")
        return 1
    return wired(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
