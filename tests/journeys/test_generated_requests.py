"""Every operation of a running server, with right and wrong requests that schemathesis makes of the contract."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from schemathesis import GenerationMode

from tests.support.fuzz import FUZZ
from tests.support.generated import explore
from tests.support.running_shop import WORKSPACE, RunningShop
from tests.support.samples import BUILT
from tests.support.serving import Served
from tests.support.web_server import web_server
from tideline.surfaces.api.contract import Operation

RIGHT, WRONG = 50 * FUZZ, 20 * FUZZ
DONE = 0.6


@pytest.fixture(scope="module")
def shop(make_data_dir: Callable[[], Path]) -> Iterator[RunningShop]:
    with web_server() as remote:
        served = Served(make_data_dir(), settings={**WORKSPACE, "TIDELINE_GRAPH_URL": remote.url("/graph")})
        running = RunningShop(served, remote)
        yield running
        running.session.close()
        served.close()


@pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.id)
def test_right_requests_are_mostly_done_and_always_answered_by_the_contract(
    shop: RunningShop, operation: Operation
) -> None:
    tally = explore(shop, operation, GenerationMode.POSITIVE, RIGHT, repeat=FUZZ == 1)
    print(f"{operation.id}: {tally.successes} of {tally.cases}", *tally.odd, sep="\n")
    assert tally.rate >= DONE


@pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.id)
def test_wrong_requests_are_answered_by_the_contract(shop: RunningShop, operation: Operation) -> None:
    explore(shop, operation, GenerationMode.NEGATIVE, WRONG, repeat=FUZZ == 1)
