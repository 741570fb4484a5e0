"""`python -m tideline.surfaces.api.contract build|not-built`: renew the JSON, or list what is not built yet."""

import sys


def main(arguments: list[str]) -> int:
    match arguments:
        case ["build"]:
            from tideline.surfaces.api.contract import build

            _say(f"written: {', '.join(made.name for made in build.write())}")
        case ["not-built"]:
            from tideline.surfaces.api import unbuilt_operations

            for operation in unbuilt_operations():
                _say(f"{operation.method:<6} {operation.path}  {operation.id}")
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
