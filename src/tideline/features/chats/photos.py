"""When to look at the picture of a chat. No I/O."""

from datetime import timedelta
from typing import Final

LOOK_AGAIN: Final = timedelta(days=1)
RENEWED_AT_ONCE: Final = 200
