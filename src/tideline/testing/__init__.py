"""A running Tideline with simulated phones, for the tests of programs that are built on it.

The fixtures are in `tideline.pytest_plugin`, which pytest finds by itself; these are the things that they hand out.
"""

from tideline.testing.awaited import AsyncClock, AsyncGroup, AsyncPhone, AsyncReceiver, AsyncWorkspace
from tideline.testing.phones import Group, Phone, Seen
from tideline.testing.receiver import Received, Receiver
from tideline.testing.server import KeptServer, Server
from tideline.testing.simulator import Simulator, SimulatorRefused
from tideline.testing.waiting import NeverHappened, eventually
from tideline.testing.workspace import Clock, Workspace

__all__ = [
    "AsyncClock",
    "AsyncGroup",
    "AsyncPhone",
    "AsyncReceiver",
    "AsyncWorkspace",
    "Clock",
    "Group",
    "KeptServer",
    "NeverHappened",
    "Phone",
    "Received",
    "Receiver",
    "Seen",
    "Server",
    "Simulator",
    "SimulatorRefused",
    "Workspace",
    "eventually",
]
