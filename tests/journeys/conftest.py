"""A demo that is really served, for the tests that play it through; each test brings phones of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.clients import Simulator
from tests.support.customer import Customer
from tests.support.serving import Served


@dataclass
class Demo:
    """A running demo and the ways into it."""

    served: Served
    facts: dict[str, Any]
    customer: Customer
    """A program that uses it through the client."""
    simulator: Simulator
    http: aiohttp.ClientSession
    """Follows links as people do, without a token."""

    async def owner_id(self) -> int:
        return (await self.customer.get_own_teammate()).user_id


@pytest.fixture(scope="session")
def served_demo(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    served = Served(make_data_dir())
    yield served
    served.close()


@pytest.fixture
async def demo(served_demo: Served) -> AsyncIterator[Demo]:
    async with entered(served_demo) as demo:
        yield demo


@pytest.fixture
async def demo_of_its_own(data_dir: Path) -> AsyncIterator[Demo]:
    """A demo that the test may break."""
    served = Served(data_dir)
    async with entered(served) as demo:
        yield demo
    served.close()


@asynccontextmanager
async def entered(served: Served) -> AsyncIterator[Demo]:
    facts = served.demo
    async with aiohttp.ClientSession() as http, Customer(facts["base_url"], facts["api_token"]) as customer:
        yield Demo(
            served=served,
            facts=facts,
            customer=customer,
            simulator=Simulator(http, facts["base_url"], facts["simulator_token"]),
            http=http,
        )
