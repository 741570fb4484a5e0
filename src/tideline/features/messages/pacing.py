"""How fast a business may write to one person. No I/O."""

from typing import Final

EVERY_SECONDS: Final = 6.0
"""WhatsApp takes about one message to the same person in six seconds, in the long run."""
BURST: Final = 45
"""After a quiet time it takes so many at once; they are made up for afterwards."""
MOST_REMEMBERED: Final = 10_000


class Pace:
    """Counts what went to whom, in memory: who begins anew begins with a full burst, and WhatsApp says when it is too
    much. `now` is any clock that only grows."""

    def __init__(self, every: float = EVERY_SECONDS, burst: int = BURST) -> None:
        self._every = every
        self._tolerance = every * (burst - 1)
        self._earned_at: dict[str, float] = {}

    def rest_after(self, whom: str, now: float) -> float:
        """Seconds that nothing more should go to this person, after something just went."""
        earned_at = max(now, self._earned_at.get(whom, now)) + self._every
        self._earned_at[whom] = earned_at
        if len(self._earned_at) > MOST_REMEMBERED:
            self._forget(now)
        return max(0.0, earned_at - self._tolerance - now)

    def _forget(self, now: float) -> None:
        """Whose burst is whole again is like somebody new."""
        self._earned_at = {whom: at for whom, at in self._earned_at.items() if at > now}
