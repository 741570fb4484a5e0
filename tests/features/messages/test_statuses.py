"""How far a message got, whatever order the news comes in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.features.messages import BlankText, Failure, Status, TextTooLong, clean_text
from tideline.features.messages.statuses import UNKNOWN_OUTCOME, Progress, Receipt
from tideline.features.messages.wording import received

T = [datetime(2026, 11, 23, 12, 0, second, tzinfo=UTC) for second in range(10)]
ORDER = [Status.PENDING, Status.SENDING, Status.SENT, Status.DELIVERED, Status.READ]
NEWS = st.builds(
    Receipt,
    st.sampled_from([Status.SENT, Status.DELIVERED, Status.READ]),
    st.integers(0, 9).map(lambda second: T[second]),
)

SITUATIONS = {
    "it is sent": (Progress(Status.SENDING), Receipt(Status.SENT, T[1]), Progress(Status.SENT, sent_at=T[1])),
    "it arrives": (
        Progress(Status.SENT, sent_at=T[1]),
        Receipt(Status.DELIVERED, T[2]),
        Progress(Status.DELIVERED, sent_at=T[1], delivered_at=T[2]),
    ),
    "it is read before we hear that it arrived": (
        Progress(Status.READ, sent_at=T[1], read_at=T[3]),
        Receipt(Status.DELIVERED, T[2]),
        Progress(Status.READ, sent_at=T[1], delivered_at=T[2], read_at=T[3]),
    ),
    "a receipt comes before the send is recorded": (
        Progress(Status.SENDING),
        Receipt(Status.DELIVERED, T[2]),
        Progress(Status.DELIVERED, delivered_at=T[2]),
    ),
    "the same receipt of another device": (
        Progress(Status.DELIVERED, delivered_at=T[2]),
        Receipt(Status.DELIVERED, T[5]),
        Progress(Status.DELIVERED, delivered_at=T[2]),
    ),
    "WhatsApp takes it back": (
        Progress(Status.SENT, sent_at=T[1]),
        Receipt(Status.FAILED, T[2], "463"),
        Progress(
            Status.FAILED,
            sent_at=T[1],
            failed_at=T[2],
            failure=Failure("463", "WhatsApp could not deliver the message."),
        ),
    ),
    "what has arrived has not failed": (
        Progress(Status.DELIVERED, delivered_at=T[1]),
        Receipt(Status.FAILED, T[2]),
        Progress(Status.DELIVERED, delivered_at=T[1]),
    ),
    "what has failed stays failed": (
        Progress(Status.FAILED, failed_at=T[1], failure=Failure("offline", "No.")),
        Receipt(Status.DELIVERED, T[2]),
        Progress(Status.FAILED, failed_at=T[1], failure=Failure("offline", "No.")),
    ),
    "what was given up is there after all": (
        Progress(Status.FAILED, failed_at=T[1], failure=UNKNOWN_OUTCOME),
        Receipt(Status.DELIVERED, T[2]),
        Progress(Status.DELIVERED, delivered_at=T[2]),
    ),
}


@pytest.mark.parametrize(("before", "receipt", "after"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_receipt(before: Progress, receipt: Receipt, after: Progress) -> None:
    assert before.after(receipt) == after


@given(st.lists(NEWS, max_size=6), st.sampled_from(ORDER))
def test_states_never_go_back(news: list[Receipt], start: Status) -> None:
    progress = Progress(start)
    for receipt in news:
        after = progress.after(receipt)
        assert ORDER.index(after.status) >= ORDER.index(progress.status)
        assert ORDER.index(after.status) >= ORDER.index(receipt.status)
        progress = after


@given(st.lists(NEWS, max_size=4))
def test_the_order_of_the_news_makes_no_difference(news: list[Receipt]) -> None:
    results = set()
    for some in permutations(news):
        progress = Progress(Status.SENDING)
        for receipt in some:
            progress = progress.after(receipt)
        results.add(progress)
    assert len(results) == 1


@given(st.lists(NEWS, max_size=4))
def test_news_heard_twice_is_news_heard_once(news: list[Receipt]) -> None:
    once = twice = Progress(Status.SENT)
    for receipt in news:
        once, twice = once.after(receipt), twice.after(receipt).after(receipt)
    assert once == twice


def test_nothing_is_unknown_for_ever() -> None:
    given_up = Progress(Status.SENDING).unknown(T[1] + timedelta(minutes=10))
    assert given_up.is_unknown
    assert given_up.after(Receipt(Status.SENT, T[1])) == Progress(Status.SENT, sent_at=T[1])


@pytest.mark.parametrize("typed", ["", " ", "\n\t", "\u2003"])
def test_blank_text_is_refused(typed: str) -> None:
    with pytest.raises(BlankText):
        clean_text(typed)


def test_text_is_trimmed_and_has_at_most_2000_characters() -> None:
    assert clean_text(f"  {'x' * 2000}\n") == "x" * 2000
    with pytest.raises(TextTooLong):
        clean_text("x" * 2001)


@given(st.text(st.characters(codec=None, categories=None)))
def test_whatever_comes_in_can_be_stored(text: str) -> None:
    stored = received(text)
    assert stored is None or (stored and "\x00" not in stored and stored.encode())
