"""A number's process that misbehaves: `python -m tests.connectors.odd_worker <how> <the arguments of a process>`."""

import socket
import sys
import time

from tideline.connectors.linked import wire
from tideline.features.numbers.port import AccountState

EVENT = {"state": AccountState.OFFLINE.value, "reason": "x" * 200, "until": None}
AN_HOUR = 3600


def main(how: str, epoch: int, handle: int) -> None:
    connection = socket.socket(fileno=handle)
    version = wire.VERSION - 1 if how == "old" else wire.VERSION
    if how != "mute":
        connection.sendall(wire.pack(wire.Hello(version, epoch, 0)))
    if how == "flood":
        place = 0
        while True:
            items = [wire.Item(place := place + 1, "StateChanged", EVENT) for _ in range(100)]
            connection.sendall(wire.pack(wire.Told(epoch, items)))
    if how == "huge":
        connection.sendall((1 << 31).to_bytes(4, "big") + bytes(1000))
    if how == "garbage":
        connection.sendall((5).to_bytes(4, "big") + b"\xffabcd")
    if how == "of another lease":
        connection.sendall(wire.pack(wire.Told(epoch - 1, [wire.Item(1, "StateChanged", EVENT)])))
    time.sleep(AN_HOUR)


if __name__ == "__main__":
    arguments = sys.argv[2:]
    main(
        sys.argv[1],
        int(arguments[arguments.index("--epoch") + 1]),
        int(arguments[arguments.index("--socket") + 1]),
    )
