"""What a number's process has to say about itself. The server shows the last lines when a process ends badly."""

import sys


def note(what: str, problem: object) -> None:
    sys.stderr.write(f"{what}: {problem}\n")
