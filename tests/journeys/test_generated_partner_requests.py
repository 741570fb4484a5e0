"""Every operation of the Partner API of a running server, with right and wrong requests that schemathesis makes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from schemathesis import GenerationMode

from tests.support.fuzz import FUZZ
from tests.support.generated_partner import RunningPartner, explore
from tests.support.serving import Served
from tideline.platform.contract.document import Operation
from tideline.surfaces.partner.contract import partner_api

RIGHT, WRONG = 30 * FUZZ, 20 * FUZZ
DONE = 0.6
OPERATIONS = list(partner_api().operations.values())
each = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def partner(make_data_dir: Callable[[], Path]) -> Iterator[RunningPartner]:
    served = Served(make_data_dir())
    running = RunningPartner(served)
    yield running
    running.session.close()
    served.close()


@each
def test_right_requests_are_mostly_done_and_always_answered_by_the_contract(
    partner: RunningPartner, operation: Operation
) -> None:
    tally = explore(partner, operation, GenerationMode.POSITIVE, RIGHT, repeat=FUZZ == 1)
    print(f"{operation.id}: {tally.successes} of {tally.cases}", *tally.odd, sep="\n")
    assert tally.rate >= DONE


@each
def test_wrong_requests_are_answered_by_the_contract(partner: RunningPartner, operation: Operation) -> None:
    explore(partner, operation, GenerationMode.NEGATIVE, WRONG, repeat=FUZZ == 1)
