"""Films and sounds: measured by what their container says, and one picture from near the beginning."""

from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL.Image import Image

from tideline.platform.media.errors import MediaBroken
from tideline.platform.media.orders import Preview, ToPreview
from tideline.platform.media.worker import pictures
from tideline.platform.media.worker.kinds import Kind
from tideline.platform.media.worker.opening import codec_of, opened

CODECS = frozenset(
    {"h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp8", "libvpx", "vp9", "libvpx-vp9", "mpeg4", "h263"}
)
NOT_BLACK_AFTER = 0.5  # seconds: many films begin in the dark
MOST_FRAMES = 60
LONGEST = 7 * 24 * 3600.0  # a container may claim anything
TURNED = frozenset({90, 270})


def preview(source: BinaryIO, target: BinaryIO, order: ToPreview, kind: Kind) -> Preview:
    with opened(source, kind) as container:
        seconds = _seconds(container)
        stream = _moving(container)
        if stream is None:
            return Preview(seconds=seconds)
        pictures.check(stream.codec_context.width, stream.codec_context.height, order)
        return _shown(_frame(container, stream, order), target, order, seconds)


def measure(source: BinaryIO, kind: Kind) -> Preview:
    """How long a sound is, as far as its container knows."""
    with opened(source, kind) as container:
        return Preview(seconds=_seconds(container))


def _seconds(container: InputContainer) -> float | None:
    if not container.duration:
        return None
    seconds = container.duration / av.time_base
    return round(seconds, 3) if 0 < seconds <= LONGEST else None


def _moving(container: InputContainer) -> VideoStream | None:
    """The first stream of pictures that is no cover, in a form that is known here."""
    for stream in container.streams.video:
        is_cover = bool(stream.disposition & Disposition.attached_pic)
        if not is_cover and codec_of(stream) in CODECS:
            return stream
    return None


def _frame(container: InputContainer, stream: VideoStream, order: ToPreview) -> VideoFrame:
    """A picture that is likely to show something: the first after half a second, or the last before the end."""
    stream.codec_context.thread_count = 1
    # what the container says of the size was looked at; this is for what comes then
    stream.codec_context.options = {"max_pixels": str(order.most_pixels)}
    found = None
    for n, frame in enumerate(container.decode(stream)):
        found = frame
        if n >= MOST_FRAMES or (frame.time or 0.0) >= NOT_BLACK_AFTER:
            break
    if found is None:
        raise MediaBroken
    return found


def _shown(frame: VideoFrame, target: BinaryIO, order: ToPreview, seconds: float | None) -> Preview:
    width, height = frame.width, frame.height
    scale = min(1.0, order.side / max(width, height))
    size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
    small: Image = frame.to_image(**size)  # type: ignore[no-untyped-call]
    if frame.rotation:
        small = small.rotate(frame.rotation, expand=True)
    pictures.write(small, target, order.side)
    if frame.rotation % 360 in TURNED:
        width, height = height, width
    return Preview(width, height, seconds, has_picture=True)
