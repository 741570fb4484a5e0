"""What a workshop makes of good files, and what it says about bad ones."""

import tempfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support import media
from tideline.platform.errors import Problem
from tideline.platform.media import (
    MediaBroken,
    MediaNotKnown,
    MediaTooHeavy,
    MediaTooLong,
    Preview,
    Voice,
    Workshop,
    WorkshopLimits,
)


@pytest.fixture(scope="module")
async def workshop() -> AsyncIterator[Workshop]:
    made = Workshop(WorkshopLimits(workers=1))
    yield made
    await made.close()


async def voice(workshop: Workshop, content: bytes, *, longest: float = 600) -> tuple[Voice, bytes]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        made = await workshop.voice(source, target, longest=longest)
        target.seek(0)
        return made, target.read()


async def preview(workshop: Workshop, content: bytes) -> tuple[Preview, Any]:
    """What is shown, and the picture."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        made = await workshop.preview(source, target)
        target.seek(0)
        small = target.read()
    return made, media.seen(small) if small else None


# Recordings ----------------------------------------------------------------------------------------------------

RECORDINGS = {
    "OGG with Opus": media.ogg,
    "OGG with Opus in one channel": lambda: media.ogg(layout="mono"),
    "OGG with Vorbis": media.vorbis,
    "OGG with FLAC": lambda: media.recording("ogg", "flac"),
    "MP3": media.mp3,
    "MP3 in one channel": lambda: media.mp3(layout="mono"),
    "MP3 without a tag": lambda: _untagged(media.mp3()),
    "MP3 with a tag at its end": lambda: media.mp3() + b"TAG" + b"\0" * 125,
    "MP3 with a title from another time": lambda: _untagged(media.mp3()) + b"TAGCaf\xe9 del mar".ljust(128, b"\0"),
    "two OGG in one file": lambda: media.ogg(0.5) + media.ogg(0.5),
}


def _untagged(content: bytes) -> bytes:
    """From the first frame on; a tag says how long it is in four times seven bits."""
    assert content.startswith(b"ID3")
    return content[10 + int.from_bytes(content[8:10], "big") :]


@pytest.mark.parametrize("make", RECORDINGS.values(), ids=RECORDINGS)
async def test_a_recording_becomes_what_phones_record(workshop: Workshop, make: Any) -> None:
    made, content = await voice(workshop, make())
    codec, channels, rate, seconds = media.heard(content)
    assert (codec, channels, rate) == ("opus", 1, 48_000)
    assert made.seconds == pytest.approx(1, abs=0.06)
    assert seconds == pytest.approx(made.seconds, abs=0.001)
    assert len(made.waveform) == 64
    assert max(made.waveform) == 100


async def test_the_waveform_follows_the_loudness(workshop: Workshop) -> None:
    made, _ = await voice(workshop, media.mp3(4, loudness=(1, 0, 0.5, 0.25)))
    quarters = [made.waveform[n : n + 16] for n in range(0, 64, 16)]
    middles = [sum(quarter[3:13]) / 10 for quarter in quarters]
    assert middles == pytest.approx([98, 0, 49, 25], abs=3)


async def test_silence_is_flat(workshop: Workshop) -> None:
    made, _ = await voice(workshop, media.ogg(0.5, loudness=[0]))
    assert set(made.waveform) == {0}


async def test_a_moment_is_long_enough(workshop: Workshop) -> None:
    made, _ = await voice(workshop, media.ogg(0.02))
    assert (len(made.waveform), 0 < made.seconds < 0.1) == (64, True)


async def test_nothing_of_what_was_written_into_the_recording_goes_on(workshop: Workshop) -> None:
    tag = b"ID3\x03\0\0\0\0\0\x1fTIT2\0\0\0\x15\0\0\0" + b"secret place of mine"
    assert b"secret" not in (await voice(workshop, tag + media.mp3()))[1]


BAD_RECORDINGS: dict[str, tuple[Any, type[Problem]]] = {
    "nothing": (lambda: b"", MediaNotKnown),
    "a text": (lambda: b"Hello, this is not music.", MediaNotKnown),
    "WAV, whatever its name is": (media.wav, MediaNotKnown),
    "M4A": (lambda: media.recording("mp4", "aac"), MediaNotKnown),
    "a picture": (media.picture, MediaNotKnown),
    "a film": (media.film, MediaNotKnown),
    "a film in OGG": (lambda: media.film(container="ogg", codec="libvpx"), MediaNotKnown),
    "a playlist": (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", MediaNotKnown),
    "a list of files": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", MediaNotKnown),
    "an archive": (lambda: b"PK\x03\x04" + b"\0" * 5000, MediaNotKnown),
    "the beginning of OGG and then noise": (lambda: b"OggS" + bytes(range(256)) * 40, MediaBroken),
    "the beginning of MP3 and then nothing": (lambda: b"ID3" + b"\0" * 5000, MediaBroken),
    "one frame's head": (lambda: b"\xff\xfb\x90\x64", MediaBroken),
    "OGG cut off in its first page": (lambda: media.ogg()[:100], MediaBroken),
    "OGG without sound": (lambda: media.ogg()[:200], MediaBroken),
    "OGG with holes": (lambda: _with_holes(media.ogg(3)), MediaBroken),
    "MP3 with holes": (lambda: _with_holes(media.mp3(3)), MediaBroken),
    "three hours of silence": (lambda: media.silent_mp3(3 * 3600), MediaTooLong),
    "a second too long": (lambda: media.ogg(11), MediaTooLong),
}


def _with_holes(content: bytes) -> bytes:
    """Noise in the place of every other kilobyte, behind the headers."""
    torn = bytearray(content)
    for start in range(2048, len(torn) - 512, 1024):
        torn[start : start + 512] = bytes(n * 7 % 251 for n in range(start, start + 512))
    return bytes(torn)


@pytest.mark.parametrize(("make", "problem"), BAD_RECORDINGS.values(), ids=BAD_RECORDINGS)
async def test_what_is_no_recording_is_refused(workshop: Workshop, make: Any, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        await voice(workshop, make(), longest=10)


async def test_an_mp3_that_ends_early_is_sent_as_far_as_it_goes(workshop: Workshop) -> None:
    whole = media.mp3(3)
    made, _ = await voice(workshop, whole[: len(whole) // 2])
    assert made.seconds == pytest.approx(1.5, abs=0.1)


# Previews ------------------------------------------------------------------------------------------------------

RED, GREEN = (254, 0, 0), (0, 254, 0)
SHOWN: dict[str, tuple[Any, Preview, tuple[int, int], tuple[int, int, int]]] = {
    "JPEG": (media.picture, Preview(640, 480, None, True), (320, 240), RED),
    "JPEG for printers": (
        lambda: media.picture(mode="CMYK"), Preview(640, 480, None, True), (320, 240), RED,
    ),
    "JPEG taken sideways": (media.turned_picture, Preview(480, 640, None, True), (240, 320), RED),
    "PNG": (lambda: media.picture("PNG"), Preview(640, 480, None, True), (320, 240), RED),
    "PNG with a palette": (
        lambda: media.picture("PNG", mode="P"), Preview(640, 480, None, True), (320, 240), RED,
    ),
    "PNG that shines through": (
        lambda: media.picture("PNG", mode="RGBA"), Preview(640, 480, None, True), (320, 240), RED,
    ),
    "PNG in grey": (
        lambda: media.picture("PNG", mode="L"), Preview(640, 480, None, True), (320, 240), (76, 76, 76),
    ),
    "WebP": (lambda: media.picture("WEBP", lossless=True), Preview(640, 480, None, True), (320, 240), RED),
    "GIF that moves": (media.animation, Preview(400, 200, None, True), (320, 160), GREEN),
    "a small picture": (
        lambda: media.picture(size=(60, 40)), Preview(60, 40, None, True), (60, 40), RED,
    ),
    "a very narrow picture": (
        lambda: media.picture("PNG", size=(4, 8000)), Preview(4, 8000, None, True), (1, 320), (127, 0, 127),
    ),
    "MP4": (media.film, Preview(640, 360, 1.0, True), (320, 180), GREEN),
    "WebM": (
        lambda: media.film(container="webm", codec="libvpx"), Preview(640, 360, 1.0, True), (320, 180), GREEN,
    ),
    "3GP": (
        lambda: media.film(container="3gp", codec="mpeg4"), Preview(640, 360, 1.0, True), (320, 180), GREEN,
    ),
    "a film of one picture": (
        lambda: media.film(0.1), Preview(640, 360, 0.1, True), (320, 180), (0, 0, 0),
    ),
    "PDF": (media.pdf, Preview(has_picture=True), (227, 320), RED),
    "PDF of the size of a town": (
        lambda: media.pdf(1_000_000, 500_000, drawing="1 0 0 rg 0 0 2000000 2000000 re f"),
        Preview(has_picture=True), (320, 160), RED,
    ),
    "PDF of one line": (
        lambda: media.pdf(5000, 1), Preview(has_picture=True), (320, 1), RED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "expected", "size", "colour"), SHOWN.values(), ids=SHOWN)
async def test_what_has_a_picture_is_shown_small(
    workshop: Workshop, make: Any, expected: Preview, size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    made, small = await preview(workshop, make())
    assert made == expected
    assert (small.format, small.mode) == ("JPEG", "RGB")
    assert all(abs(side - wanted) <= 1 for side, wanted in zip(small.size, size, strict=True))
    found = small.getpixel((small.width // 8, small.height // 8))
    assert all(abs(value - wanted) <= 3 for value, wanted in zip(found, colour, strict=True)), found


async def test_a_thumbnail_tells_nothing_of_where_a_photo_was_taken(workshop: Workshop) -> None:
    _, small = await preview(workshop, media.turned_picture())
    assert not small.getexif()


SOUNDS = {
    "OGG": media.ogg,
    "MP3": media.mp3,
    "WAV": media.wav,
    "M4A": lambda: media.recording("mp4", "aac"),
    "AAC": lambda: media.recording("adts", "aac"),
    "FLAC": lambda: media.recording("flac", "flac"),
    "AMR": lambda: media.recording("amr", "libopencore_amrnb", rate=8000, layout="mono"),
}


@pytest.mark.parametrize("make", SOUNDS.values(), ids=SOUNDS)
async def test_sounds_have_a_length_and_no_picture(workshop: Workshop, make: Any) -> None:
    made, small = await preview(workshop, make())
    assert (made.width, made.has_picture, small) == (None, False, None)
    assert made.seconds == pytest.approx(1, abs=0.15)


NOT_SHOWN: dict[str, tuple[Any, type[Problem]]] = {
    "nothing": (lambda: b"", MediaNotKnown),
    "a page": (lambda: b"<html><script>alert(1)</script></html>", MediaNotKnown),
    "a drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaNotKnown),
    "a picture of another kind": (lambda: media.picture("TIFF"), MediaNotKnown),
    "an archive": (lambda: b"PK\x03\x04" + b"\0" * 5000, MediaNotKnown),
    "half a JPEG": (lambda: media.picture()[:3000], MediaBroken),
    "half a PNG": (lambda: media.picture("PNG")[:1000], MediaBroken),
    "half a film": (lambda: media.film()[:800], MediaBroken),
    "half a PDF": (lambda: media.pdf()[:200], MediaBroken),
    "a PNG of nothing": (lambda: media.png_bomb(0, 10), MediaBroken),
    "2,500 million pixels": (lambda: media.png_bomb(50_000, 50_000), MediaTooHeavy),
}


@pytest.mark.parametrize(("make", "problem"), NOT_SHOWN.values(), ids=NOT_SHOWN)
async def test_what_cannot_be_shown_says_so(workshop: Workshop, make: Any, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        await preview(workshop, make())


async def test_a_film_that_lies_about_its_size_is_no_way_around(workshop: Workshop) -> None:
    """The container says 16 x 16, the pictures inside are large."""
    honest = media.film(0.1, size=(1920, 1080))
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(_shrunk(honest))
        source.flush()
        small = Workshop(WorkshopLimits(workers=1, most_pixels=1_000_000))
        with pytest.raises((MediaTooHeavy, MediaBroken)):
            await small.preview(source, target)
        await small.close()


def _shrunk(film: bytes) -> bytes:
    """The size in the sample entry and in the track's header, made small."""
    large = (1920).to_bytes(2, "big") + (1080).to_bytes(2, "big")
    fixed = (1920 << 16).to_bytes(4, "big") + (1080 << 16).to_bytes(4, "big")
    assert film.count(large) == film.count(fixed) == 1
    return film.replace(large, b"\0\x10\0\x10").replace(fixed, b"\0\x10\0\0\0\x10\0\0")
