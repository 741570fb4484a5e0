"""Figures of business numbers: a question is put down, answered in the background, and asked about by its handle."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tideline.features import numbers
from tideline.features.business.analytics import KEPT, Analytics, Asked, question_of, without_costs
from tideline.features.business.errors import AccountNotFound, AnalyticsNotFound
from tideline.features.business.store import accounts
from tideline.features.business.store import analytics as store
from tideline.features.numbers import Analyse
from tideline.features.numbers.port import ConnectorProblem
from tideline.platform.db import RunAgain, SystemTx, Tx
from tideline.platform.errors import Problem
from tideline.platform.ids import uuid7


async def ask_analytics(tx: Tx, number_id: int, asked: Asked) -> Analytics:
    """The same question again is the same request: its handle, and its answer as soon as there is one.

    Raises AccountNotFound, InvalidAnalytics.
    """
    if await accounts.find(tx, number_id) is None:
        raise AccountNotFound
    question = question_of(asked, tx.now)
    known = await store.lock_same(tx, number_id, asked)
    if known is not None and not known.is_stale(tx.now):
        return known
    handle = known.handle if known else uuid7()
    if known:
        await store.ask_again(tx, handle, question)
    elif not await store.ask(tx, handle, number_id, asked, question):
        raise RunAgain
    numbers.order(tx, number_id, [Analyse(handle)])
    return await get_analytics(tx, handle)


async def get_analytics(tx: Tx, handle: UUID) -> Analytics:
    found = await store.find(tx, handle)
    if found is None:
        raise AnalyticsNotFound
    return found


async def answer_analytics(tx: Tx, handle: UUID, result: Mapping[str, Any]) -> None:
    await store.answer(tx, handle, without_costs(dict(result)))


async def fail_analytics(tx: Tx, handle: UUID, problem: Problem) -> None:
    """WhatsApp will not answer; its own code and words, where it had any."""
    failure = problem.failure if isinstance(problem, ConnectorProblem) else None
    code, message = (failure.code, failure.details or failure.title) if failure else (0, problem.message)
    await store.fail(tx, handle, code, message)


async def forget_analytics(tx: SystemTx) -> int:
    """Old answers are not kept."""
    return await store.forget(tx, tx.now - KEPT)
