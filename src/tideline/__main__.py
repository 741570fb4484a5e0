"""The `tideline` command."""

import sys


def main() -> int:
    """Hand the command line to the wiring."""
    from tideline.wiring import main as wired

    return wired(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
