"""How a reaction stands after news from WhatsApp and wishes of ours, in whatever order they come."""

from datetime import UTC, datetime, timedelta

import pytest

from tideline.features.messages.reactions import Standing, asked, brought, given_up, heard

T1 = datetime(2026, 11, 23, 12, tzinfo=UTC)
T0, T2 = T1 - timedelta(seconds=1), T1 + timedelta(seconds=1)


def waiting(emoji: str | None, at: datetime = T1, shown: str | None = None) -> Standing:
    return Standing(emoji, at, is_waiting=True, on_whatsapp=shown)


HEARD = {
    "the first": (None, "x", T1, Standing("x", T1)),
    "a newer one": (Standing("x", T1), "y", T2, Standing("y", T2)),
    "taken away": (Standing("x", T1), None, T2, Standing(None, T2)),
    "an older one": (Standing("x", T1), "y", T0, None),
    "one older than its end": (Standing(None, T1), "y", T0, None),
    "an end before its beginning is known": (None, None, T1, Standing(None, T1)),
    "on the phone after we asked": (waiting("x"), "y", T2, Standing("y", T2)),
    "on the phone before we asked": (waiting("x"), "y", T0, None),
}
ASKED = {
    "the first": (None, "x", T1, waiting("x")),
    "none where there is none": (None, None, T1, None),
    "none where there was one once": (Standing(None, T0), None, T1, None),
    "another one": (Standing("x", T0), "y", T1, waiting("y", shown="x")),
    "the same": (Standing("x", T0), "x", T1, None),
    "the same again while it waits": (waiting("x", T0), "x", T1, None),
    "another one while one waits": (waiting("x", T0, shown="w"), "y", T1, waiting("y", shown="w")),
    "none": (Standing("x", T0), None, T1, waiting(None, shown="x")),
    "by a clock that is behind": (Standing("x", T2), "y", T1, waiting("y", T2, shown="x")),
}


@pytest.mark.parametrize(("before", "emoji", "at", "after"), HEARD.values(), ids=HEARD)
def test_what_whatsapp_tells(before: Standing | None, emoji: str | None, at: datetime, after: Standing | None) -> None:
    assert heard(before, emoji, at) == after


@pytest.mark.parametrize(("before", "emoji", "at", "after"), ASKED.values(), ids=ASKED)
def test_what_is_asked_for(before: Standing | None, emoji: str | None, at: datetime, after: Standing | None) -> None:
    assert asked(before, emoji, at) == after


def test_what_was_brought_waits_no_more() -> None:
    assert brought(waiting("x", shown="w"), "x") == Standing("x", T1)
    assert brought(waiting(None, shown="w"), None) == Standing(None, T1)


def test_what_was_asked_for_meanwhile_goes_on_waiting() -> None:
    assert brought(waiting("y", shown="w"), "x") == waiting("y", shown="x")


def test_what_is_given_up_leaves_what_whatsapp_shows() -> None:
    assert given_up(waiting("y", shown="x")) == Standing("x", T1)
    assert given_up(waiting("y")) == Standing(None, T1)
