"""A process of its own with a workshop, one worker idle and one at work; a test kills it.

`python -m tests.support.workshop_app` prints the process ids of the workers when both are there.
"""

import asyncio
import tempfile

from tests.support import media
from tideline.platform.media import Workshop


async def work_for_ever() -> None:
    workshop = Workshop()
    short, long = media.ogg(0.1), media.silent_mp3(3600)
    await asyncio.gather(*(_voice(workshop, short) for _ in range(2)))
    working = asyncio.create_task(_voice(workshop, long))
    await asyncio.sleep(0)
    print(*workshop.workers, flush=True)
    await working


async def _voice(workshop: Workshop, content: bytes) -> None:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        await workshop.voice(source, target, longest=7200)


if __name__ == "__main__":
    asyncio.run(work_for_ever())
