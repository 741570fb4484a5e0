"""What each part of the suite starts with: a network, a connector on it, a gateway that runs it, a linked number."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tideline.features.numbers.port import Connector, ConnectorProblem, MediaSource, StatusChanged


class Promises:
    """Subclasses bring `network`."""

    @pytest.fixture
    async def network(self) -> Network:
        raise AssertionError("a connector's test class brings its own network")

    @pytest.fixture
    async def connector(self, network: Network) -> Connector:
        return await network.new_connector()

    @pytest.fixture
    async def gateway(self, connector: Connector, network: Network) -> AsyncIterator[Gateway]:
        gateway = Gateway(connector, network)
        async with gateway.running():
            yield gateway

    @pytest.fixture
    async def shop(self, gateway: Gateway) -> Linked:
        return await gateway.link("Shop")

    @pytest.fixture
    async def ana(self, network: Network) -> str:
        return await network.phone("Ana")


class Bytes:
    """A file to send, as a `MediaSource`; `opened` counts how often it was read."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks
        self.opened = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        self.opened += 1
        for chunk in self._chunks:
            yield chunk


def source(*chunks: bytes) -> MediaSource:
    return Bytes(*chunks)


async def problem_of(call: Callable[[], object]) -> ConnectorProblem:
    """The problem that a call raises."""
    with pytest.raises(ConnectorProblem) as raised:
        await call()  # type: ignore[misc]
    return raised.value


def beyond_sent(event: StatusChanged) -> bool:
    """That WhatsApp took a message is what `send` answers; only some networks tell it again."""
    return event.status != "sent"
