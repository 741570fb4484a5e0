"""`python -m generate`: write everything that is made from the contracts."""

import sys

from generate import everything
from generate.writing import write


def main() -> int:
    changed = write(everything())
    sys.stdout.write(f"written: {', '.join(changed) or 'nothing, all is current'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
