"""The life of an attempt to link, as a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tideline.features.numbers import (
    NumberKind,
    Pairing,
    PairingClosed,
    PairingId,
    PairingMethod,
    PairingState,
    linking,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NODE = UUID(int=1)
P = PairingState


def pairing(state: PairingState = P.REQUESTED) -> Pairing:
    return Pairing(
        workspace_id=1,
        id=PairingId(5),
        kind=NumberKind.SIMULATOR,
        teammate_id=3,
        method=PairingMethod.QR,
        phone=None,
        state=state,
        qr=None,
        code=None,
        code_until=None,
        error=None,
        number_id=None,
        node=None,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )


STEPS = {
    "a gateway takes it": (linking.taken(NODE, NOW), P.WAITING, None),
    "a first code": (linking.showing_qr("2@abc", NOW + timedelta(seconds=60), NOW), P.REQUESTED, None),
    "the connector gave up": (linking.failed("refused by the phone", NOW), P.FAILED, "refused by the phone"),
    "nobody scanned": (linking.failed("timeout", NOW), P.EXPIRED, linking.TIMED_OUT),
    "it took too long": (linking.expired(NOW), P.EXPIRED, linking.TIMED_OUT),
    "somebody cancelled": (linking.cancelled(NOW), P.CANCELLED, None),
    "handed back": (linking.handed_back(NOW), P.REQUESTED, None),
}


@pytest.mark.parametrize(("step", "state", "error"), STEPS.values(), ids=STEPS)
def test_a_step(step: linking.Step, state: PairingState, error: str | None) -> None:
    after = step(pairing())
    assert (after.state, after.error) == (state, error)


@pytest.mark.parametrize("state", [state for state in PairingState if not state.is_open])
@pytest.mark.parametrize("name", STEPS)
def test_nothing_happens_to_an_attempt_that_has_ended(name: str, state: PairingState) -> None:
    step, _, _ = STEPS[name]
    with pytest.raises(PairingClosed):
        step(pairing(state))


def test_each_code_takes_the_place_of_the_one_before() -> None:
    first = linking.showing_qr("2@first", NOW + timedelta(seconds=60), NOW)(pairing(P.WAITING))
    second = linking.showing_qr("2@second", NOW + timedelta(seconds=80), NOW)(first)
    assert (second.qr, second.code_until) == ("2@second", NOW + timedelta(seconds=80))


@pytest.mark.parametrize("end", [linking.expired(NOW), linking.cancelled(NOW), linking.failed("x", NOW)])
def test_no_code_is_left_behind(end: linking.Step) -> None:
    waiting = replace(pairing(P.WAITING), qr="2@abc", code="12345678", code_until=NOW)
    after = end(waiting)
    assert (after.qr, after.code, after.code_until) == (None, None, None)


SECONDS = timedelta(seconds=1)
FREE = {
    "just requested": (pairing(), NOW, True),
    "requested long ago": (pairing(), NOW + timedelta(minutes=5), False),
    "in good hands": (pairing(P.WAITING), NOW + 20 * SECONDS, False),
    "its gateway fell silent": (pairing(P.WAITING), NOW + 31 * SECONDS, True),
    "a long code is still shown": (
        replace(pairing(P.WAITING), code_until=NOW + 160 * SECONDS), NOW + 170 * SECONDS, False,
    ),
    "no new code came after it": (
        replace(pairing(P.WAITING), code_until=NOW + 160 * SECONDS), NOW + 191 * SECONDS, True,
    ),
    "ended": (pairing(P.CANCELLED), NOW, False),
}  # fmt: skip


@pytest.mark.parametrize(("attempt", "at", "is_free"), FREE.values(), ids=FREE)
def test_who_may_take_it(attempt: Pairing, at: datetime, is_free: bool) -> None:
    assert linking.is_free(attempt, at) is is_free


def test_secrets_do_not_show_in_logs() -> None:
    shown = repr(replace(pairing(), qr="2@secret", code="SECRET12"))
    assert "2@secret" not in shown
    assert "SECRET12" not in shown
