"""What a connector did not understand: whatever it is, what is kept of it fits and can be stored."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.features.messages.keeping import MOST, kept

NESTED: dict[str, Any] = {}
for _ in range(100):
    NESTED = {"in": NESTED}

SITUATIONS: dict[str, tuple[Any, Any]] = {
    "nothing": (None, None),
    "no members": ({}, None),
    "as it is": ({"a": [1, -2.5, True, None, "x"]}, {"a": [1, -2.5, True, None, "x"]}),
    "what no database takes": ({"a\x00": "b\x00c", "half": "\ud83d"}, {"a": "bc", "half": "\ufffd"}),
    "numbers that nobody can read": (
        {"huge": 10**30, "far": 1e300, "none": float("nan")},
        {"huge": str(10**30), "far": "1e+300", "none": "nan"},
    ),
    "markup is text": ({"a": "<script>alert(1)</script>"}, {"a": "<script>alert(1)</script>"}),
}


@pytest.mark.parametrize(("raw", "stored"), SITUATIONS.values(), ids=SITUATIONS)
def test_what_is_kept(raw: Any, stored: Any) -> None:
    assert kept(raw) == stored


FLOODS: dict[str, Any] = {
    "a long text": {"first": 1, "long": "x" * 1_000_000},
    "a long name": {"first": 1, "y" * 1_000_000: 1},
    "many members": {"first": 1} | {f"member {n}": n for n in range(100_000)},
    "a long list": {"first": 1, "list": [{} for _ in range(100_000)]},
    "deep": {"first": 1, "deep": NESTED},
    "characters that are written long": {"first": 1, "signs": "\x01" * 100_000},
    "characters of four bytes": {"first": 1, "signs": "\U0001f600" * 100_000},
}


@pytest.mark.parametrize("raw", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_cut_and_says_so(raw: Any) -> None:
    stored = kept(raw)
    assert stored
    assert (stored["first"], stored["is_cut"]) == (1, True)
    assert len(msgspec.json.encode(stored)) <= MOST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=3000),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=20), inner, max_size=20),
    max_leaves=60,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=9))
def test_anything_fits_and_can_be_stored(raw: dict[str, Any]) -> None:
    told = msgspec.json.encode(kept(raw))
    assert len(told) <= MOST
    assert b"\\u0000" not in told.replace(b"\\\\", b"")
