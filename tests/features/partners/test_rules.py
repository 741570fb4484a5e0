"""Who loses a seat, what counts as a day of usage, which origins there are: rules without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tideline.features.partners import InvalidOrigin
from tideline.features.partners.actions.registering import clean_origin
from tideline.features.partners.model import Span, usage_of, without_seat
from tideline.features.workspaces import Role, Status

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def member(id_: int, *, role: Role = Role.AGENT, status: Status = Status.ACTIVE, day: int = 0) -> Any:
    return SimpleNamespace(
        id=id_, role=role, status=status, created_at=BEGIN + timedelta(days=day), is_owner=role is Role.OWNER
    )


def number(owner: int, *, gone: bool = False) -> Any:
    return SimpleNamespace(owner_id=owner, is_gone=gone)


OWNER = member(1, role=Role.OWNER, day=9)
SITUATIONS: dict[str, tuple[int, list[Any], list[Any], list[int]]] = {
    "enough seats": (3, [OWNER, member(2), member(3)], [], []),
    "the newest first": (2, [OWNER, member(2), member(3, day=1)], [], [3]),
    "a higher id among those of one moment": (2, [OWNER, member(2), member(3)], [], [3]),
    "those without a number first": (2, [OWNER, member(2), member(3, day=1)], [number(3)], [2]),
    "an ended link is none": (2, [OWNER, member(2), member(3, day=1)], [number(3, gone=True)], [3]),
    "never the owner": (1, [OWNER, member(2), member(3)], [number(2), number(3)], [3, 2]),
    "the suspended have no seat to lose": (2, [OWNER, member(2), member(3, status=Status.SUSPENDED)], [], []),
    "the invited have one": (2, [OWNER, member(2), member(3, status=Status.INVITED)], [], [3]),
}


@pytest.mark.parametrize(("seats", "members", "numbers", "losing"), SITUATIONS.values(), ids=SITUATIONS)
def test_who_loses_a_seat(seats: int, members: list[Any], numbers: list[Any], losing: list[int]) -> None:
    assert [one.id for one in without_seat(seats, members, numbers)] == losing


def span(slug: str, number_id: int, since: str, until: str | None) -> Span:
    return Span(slug, number_id, "12025550143", _at(since), _at(until) if until else None)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def test_a_number_counts_once_on_each_day_on_which_it_was_linked() -> None:
    spans = [
        span("lagoon", 1, "2026-02-20T08:00", "2026-03-02T00:00"),
        span("lagoon", 2, "2026-03-01T23:59", "2026-03-01T23:59"),
        span("lagoon", 2, "2026-03-01T10:00", "2026-03-01T11:00"),
        span("harbour", 3, "2026-03-02T23:00", None),
    ]
    usage = usage_of("harbor-telecom", _at("2026-03-01T00:00"), _at("2026-04-01T00:00"), spans, _at("2026-03-04T01:00"))
    assert (usage.month, usage.number_days) == ("2026-03", 6)
    assert usage.days == [
        ("2026-03-01", {"lagoon": 2}),
        ("2026-03-02", {"harbour": 1, "lagoon": 1}),
        ("2026-03-03", {"harbour": 1}),
        ("2026-03-04", {"harbour": 1}),
    ]


ORIGINS = {
    "https://app.example.com": "https://app.example.com",
    "HTTPS://App.Example.com:443": "https://app.example.com",
    "http://localhost:8081": "http://localhost:8081",
    "http://127.0.0.1:80": "http://127.0.0.1",
    "http://[::1]:8081": "http://[::1]:8081",
    "https://my_app.example.com:08443": "https://my_app.example.com:8443",
}


@pytest.mark.parametrize(("text", "origin"), ORIGINS.items())
def test_origins_are_written_as_browsers_write_them(text: str, origin: str) -> None:
    assert clean_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    ["", "*", "app.example.com", "https://", "https://a.example/", "https://a.example/x", "https://u@a.example",
     "https://a.example:99999999", "https://*.example.com", "null", "javascript:alert(1)",
     "https://a.example;script-src *",      "https://a.example:70000", "ftp://a.example", "https://a example",
     "https://a.example.", "https://-a.example", "https://a.example:0", "https://[1.2.3.4]"],
    ids=range(19),
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(InvalidOrigin):
        clean_origin(text)
