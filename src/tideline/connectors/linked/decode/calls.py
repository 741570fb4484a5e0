"""Calls, which are told in pieces: one message tells of a call when it has ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Literal

from tideline.connectors.linked.decode.memory import Call, Memory, moment
from tideline.features.numbers.port import AccountEvent, CallEnded

REJECTED: Final = ("reject", "rejected_elsewhere", "busy", "decline")
ANSWERED_ELSEWHERE: Final = "accepted_elsewhere"
MOST_CALLS: Final = 100


def offer(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    is_video = any(node.Tag == "video" for node in event.data.Nodes)
    _begun(memory, event.basicCallMeta.callID, is_video=is_video)
    yield from ()


def notice(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    _begun(memory, event.basicCallMeta.callID, is_video=event.media == "video")
    yield from ()


def _begun(memory: Memory, call_id: str, *, is_video: bool) -> None:
    while len(memory.calls) >= MOST_CALLS:
        del memory.calls[next(iter(memory.calls))]
    memory.calls[call_id] = Call(is_video)


def accept(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    call = memory.calls.get(event.basicCallMeta.callID)
    if call is not None:
        call.answered_at = moment(event.basicCallMeta.timestamp)
    yield from ()


def hung_up(memory: Memory, event: Any) -> Iterator[AccountEvent]:
    about = event.basicCallMeta
    memory.people.learn(about.callCreator, about.callCreatorAlt)
    is_own = memory.people.is_own(about.callCreator)
    chat = memory.people.peer(getattr(about, "from") if is_own else about.callCreator)
    call = memory.calls.pop(about.callID, None) or Call(is_video=False)
    at = moment(about.timestamp)
    if chat is None or not about.callID:
        return
    outcome, seconds = _outcome(call, event.reason, at)
    yield CallEnded(
        chat=chat,
        external_id=about.callID,
        direction="outgoing" if is_own else "incoming",
        outcome=outcome,
        is_video=call.is_video,
        seconds=seconds,
        at=at,
    )


def _outcome(call: Call, reason: str, at: datetime) -> tuple[Literal["answered", "missed", "rejected"], int]:
    if call.answered_at is not None:
        return "answered", max(0, round((at - call.answered_at).total_seconds()))
    if reason == ANSWERED_ELSEWHERE:
        return "answered", 0
    return ("rejected", 0) if reason in REJECTED else ("missed", 0)
