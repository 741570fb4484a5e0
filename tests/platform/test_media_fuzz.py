"""Spoiled files of every kind are made or refused, and end no worker."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import media
from tests.support.fuzz import FUZZ
from tideline.platform.media import (
    MediaBroken,
    MediaNotKnown,
    MediaTooHeavy,
    MediaTooLong,
    Workshop,
    WorkshopLimits,
)

REFUSED = (MediaBroken, MediaNotKnown, MediaTooHeavy, MediaTooLong)
MAKERS: tuple[Callable[[], bytes], ...] = (
    lambda: media.ogg(0.3), lambda: media.vorbis(0.3), lambda: media.mp3(0.3), lambda: media.wav(0.1),
    media.turned_picture, lambda: media.picture("PNG", mode="P"), lambda: media.picture("WEBP"), media.animation,
    lambda: media.film(0.3), lambda: media.film(0.3, container="webm", codec="libvpx"), media.pdf,
)  # fmt: skip
FILES = [make() for make in MAKERS]
EXTREMES = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b""]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A file with some places overwritten, cut out or filled in, most of them near its beginning."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 12))):
        place = draw(st.integers(0, min(len(content), 400)) | st.integers(0, len(content)))
        length = draw(st.integers(0, 4) | st.integers(0, 300))
        content[place : place + length] = draw(st.binary(max_size=6) | st.sampled_from(EXTREMES))
    return bytes(content)


def test_a_spoiled_file_is_refused_or_made_by_the_same_worker() -> None:
    workshop = Workshop(WorkshopLimits(workers=1, idle=600, orders=10**9))

    async def ask(content: bytes) -> None:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
            source.write(content)
            source.flush()
            for work in (workshop.voice(source, target, longest=60), workshop.preview(source, target)):
                with suppress(*REFUSED):
                    await work

    with asyncio.Runner() as runner:

        @settings(
            max_examples=200 * FUZZ, deadline=None, suppress_health_check=list(HealthCheck), derandomize=FUZZ == 1
        )
        @given(content=spoiled())
        def try_one(content: bytes) -> None:
            runner.run(ask(content))

        runner.run(ask(FILES[0]))
        [pid] = workshop.workers
        try_one()
        assert workshop.workers == [pid]
        runner.run(workshop.close())
