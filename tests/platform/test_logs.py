"""Log lines: one form for all, and nothing private in them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog

from tideline.platform import logs


class Lines:
    """What was logged, as JSON."""

    def __init__(self) -> None:
        self.out = io.StringIO()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        [line] = self.all
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = Lines()
    logs.configure("json", "info", lines.out)
    yield lines
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_line_has_its_event_level_and_time(lines: Lines) -> None:
    structlog.get_logger().info("webhook.attempted", delivery=3, outcome="refused")
    line = lines.only
    assert (line["event"], line["level"], line["delivery"], line["outcome"]) == (
        "webhook.attempted",
        "info",
        3,
        "refused",
    )
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", ["phone", "token", "text", "body", "password", "payload", "secret", "email", "qr"])
def test_members_that_hold_secrets_are_hidden(lines: Lines, name: str) -> None:
    structlog.get_logger().info("something.happened", **{name: "very private"})
    assert lines.only[name] == "[hidden]"


def test_lines_of_libraries_look_the_same(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("Cancel %s running task(s)", 3)
    assert (lines.only["event"], lines.only["level"]) == ("Cancel 3 running task(s)", "warning")


def test_libraries_do_not_chat(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Started server process")
    assert lines.all == []


PRIVATE = {
    "a phone": ("nobody at +15550001001 answers", "nobody at [hidden] answers"),
    "a phone with spaces": ("call 555 0001 001 now", "call [hidden] now"),
    "a token": ("bad token tla_1DIT9U2GcOLSsX8vb9pmgKbU6iPgRdPxDTq64N4PFq4", "bad token [hidden]"),
    "a small number stays": ("port 8080", "port 8080"),
    "a uid stays": (
        "no 018f0e1e-7c1e-7aaa-8bbb-0123456789ab",
        "no 018f0e1e-7c1e-7aaa-8bbb-0123456789ab",
    ),
}


@pytest.mark.parametrize(("text", "expected"), PRIVATE.values(), ids=PRIVATE)
def test_what_looks_private_is_blotted_out(text: str, expected: str) -> None:
    assert logs.redact(text) == expected


def test_an_exception_says_where_and_why_without_values(lines: Lines) -> None:
    try:
        try:
            int("phone +15550001001")
        except ValueError as error:
            raise RuntimeError("it went wrong") from error
    except RuntimeError:
        structlog.get_logger().exception("http.failed")
    line = lines.only
    assert line["error"] == "RuntimeError: it went wrong"
    assert any("test_logs.py" in frame for frame in line["trace"])
    assert any(frame.startswith("because of: ValueError: ") for frame in line["trace"])
    assert "15550001001" not in json.dumps(line)


async def test_what_the_database_says_of_a_row_is_left_out(dsn: str, lines: Lines) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT 'private words'::text::integer")
    except asyncpg.PostgresError:
        structlog.get_logger().exception("broke")
    finally:
        await connection.close()
    assert "private words" not in lines.out.getvalue()
    assert "22P02" in lines.all[-1]["error"]
