"""Recordings: any OGG or MP3, and what browsers record (Opus in WebM), becomes OGG/Opus in one channel, as phones
record it, with its length and its waveform."""

from array import array
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import InvalidDataError

from tideline.platform.media.errors import MediaBroken, MediaNotKnown, MediaTooLong
from tideline.platform.media.orders import Voice
from tideline.platform.media.worker.kinds import RECORDINGS, Kind, kind_of
from tideline.platform.media.worker.opening import codec_of, opened

RATE = 48_000
TICK = Fraction(1, RATE)
FRAME = 960  # 20 milliseconds
BIT_RATE = 32_000
CODECS = frozenset({"opus", "vorbis", "flac", "speex", "mp3", "mp3float"})
STEPS = 64
FULL = 100
EVERY = 4  # loudness of one sample in four: the ear of whoever looks at a waveform is not finer
# Players go on after a bad packet, and so do we; a file of which more than this is bad was never a whole recording.
BAD_AT_MOST, BAD_SHARE = 5, 0.05
THERE_AT_LEAST = 0.9
PADDING = 0.1  # seconds that count and are not heard


def to_voice(source: BinaryIO, target: BinaryIO, longest: float) -> Voice:
    kind = kind_of(source)
    if kind not in RECORDINGS and kind is not Kind.WEBM:
        raise MediaNotKnown
    with opened(source, kind) as container:
        return _convert(container, _sound_of(container), target, longest)


def _sound_of(container: InputContainer) -> AudioStream:
    """The first sound; pictures, as of a record's cover, are left behind."""
    stream = next(iter(container.streams.audio), None)
    if stream is None or codec_of(stream) not in CODECS:
        raise MediaNotKnown
    stream.codec_context.thread_count = 1
    return stream


def _convert(container: InputContainer, stream: AudioStream, target: BinaryIO, longest: float) -> Voice:
    promised = _promised(container)
    if promised > longest:
        raise MediaTooLong
    loudness: list[float] = []
    samples = 0
    with av.open(target, "w", format="ogg") as written:
        voice = written.add_stream("libopus", rate=RATE, layout="mono", bit_rate=BIT_RATE)
        voice.codec_context.options = {"application": "voip", "frame_duration": "20"}
        for frame in _even(_decoded(container, stream)):
            frame.pts, frame.time_base = samples, TICK
            samples += frame.samples
            if samples > longest * RATE:
                raise MediaTooLong
            loudness.append(_loudness(frame))
            written.mux(voice.encode(frame))
        if not samples or samples < (promised - PADDING) * RATE * THERE_AT_LEAST:
            raise MediaBroken
        written.mux(voice.encode(None))
    return Voice(samples / RATE, waveform(loudness))


def _promised(container: InputContainer) -> float:
    """How many seconds there should be. OGG counts them, and its reader passes over what is torn; an MP3's reader can
    only guess from the size."""
    return (container.duration or 0) / av.time_base if container.format.name == Kind.OGG else 0.0


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    good = bad = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except InvalidDataError:
            bad += 1
            if bad > BAD_AT_MOST + good * BAD_SHARE:
                raise MediaBroken from None
            continue
        good += bool(frames)
        yield from frames


def _even(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    """The same sound in frames of one length, rate and channel. It may change its form in the middle of a file."""
    for _, alike in groupby(frames, key=_form):
        resampler = AudioResampler("s16", "mono", RATE, FRAME)
        for frame in alike:
            frame.pts = None
            yield from resampler.resample(frame)
        yield from resampler.resample(None)


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _loudness(frame: AudioFrame) -> float:
    heard = array("h", bytes(frame.planes[0])[: frame.samples * 2])[::EVERY]
    return sum(map(abs, heard)) / max(1, len(heard))


def waveform(loudness: list[float]) -> bytes:
    """Loudness in equal steps of time, the loudest at 100; silence is flat."""
    count = len(loudness)
    steps = [loudness[n * count // STEPS : max((n + 1) * count // STEPS, n * count // STEPS + 1)] for n in range(STEPS)]
    means = [sum(step) / len(step) for step in steps]
    loudest = max(means)
    return bytes(round(FULL * mean / loudest) if loudest >= 1 else 0 for mean in means)
