"""Structured log lines on standard error: JSON for machines, colours on a terminal.

A line names ids and outcomes. Bodies, tokens and phone numbers never appear: members that usually hold
them are hidden, and what looks like one is blotted out of exception texts.
"""

import logging
import re
import sys
from collections.abc import MutableMapping, Sequence
from types import TracebackType
from typing import Any, TextIO

import msgspec
import structlog

HIDDEN = "[hidden]"
SECRET_NAMES = frozenset(
    {
        "api_token", "authorization", "body", "caption", "content", "cookie", "dsn", "email", "headers", "jid",
        "lid", "link", "pairing_code", "password", "payload", "phone", "qr", "secret", "text", "to", "token", "url",
    }
)  # fmt: skip
LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ ()-]?\d){6,}(?![\w-])")
LONG_WORD = re.compile(r"[A-Za-z0-9_~+/=-]{32,}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
QUOTED_VALUE = re.compile(r': ".*')
LINE_LIMIT = 300
FRAMES = 30

Event = MutableMapping[str, Any]


def configure(look: str = "auto", level: str = "info", out: TextIO | None = None) -> None:
    """Send our own lines and those of libraries to one place, in one form."""
    out = out or sys.stderr
    as_console = look == "console" or (look == "auto" and out.isatty())
    shared: list[Any] = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _stamp()]
    last: list[Any] = [_hide, _render_exception, _console(out) if as_console else _json]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    _route_standard_logging(out, threshold, [*shared, structlog.stdlib.ExtraAdder()], last)


def _route_standard_logging(out: TextIO, threshold: int, foreign: Sequence[Any], last: Sequence[Any]) -> None:
    """uvicorn, asyncio and the other libraries write through `logging`; their lines look like ours."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=foreign, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(True)


def _stamp() -> Any:
    return structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp")


def redact(text: str) -> str:
    """Blot out what looks like a phone number or a token."""
    text = LONG_WORD.sub(lambda found: found[0] if UUID.fullmatch(found[0]) else HIDDEN, text)
    return LONG_NUMBER.sub(HIDDEN, text)


def _hide(_: Any, __: str, event: Event) -> Event:
    for name in event.keys() & SECRET_NAMES:
        event[name] = HIDDEN
    event["event"] = redact(str(event["event"]).strip())
    return event


def _render_exception(_: Any, __: str, event: Event) -> Event:
    error = _exception_of(event.pop("exc_info", None))
    if error is not None:
        event["error"] = _one_line(error)
        event["trace"] = _trace(error)
    return event


def _exception_of(info: Any) -> BaseException | None:
    if info is True:
        info = sys.exc_info()
    if isinstance(info, tuple):
        info = info[1]
    return info if isinstance(info, BaseException) else None


def _one_line(error: BaseException) -> str:
    """Kind and first line. What PostgreSQL adds behind it (`DETAIL`) holds the values of the row."""
    first = str(error).partition("\n")[0]
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        # even its first line repeats what a user typed: invalid input syntax for type integer: "..."
        first = f"{state} {QUOTED_VALUE.sub('', first)}"
    return f"{type(error).__name__}: {redact(first)}"[:LINE_LIMIT]


def _trace(error: BaseException) -> list[str]:
    """Where it went, from the outside in, with the errors behind it. No values, so nothing private."""
    lines = _frames(error.__traceback__)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            lines += [f"within: {_one_line(inner)}", *_trace(inner)]
    if behind is not None:
        lines += [f"because of: {_one_line(behind)}", *_trace(behind)]
    return lines[-3 * FRAMES :]


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{_short(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-FRAMES:]


def _short(path: str) -> str:
    return path.rpartition("/site-packages/")[2].rpartition("/src/")[2]


def _json(_: Any, __: str, event: Event) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _console(out: TextIO) -> Any:
    renderer = structlog.dev.ConsoleRenderer(colors=out.isatty(), sort_keys=False)

    def render(logger: Any, name: str, event: Event) -> str:
        trace = event.pop("trace", None)
        line = renderer(logger, name, event)
        return "\n    ".join([line, *trace]) if trace else line

    return render
