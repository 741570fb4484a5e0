"""What becomes of a mail after an attempt, and what goes over the wire, whatever people are called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest

from tideline.platform.mail import From, Mail, MailUid, NotAnAddress, State
from tideline.platform.mail.message import compose
from tideline.platform.mail.model import Accepted, NotNow, Outcome, Refused, Step, Trouble, next_step, wait_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MAIL = Mail(
    uid=MailUid(UUID(int=7)),
    workspace_id=1,
    kind="invitation",
    recipient="ines@harbour.example",
    name="Ines Okafor",
    subject="Join Harbour Coffee",
    sealed=b"",
    state=State.PENDING,
    attempts=1,
    next_at=NOW,
    problem=None,
    created_at=NOW - timedelta(hours=1),
    give_up_at=NOW + timedelta(hours=23),
    settled_at=None,
)
SENDER = From("Tideline", "inbox@harbour.example")

STEPS = {
    "accepted": (1, Accepted(), Step(State.SENT, NOW)),
    "refused": (1, Refused("550 no such user"), Step(State.FAILED, NOW, "550 no such user")),
    "greylisted": (1, NotNow("451 later"), Step(State.PENDING, NOW + timedelta(seconds=30), "451 later")),
    "greylisted again": (3, NotNow("451 later"), Step(State.PENDING, NOW + timedelta(minutes=2), "451 later")),
    "no server": (30, Trouble("refused"), Step(State.PENDING, NOW + timedelta(hours=1), "refused")),
}


@pytest.mark.parametrize(("attempt", "outcome", "step"), STEPS.values(), ids=STEPS)
def test_next_step(attempt: int, outcome: Outcome, step: Step) -> None:
    assert next_step(replace(MAIL, attempts=attempt), outcome, NOW) == step


@pytest.mark.parametrize("outcome", [NotNow("451 later"), Trouble("refused")])
def test_nobody_tries_longer_than_the_links_live(outcome: NotNow | Trouble) -> None:
    late = replace(MAIL, give_up_at=NOW + timedelta(seconds=30))
    assert next_step(late, outcome, NOW) == Step(State.FAILED, NOW, outcome.problem)


def test_waits_grow_to_an_hour_and_no_further() -> None:
    waits = [wait_after(attempt).total_seconds() for attempt in range(1, 10)]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert wait_after(10_000) == timedelta(hours=1)


# On the wire -------------------------------------------------------------------------------------------------


def sent(mail: Mail, text: str = "Hello") -> EmailMessage:
    raw = compose(mail, text, SENDER).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def written(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_a_mail_says_who_sends_it_to_whom_and_that_a_machine_did() -> None:
    message = sent(MAIL, "Hello Ines,\n\nhttps://inbox.example.com/link/abc\n")
    assert message["From"] == "Tideline <inbox@harbour.example>"
    assert message["To"] == "Ines Okafor <ines@harbour.example>"
    assert message["Subject"] == "Join Harbour Coffee"
    assert message["Date"].datetime == MAIL.created_at
    assert message["Message-ID"] == "<00000000-0000-0000-0000-000000000007@harbour.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert written(message) == "Hello Ines,\n\nhttps://inbox.example.com/link/abc\n"


NAMES = [
    "Ínés Ökafor",
    "李雷",
    "\U0001f600",
    'Ines "the" <Boss>, Okafor',
    "a@b.example",
    "=?utf-8?q?x?=",
    "x" * 400,
    "日" * 400,
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_arrives_and_stays_a_name(name: str) -> None:
    message = sent(replace(MAIL, name=name, subject=f"{name} invites you"))
    [to] = message["To"].addresses
    assert to.addr_spec == "ines@harbour.example"
    # Python 3.11 reads long names with spaces that are not in them, though it writes them right
    assert to.display_name.replace(" ", "") == name[:200].replace(" ", "")
    assert message["Subject"] == f"{name} invites you"[:400].replace("=?", "= ?")


BREAKS = ["\n", "\r", "\r\n", "\r\n\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\x00"]


@pytest.mark.parametrize("end", BREAKS)
def test_no_name_and_no_subject_can_add_a_header(end: str) -> None:
    evil = f"Ines{end}Bcc: evil@example.com{end}X-Evil: 1"
    message = sent(replace(MAIL, name=evil, subject=evil))
    plain = sent(MAIL)
    assert message.keys() == plain.keys()
    assert [one.addr_spec for one in message["To"].addresses] == ["ines@harbour.example"]


@pytest.mark.parametrize(
    "address", ["", "ines", "ines@", "a b@c.example", "a@b\r\nBcc: c@d", "ü@harbour.example", "<a@b>", "a@b, c@d"]
)
def test_an_address_that_mail_cannot_name_is_refused(address: str) -> None:
    with pytest.raises(NotAnAddress):
        compose(replace(MAIL, recipient=address), "Hello", SENDER)


def test_a_text_is_never_more_than_a_text() -> None:
    text = "Grüße \u202e\n.\n\nFrom nobody\nSubject: no\n" + "x" * 5000 + "\n\ud800"
    message = sent(MAIL, text)
    assert message["Subject"] == "Join Harbour Coffee"
    assert written(message) == text.replace("\ud800", "?") + "\n"


FROM = {
    "inbox@harbour.example": From("", "inbox@harbour.example"),
    "<inbox@harbour.example>": From("", "inbox@harbour.example"),
    "Harbour Café <inbox@harbour.example>": From("Harbour Café", "inbox@harbour.example"),
    ' "Coffee, Harbour" <inbox@harbour.example> ': From("Coffee, Harbour", "inbox@harbour.example"),
}


@pytest.mark.parametrize(("text", "read"), FROM.items(), ids=FROM)
def test_who_sends_is_written_as_people_write_it(text: str, read: From) -> None:
    assert From.read(text) == read


@pytest.mark.parametrize("text", ["", "Harbour", "a@b, c@d", "a@b\nBcc: c@d", "Harbour <a@b> x", "ü@b.example", "a@"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(NotAnAddress):
        From.read(text)
