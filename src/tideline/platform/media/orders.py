"""What a worker is asked to do with a file, and what it answers: one line of JSON each way."""

import msgspec


class ToVoice(msgspec.Struct, tag="voice", frozen=True):
    """Make OGG/Opus in one channel of an OGG or MP3 recording that is at most `longest` seconds long."""

    cpu_seconds: int
    longest: float


class ToPreview(msgspec.Struct, tag="preview", frozen=True):
    """Make a JPEG with sides of at most `side` pixels, and measure. More than `most_pixels` are not opened."""

    cpu_seconds: int
    side: int
    most_pixels: int


Order = ToVoice | ToPreview


class Voice(msgspec.Struct, tag="voice", frozen=True):
    """What was made of a recording: how long it is, and how loud in 64 steps of time, each from 0 to 100."""

    seconds: float
    waveform: bytes


class Preview(msgspec.Struct, tag="preview", frozen=True):
    """What a file shows without being opened. Width and height are those of the original as people see it."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    has_picture: bool = False


class Refused(msgspec.Struct, tag="refused", frozen=True):
    """The file cannot be used. `trace` says where, when that was not foreseen."""

    code: str
    trace: str = ""


Answer = Voice | Preview | Refused

READY = b"ready\n"
_ORDERS: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
LONGEST_LINE = 16 * 1024


def to_line(message: Order | Answer) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def read_order(line: bytes) -> Order:
    return _ORDERS.decode(line)


def read_answer(line: bytes) -> Answer:
    return _ANSWERS.decode(line)
