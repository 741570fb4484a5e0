"""Recordings that people bring, made into what phones record, and stored."""

import asyncio
import os
from typing import BinaryIO

from tideline.features.files.errors import FileIsEmpty, FileTooLarge, NotARecording
from tideline.features.files.model import File, Measures, NewFile, Purpose
from tideline.features.files.spool import Spool, Spooled, read_whole
from tideline.features.files.stored import Files
from tideline.platform.facts import Actor
from tideline.platform.media import MediaNotKnown, MediaTooLong, Workshop

TYPE = "audio/ogg"


class Voices:
    """`longest` is how many seconds a recording may have."""

    def __init__(self, files: Files, spool: Spool, workshop: Workshop, *, longest: float) -> None:
        self._files = files
        self._spool = spool
        self._workshop = workshop
        self._longest = longest

    async def save(self, recording: Spooled, name: str, workspace_id: int, actor: Actor) -> File:
        """Store a recording as OGG/Opus with its length and its waveform. What it is, its bytes say, not its name."""
        self._ensure_size(recording)
        with self._spool.scratch() as made:
            measures = await self._convert(recording, made)
            new = NewFile(_renamed(name), TYPE, Purpose.UPLOAD, os.fstat(made.fileno()).st_size, actor.id, measures)
            return await self._files.save(workspace_id, new, read_whole(made), actor=actor)

    def _ensure_size(self, recording: Spooled) -> None:
        if not recording.size:
            raise FileIsEmpty
        if recording.size > self._files.room.limits.of_type(TYPE):
            raise FileTooLarge

    async def _convert(self, recording: Spooled, made: BinaryIO) -> Measures:
        try:
            with await asyncio.to_thread(recording.path.open, "rb") as source:
                voice = await self._workshop.voice(source, made, longest=self._longest)
        except MediaNotKnown:
            raise NotARecording from None
        except MediaTooLong:
            raise MediaTooLong(f"The recording is longer than {_in_words(self._longest)}.") from None
        return Measures(seconds=voice.seconds, waveform=voice.waveform)


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds > 60 and seconds % 60 == 0 else f"{seconds:g} seconds"


def _renamed(name: str) -> str:
    """The same name with the end that its new type has."""
    return f"{os.path.splitext(name)[0] or 'voice'}.ogg"
