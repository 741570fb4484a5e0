"""What happens to the processes that open media: they come when there is work and go, whatever a file does to them."""

import asyncio
import os
import pickle
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.support import media
from tests.support.waiting import until
from tideline.platform.errors import Problem
from tideline.platform.media import (
    MediaBusy,
    MediaCrashed,
    MediaTooHeavy,
    MediaTooSlow,
    Voice,
    Workshop,
    WorkshopLimits,
)

ONE = WorkshopLimits(workers=1)
MEGABYTE = 1024 * 1024
ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@asynccontextmanager
async def opened(limits: WorkshopLimits = ONE) -> AsyncIterator[Workshop]:
    workshop = Workshop(limits)
    try:
        yield workshop
    finally:
        await workshop.close()


class Asked:
    """An order that is being done, and its files."""

    def __init__(self, source: BinaryIO, target: BinaryIO, task: "asyncio.Task[Voice]") -> None:
        self.source = source
        self.target = target
        self.task = task

    async def is_in_the_middle(self) -> None:
        await until(lambda: os.fstat(self.target.fileno()).st_size, "something is written")


@asynccontextmanager
async def asking(workshop: Workshop, content: bytes) -> AsyncIterator[Asked]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        task = asyncio.create_task(workshop.voice(source, target, longest=7200))
        try:
            yield Asked(source, target, task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def seconds_of(workshop: Workshop, content: bytes) -> float:
    async with asking(workshop, content) as asked:
        return (await asked.task).seconds


SHORT = media.ogg(0.1)
LONG = media.silent_mp3(3600)


def is_there(pid: int) -> bool:
    """A process that has ended and that nobody has asked about yet is gone, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_nobody_is_there_before_there_is_work() -> None:
    async with opened() as workshop:
        assert workshop.workers == []
        await seconds_of(workshop, SHORT)
        assert len(workshop.workers) == 1


async def test_one_worker_does_one_file_after_the_other() -> None:
    async with opened() as workshop:
        await seconds_of(workshop, SHORT)
        [first] = workshop.workers
        assert await asyncio.gather(*(seconds_of(workshop, SHORT) for _ in range(5))) == [pytest.approx(0.1)] * 5
        assert workshop.workers == [first]


async def test_a_worker_without_work_goes_home() -> None:
    async with opened(replace(ONE, idle=0.05)) as workshop:
        await seconds_of(workshop, SHORT)
        [pid] = workshop.workers
        await until(lambda: not workshop.workers, "the worker goes home")
        assert not is_there(pid)


async def test_a_worker_is_replaced_after_so_many_files() -> None:
    async with opened(replace(ONE, orders=2)) as workshop:
        await seconds_of(workshop, SHORT)
        [first] = workshop.workers
        await seconds_of(workshop, SHORT)
        await seconds_of(workshop, SHORT)
        assert first not in workshop.workers


async def test_no_more_work_at_once_than_there_are_workers() -> None:
    async with opened(replace(ONE, workers=2)) as workshop:
        await asyncio.gather(*(seconds_of(workshop, SHORT) for _ in range(8)))
        assert len(workshop.workers) == 2


async def test_the_line_before_the_door_has_an_end() -> None:
    async with opened(replace(ONE, waiting=1)) as workshop:
        results = await asyncio.gather(*(seconds_of(workshop, SHORT) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [float, float, MediaBusy]
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)  # the line is empty again


# A file that ends its worker --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
async def test_a_worker_that_dies_over_a_file_takes_nobody_along(how: signal.Signals) -> None:
    async with opened() as workshop, asking(workshop, LONG) as asked, asking(workshop, SHORT) as other:
        await asked.is_in_the_middle()
        [pid] = workshop.workers
        os.kill(pid, how)
        with pytest.raises(MediaCrashed):
            await asked.task
        assert (await other.task).seconds == pytest.approx(0.1)
        assert pid not in workshop.workers


async def test_a_worker_that_died_while_it_rested_is_nobodys_trouble() -> None:
    async with opened() as workshop:
        await seconds_of(workshop, SHORT)
        [pid] = workshop.workers
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not is_there(pid), "the worker is gone")
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)


async def test_a_file_that_takes_too_much_work_is_given_up() -> None:
    async with opened(replace(ONE, voice_seconds=1)) as workshop:
        with pytest.raises(MediaTooSlow):
            await seconds_of(workshop, LONG)
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)


async def test_a_worker_that_stands_still_is_given_up() -> None:
    async with opened(replace(ONE, voice_seconds=1)) as workshop:
        await seconds_of(workshop, SHORT)
        [pid] = workshop.workers
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(MediaTooSlow):
            await seconds_of(workshop, SHORT)
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)
        assert not is_there(pid)


@on_linux
async def test_a_file_that_takes_too_much_memory_is_given_up() -> None:
    async with opened(replace(ONE, memory=256 * MEGABYTE, most_pixels=10**9)) as workshop:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
            source.write(media.png_bomb(20_000, 20_000))
            source.flush()
            with pytest.raises(MediaTooHeavy):
                await workshop.preview(source, target)
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)


async def test_who_goes_away_stops_the_work() -> None:
    async with opened() as workshop:
        async with asking(workshop, LONG) as asked:
            await asked.is_in_the_middle()
            [pid] = workshop.workers
        assert not is_there(pid)
        assert await seconds_of(workshop, SHORT) == pytest.approx(0.1)


# The end ----------------------------------------------------------------------------------------------------------


async def test_a_closed_workshop_has_no_workers_and_takes_no_work() -> None:
    workshop = Workshop(replace(ONE, workers=2))
    await seconds_of(workshop, SHORT)
    async with asking(workshop, LONG) as asked:
        await asked.is_in_the_middle()
        pids = workshop.workers
        await workshop.close()
        with pytest.raises(Problem):
            await asked.task
    assert not [pid for pid in pids if is_there(pid)]
    with pytest.raises(MediaBusy):
        await seconds_of(workshop, SHORT)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_workers_end_with_their_parent(how: signal.Signals) -> None:
    app = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.workshop_app", cwd=ROOT, stdout=subprocess.PIPE
    )
    assert app.stdout
    pids = [int(pid) for pid in (await app.stdout.readline()).split()]
    assert len(pids) == 2
    app.send_signal(how)
    await app.wait()
    await until(lambda: not [pid for pid in pids if is_there(pid)], "the workers are gone")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_only_the_parent_sends_a_worker_home(how: signal.Signals) -> None:
    """Whoever stops a service may signal all of its processes at once; what is begun is finished all the same."""
    async with opened() as workshop:
        await seconds_of(workshop, SHORT)
        [pid] = workshop.workers
        os.kill(pid, how)
        await seconds_of(workshop, SHORT)
        assert workshop.workers == [pid]


# What a worker has --------------------------------------------------------------------------------------------------


@pytest.fixture
async def pid(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setenv("TIDELINE_SECRET_KEY", "a key that is nobody's business")
    async with opened() as workshop:
        await seconds_of(workshop, SHORT)
        [pid] = workshop.workers
        yield pid


@on_linux
def test_a_worker_knows_no_secrets_and_holds_no_files(pid: int) -> None:
    program = Path(f"/proc/{pid}")
    assert b"TIDELINE" not in (program / "environ").read_bytes()
    held = [os.readlink(fd) for fd in (program / "fd").iterdir()]
    assert not [name for name in held if not name.startswith(("/dev/null", "socket:"))], held
    assert len([name for name in held if name.startswith("socket:")]) == 1


@on_linux
@pytest.mark.skipif(os.geteuid() != 0, reason="there is nothing to give up")
def test_a_worker_of_root_is_a_user_who_has_nothing(pid: int) -> None:
    """Not even the one called nobody, under whom the embedded database may run."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    ids = {line.split()[0]: set(line.split()[1:]) for line in lines if line.startswith(("Uid", "Gid", "Groups"))}
    assert ids == {"Uid:": {"65533"}, "Gid:": {"65533"}, "Groups:": set()}
    assert 65_533 not in {user.pw_uid for user in pwd.getpwall()}


EVERY_KIND: dict[str, Callable[[], bytes]] = {
    "ogg": media.ogg, "vorbis": media.vorbis, "flac": lambda: media.recording("ogg", "flac"), "mp3": media.mp3,
    "wav": media.wav, "jpeg": media.picture, "turned": media.turned_picture, "cmyk": lambda: media.picture(mode="CMYK"),
    "png": lambda: media.picture("PNG"), "palette": lambda: media.picture("PNG", mode="P"),
    "webp": lambda: media.picture("WEBP"), "gif": media.animation, "mp4": media.film,
    "webm": lambda: media.film(container="webm", codec="libvpx"), "pdf": media.pdf, "text": lambda: b"Hello",
}  # fmt: skip
OPEN_ALL = """
import io, pickle, sys
from tideline.platform.media.orders import ToPreview
from tideline.platform.media.worker import __main__, previews, sound
loaded = set(sys.modules)
for content in pickle.load(sys.stdin.buffer):
    for work in (
        lambda: sound.to_voice(io.BytesIO(content), io.BytesIO(), 60.0),
        lambda: previews.preview(io.BytesIO(content), io.BytesIO(), ToPreview(1, 320, 10**8)),
    ):
        try:
            work()
        except Exception:
            pass
print(sorted(set(sys.modules) - loaded))
"""


def test_everything_is_loaded_before_the_right_to_read_it_is_given_up() -> None:
    contents = pickle.dumps([make() for make in EVERY_KIND.values()])
    done = subprocess.run([sys.executable, "-c", OPEN_ALL], cwd=ROOT, input=contents, capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_the_program_itself_loads_no_decoder() -> None:
    """They would cost thirty megabytes, in a process that opens no media."""
    script = (
        "import sys, tideline.wiring.node, tideline.wiring.demo, tideline.surfaces.cli.run;"
        "print(sorted({'av', 'PIL', 'pypdfium2', 'numpy'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
