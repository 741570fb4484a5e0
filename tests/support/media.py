"""Files of all kinds, made on the spot: recordings, pictures, films and documents, good ones and bad ones."""

import io
import math
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

RATE = 48_000
LOUD = 12_000


# Recordings ----------------------------------------------------------------------------------------------------


def ogg(seconds: float = 1.0, **named: Any) -> bytes:
    """As phones record it, but in stereo."""
    return recording("ogg", "libopus", seconds, **named)


def vorbis(seconds: float = 1.0, **named: Any) -> bytes:
    return recording("ogg", "vorbis", seconds, rate=44_100, options={"strict": "experimental"}, **named)


def mp3(seconds: float = 1.0, **named: Any) -> bytes:
    return recording("mp3", "libmp3lame", seconds, rate=44_100, **named)


def wav(seconds: float = 1.0) -> bytes:
    return recording("wav", "pcm_s16le", seconds)


def recording(
    container: str,
    codec: str,
    seconds: float = 1.0,
    *,
    rate: int = RATE,
    layout: str = "stereo",
    loudness: Sequence[float] = (1.0,),
    options: dict[str, str] | None = None,
) -> bytes:
    """A tone; `loudness` is its course over equal parts of the time."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as written:
        stream = written.add_stream(codec, rate=rate, layout=layout, options=options)
        assert isinstance(stream, AudioStream)
        for frame in _tone(seconds, rate, layout, loudness):
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return file.getvalue()


def _tone(seconds: float, rate: int, layout: str, loudness: Sequence[float]) -> Iterator[AudioFrame]:
    total, sent = round(seconds * rate), 0
    channels = 2 if layout == "stereo" else 1
    second = [math.sin(2 * math.pi * 440 * n / rate) for n in range(rate)]
    while sent < total:
        size = min(1024, total - sent)
        level = LOUD * loudness[sent * len(loudness) // total]
        sound = array("h")
        for n in range(sent, sent + size):
            sound.extend([int(level * second[n % rate])] * channels)
        frame = AudioFrame(format="s16", layout=layout, samples=size)
        frame.planes[0].update(sound.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, sent, Fraction(1, rate)
        yield frame
        sent += size


def silent_mp3(seconds: int) -> bytes:
    """Hours of silence in no time: ten seconds of it, again and again."""
    return mp3(10, loudness=[0], layout="mono") * math.ceil(seconds / 10)


def heard(content: bytes) -> tuple[str, int, int, float]:
    """What a player makes of a recording: codec, channels, rate and seconds."""
    with av.open(io.BytesIO(content), "r") as container:
        stream = container.streams.audio[0]
        codec = stream.codec_context
        samples = sum(frame.samples for frame in container.decode(stream))
        return codec.name, codec.channels, codec.sample_rate, samples / RATE


# Pictures ------------------------------------------------------------------------------------------------------


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **named: Any) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **named)
    return file.getvalue()


def turned_picture() -> bytes:
    """A photo taken with the camera on its side: 640 x 480 in the file, 480 x 640 for people."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(exif=exif)


def animation() -> bytes:
    """A GIF whose first picture is green and whose others are red."""
    file = io.BytesIO()
    first, *others = (Image.new("P", (400, 200), 0) for _ in range(5))
    first.putpalette([0, 255, 0])
    for other in others:
        other.putpalette([255, 0, 0])
    first.save(file, "GIF", save_all=True, append_images=others, duration=100)
    return file.getvalue()


def png_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A picture of 2,500 million pixels in a few kilobytes."""
    rows = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def seen(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# Films ---------------------------------------------------------------------------------------------------------


def film(
    seconds: float = 1.0, size: tuple[int, int] = (640, 360), container: str = "mp4", codec: str = "libx264"
) -> bytes:
    """Ten pictures a second; black for the first half second, then green."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as written:
        stream = written.add_stream(codec, rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for n in range(round(seconds * 10)):
            image = Image.new("RGB", size, "black" if n < 5 else "lime")
            written.mux(stream.encode(VideoFrame.from_image(image)))  # type: ignore[no-untyped-call]
        written.mux(stream.encode(None))
    return file.getvalue()


# Documents -----------------------------------------------------------------------------------------------------


def pdf(width: float = 595, height: float = 842, *, drawing: str = "1 0 0 rg 0 0 2000 2000 re f") -> bytes:
    """A page all in red, unless something else is drawn."""
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{part}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\n"
    return body + f"{end}startxref\n{len(body)}\n%%EOF\n".encode()
