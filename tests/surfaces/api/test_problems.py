"""Every situation that a feature can name has a form on the wire that the contract knows."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import tideline.features
from tideline.platform import media, once, outgoing
from tideline.platform.errors import Problem
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.api.problems import LONGEST, STATUSES, refusal_of

ASKED = "x" * 5000


def faces() -> Iterator[ModuleType]:
    """Every feature's, and what the platform may raise while a request is answered."""
    yield from (media, once, outgoing)
    for found in pkgutil.iter_modules(tideline.features.__path__, "tideline.features."):
        yield importlib.import_module(found.name)


def named() -> Iterator[type[Problem]]:
    for face in faces():
        for one in vars(face).values():
            if isinstance(one, type) and issubclass(one, Problem):
                yield one


PROBLEMS = {problem.code: problem for problem in named()}


def made(problem: type[Problem]) -> Problem:
    try:
        return problem()
    except TypeError:
        return problem(ASKED)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_has_a_status_and_a_code_that_belong_together(problem: type[Problem]) -> None:
    refusal = refusal_of(made(problem))
    stated = public_api().document["components"]["schemas"]["Error"]["x-code-status"]
    assert str(refusal.status) in str(stated[refusal.error_code])
    assert 0 < len(refusal.message) <= LONGEST


def test_the_table_names_only_problems_that_exist() -> None:
    assert set(STATUSES) <= set(PROBLEMS)
