"""What a worker may not do: outlive its parent, take memory without end, act as root, leave anything behind."""

import contextlib
import math
import os
import pwd
import resource
import select
import signal
import socket
import threading
from collections.abc import Callable

FREE_IDS = range(65_533, 65_519, -1)  # systemd and the distributions leave these to nobody
LARGEST_OUTPUT = 64 * 1024 * 1024
WATCHER_STACK = 256 * 1024


def end_with(channel: socket.socket) -> None:
    """End as soon as the other side of the channel is gone, also in the middle of a file."""
    parent = select.poll()
    parent.register(channel, 0)  # only that it was hung up, not that an order has come

    def watch() -> None:
        parent.poll()
        os._exit(0)

    threading.stack_size(WATCHER_STACK)
    threading.Thread(target=watch, daemon=True).start()


def confine(memory: int) -> None:
    """Give up what is not needed. Called when everything is imported: the user that is left can perhaps not read it."""
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # the parent decides, and may want to finish first
        signal.signal(ignored, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, LARGEST_OUTPUT)
    _limit(resource.RLIMIT_AS, memory)
    with contextlib.suppress(OSError):
        os.nice(5)
    if os.geteuid() == 0:
        _become_nobody()


def _become_nobody() -> None:
    """A user that has nothing at all. The one called nobody has: the embedded database may run under it."""
    somebody = {user.pw_uid for user in pwd.getpwall()}
    stranger = next(one for one in FREE_IDS if one not in somebody)
    _try(lambda: os.setgroups([]))
    _try(lambda: os.setgid(stranger))
    _try(lambda: os.setuid(stranger))


def _try(give_up: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):  # in a container root may not be allowed to, or know no such user
        give_up()


def allow(cpu_seconds: int) -> None:
    """Be ended by the system (SIGXCPU) after so much more work, whether the parent is there or not."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _limit(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # there is a lower limit already, or macOS knows none of this kind
        resource.setrlimit(what, (most, most))
