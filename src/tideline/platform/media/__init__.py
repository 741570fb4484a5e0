"""Media, prepared in processes of their own (docs/decisions/0015-media-in-processes.md): files of strangers are opened
there and nowhere else, because whatever opens them may be broken, held up or taken over by them.

    workshop = Workshop(WorkshopLimits(workers=2))
    voice = await workshop.voice(source, target, longest=3600)   OGG or MP3 in, OGG/Opus mono out
    preview = await workshop.preview(source, target)             a small JPEG out, and what is measured
    await workshop.close()

`source` and `target` are open files of this process. Every refusal is a `Problem` about that one file.
"""

from tideline.platform.media.errors import (
    MediaBroken,
    MediaBusy,
    MediaCrashed,
    MediaNotKnown,
    MediaTooHeavy,
    MediaTooLong,
    MediaTooSlow,
)
from tideline.platform.media.orders import Preview, Voice
from tideline.platform.media.workshop import Workshop, WorkshopLimits

__all__ = [
    "MediaBroken",
    "MediaBusy",
    "MediaCrashed",
    "MediaNotKnown",
    "MediaTooHeavy",
    "MediaTooLong",
    "MediaTooSlow",
    "Preview",
    "Voice",
    "Workshop",
    "WorkshopLimits",
]
