"""What a server does with a number's process that misbehaves: it takes neither memory nor other numbers along."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.waiting import until
from tideline.connectors.linked import Care, Launch, LinkedConnector
from tideline.connectors.linked import connector as connectors
from tideline.connectors.linked.folders import Folders, write
from tideline.connectors.linked.number import ROOM
from tideline.features.numbers.port import AccountRef, Offline, Peer, Text
from tideline.platform.outgoing import Outgoing

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = AccountRef(number_id=1, workspace_id=1, phone="15550001001")
Make = Callable[[str], LinkedConnector]


@pytest.fixture
async def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Connectors of a linked number whose processes are odd."""
    monkeypatch.setattr(connectors, "is_installed", lambda: True)
    made = []
    outgoing = Outgoing()
    folders = Folders(tmp_path)
    folders.make()
    number = folders.number(ACCOUNT.number_id)
    number.path.mkdir()
    write(number.path / "session.json", '{"session": "s", "phone": "15550001001", "lid": null, "name": "Shop"}')

    def one(how: str) -> LinkedConnector:
        launch = Launch(
            (sys.executable, "-m", "tests.connectors.odd_worker", how), {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        )
        care = Care(look_every=0.1, sign_seconds=0.5, first_wait=0.05)
        made.append(LinkedConnector(tmp_path, outgoing, launch=launch, care=care))
        return made[-1]

    yield one
    for connector in made:
        await connector.close()
    await outgoing.close()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_process_of_an_older_version_is_refused(make: Make) -> None:
    connector = make("old")
    with pytest.raises(Offline, match="version 0"):
        await connector.start(ACCOUNT, 1)
    with pytest.raises(Offline):
        await connector.send(ACCOUNT, Peer(phone="15550002002"), Text("Hello"), client_ref="m-1")


@pytest.mark.parametrize("how", ["flood", "huge", "garbage", "of another lease"])
async def test_a_process_that_says_what_it_must_not_is_ended_and_another_one_started(how: str, make: Make) -> None:
    connector = make(how)
    await connector.start(ACCOUNT, 1)
    running = connector._running[1]
    first = running.pid
    assert first
    await until(lambda: running.pid not in (None, first))
    assert not is_there(first)
    assert sum(len(batch) for *_, batch in connector._told) <= ROOM


async def test_a_process_that_gives_no_sign_of_life_is_ended(make: Make) -> None:
    connector = make("hang")
    await connector.start(ACCOUNT, 1)
    running = connector._running[1]
    first = running.pid
    assert first
    await until(lambda: running.pid not in (None, first))
    assert not is_there(first)


async def test_no_process_outlives_its_number(make: Make) -> None:
    connector = make("hang")
    await connector.start(ACCOUNT, 1)
    pid = connector._running[1].pid
    assert pid
    assert is_there(pid)
    await connector.stop(1)
    assert not is_there(pid)
