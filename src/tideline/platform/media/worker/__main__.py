"""`python -m tideline.platform.media.worker CHANNEL MEMORY`: takes orders from a socket until that is closed."""

import os
import socket
import sys
import traceback
from typing import BinaryIO

from tideline.platform.errors import Problem
from tideline.platform.media.errors import MediaBroken, MediaTooHeavy
from tideline.platform.media.orders import LONGEST_LINE, READY, Answer, Order, Refused, ToVoice, read_order, to_line
from tideline.platform.media.worker import confinement, previews, sound

TRACE = 2_000  # characters; an answer is one line of limited length


def main(channel: socket.socket, memory: int) -> None:
    confinement.end_with(channel)
    confinement.confine(memory)
    channel.sendall(READY)
    while True:
        line, fds, _, _ = socket.recv_fds(channel, LONGEST_LINE, 2)
        if not line:
            return
        with os.fdopen(fds[0], "rb") as source, os.fdopen(fds[1], "wb") as target:
            answer = _obey(read_order(line), source, target)
        channel.sendall(to_line(answer))


def _obey(order: Order, source: BinaryIO, target: BinaryIO) -> Answer:
    """A file that makes a library fail in a way nobody foresaw is a broken file, and a line in the log."""
    try:
        return _do(order, source, target)
    except Problem as problem:
        return Refused(problem.code)
    except MemoryError:
        return Refused(MediaTooHeavy.code)
    except Exception:
        return Refused(MediaBroken.code, traceback.format_exc()[-TRACE:])


def _do(order: Order, source: BinaryIO, target: BinaryIO) -> Answer:
    source.seek(0)
    target.truncate(0)
    target.seek(0)
    confinement.allow(order.cpu_seconds)
    if isinstance(order, ToVoice):
        return sound.to_voice(source, target, order.longest)
    return previews.preview(source, target, order)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
