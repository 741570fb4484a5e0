"""How a number's process ends, as exit codes: the server decides by them what comes next."""

from typing import Final

DONE: Final = 0
BROKEN: Final = 78
"""The process cannot work here, such as without the library."""
AGAIN: Final = 79
"""Start me again."""
REPLACED: Final = 80
"""Another program took the connection over: only tell what is left to tell."""
FENCED: Final = 81
"""A newer lease has taken the number."""
