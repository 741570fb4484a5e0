"""The server that the tests of one session share, started when the first one needs it."""

from collections.abc import Mapping

from tideline.testing.server import KeptServer
from tideline.testing.simulator import Simulator
from tideline.testing.workspace import Clock, Workspace

LONGEST_NAME = 100


class Running:
    """One server at a time."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._server: KeptServer | None = None

    @property
    def server(self) -> KeptServer:
        """The process: its `base_url`, its `output`."""
        if self._server is None:
            self._server = KeptServer(self._settings)
            try:
                self._simulator = Simulator(self._server.ready().base_url, self._server.simulator_token)
            except BaseException:
                self._server.close()
                self._server = None
                raise
            self._clock = Clock(self._simulator)
        return self._server

    def workspace(self, name: str) -> Workspace:
        """A fresh one."""
        self.server.ready()
        return Workspace(self._simulator, self._clock, name[:LONGEST_NAME])

    def renew_if_moved(self) -> None:
        """Other tests expect that it is now."""
        if self._server and self._clock.has_moved:
            self.close()

    def close(self) -> None:
        if self._server:
            self._simulator.close()
            self._server.close()
            self._server = None
