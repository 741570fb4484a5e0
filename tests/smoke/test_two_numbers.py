"""Two spare numbers, by hand: skipped unless the environment names them (docs/whatsapp.md says how)."""

import os

import pytest

from tests.smoke.two_numbers import Plan, conversation

PLAN = Plan.read(os.environ)


@pytest.mark.skipif(PLAN is None, reason="TIDELINE_SMOKE_URL is not set")
async def test_two_numbers_talk() -> None:
    assert PLAN
    async with conversation(PLAN) as talk:
        await talk.run()
