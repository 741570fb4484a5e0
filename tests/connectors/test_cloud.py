"""The connector to the Business Platform keeps the promises of business numbers, and says plainly what it cannot."""

from collections.abc import AsyncIterator

import pytest

from tests.connectors.cloud_network import CloudNetwork
from tests.connectors.contract import BusinessContract
from tests.connectors.network import Network
from tideline.platform.db import Database


class TestCloud(BusinessContract):
    @pytest.fixture
    async def network(self, db: Database) -> AsyncIterator[Network]:
        async with CloudNetwork.open(db) as network:
            yield network
