"""How fast a gateway renews, claims and gives up; one place, so that tests can be quick."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Timing:
    """A lease lasts `ttl` and is renewed every `renew_every`. A gateway that could not renew stops its session
    `stop_before` the lease ends; another one takes the number over `grace` after that, because clocks differ.

    At most `links_at_once` attempts to link a real phone are under way in one gateway, because each is a process; the
    others wait for their turn.

    `starts_at_once` sessions are opened side by side: each costs CPU, and all of them at the same moment would
    look strange to WhatsApp. `drain` is how long a session waits for what it is just sending.

    A business number sends `business_rate` messages a second, which is what the platform takes of a number that was not
    raised, to at most `business_width` chats at once; a new second may begin with `business_burst` of them.
    """

    ttl: timedelta = timedelta(seconds=20)
    renew_every: timedelta = timedelta(seconds=5)
    stop_before: timedelta = timedelta(seconds=4)
    grace: timedelta = timedelta(seconds=5)
    starts_at_once: int = 2
    start_again: timedelta = timedelta(seconds=5)
    drain: timedelta = timedelta(seconds=10)
    look_for_pairings: timedelta = timedelta(seconds=2)
    links_at_once: int = 4
    send_gap: timedelta = timedelta(seconds=2)
    business_rate: float = 80.0
    business_burst: int = 40
    business_width: int = 40
    picture_gap: timedelta = timedelta(seconds=3)

    def __post_init__(self) -> None:
        if not self.renew_every + self.stop_before < self.ttl:
            raise ValueError("a lease must be renewed well before its session has to stop")

    @property
    def gap(self) -> tuple[float, float]:
        """The rest between two messages of a number: random, around `send_gap` seconds."""
        return _around(self.send_gap)

    @property
    def between_pictures(self) -> tuple[float, float]:
        """Whoever looks at many pictures at once looks strange to WhatsApp."""
        return _around(self.picture_gap)


def _around(gap: timedelta) -> tuple[float, float]:
    seconds = gap.total_seconds()
    return 0.5 * seconds, 1.5 * seconds
