"""What a number's process has heard survives whatever happens to it, within bounds."""

from pathlib import Path

import pytest

from tests.support.waiting import until
from tideline.connectors.linked.journal import Begun, Journal
from tideline.connectors.linked.keeper import GAP, Keeper
from tideline.connectors.linked.spool import Full, Spool, position

CHAT = {"phone": "15550002002", "lid": None, "group": None}


def contents(spool: Spool, after: int = 0) -> list[bytes]:
    tail, found = spool.tail(after), list[bytes]()
    while records := tail.next(most=3):
        found += [record.content for record in records]
    return found


def test_what_was_appended_is_read_in_its_order_also_over_many_files(tmp_path: Path) -> None:
    spool = Spool(tmp_path, roll_bytes=100)
    told = [f"event {n}".encode() for n in range(50)]
    for n in range(0, 50, 5):
        spool.append([(17, content) for content in told[n : n + 5]])
    assert contents(spool) == told
    assert contents(Spool(tmp_path), 20) == told[20:]


def test_a_tail_reads_on_when_more_comes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, roll_bytes=60)
    tail = spool.tail(0)
    assert tail.next() == []
    for n in range(10):
        spool.append([(17, b"%d" % n)])
        assert [record.content for record in tail.next()] == [b"%d" % n]


@pytest.mark.parametrize("cut", [1, 5, 17, 20])
def test_a_record_that_a_crash_cut_off_is_dropped_and_its_number_used_again(cut: int, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([(17, b"whole")])
    spool.append([(17, b"cut off")])
    spool.close()
    [file] = tmp_path.glob("*.events")
    file.write_bytes(file.read_bytes()[:-cut])
    again = Spool(tmp_path)
    assert again.last == 1
    again.append([(17, b"next")])
    assert contents(again) == [b"whole", b"next"]


def test_what_is_acknowledged_makes_room_and_its_numbers_are_not_used_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, roll_bytes=50)
    for n in range(10):
        spool.append([(17, b"%d" % n)])
    spool.ack(position(10, 0), done=10)
    assert len(list(tmp_path.glob("*.events"))) == 1
    again = Spool(tmp_path, roll_bytes=50)
    assert (again.last, again.acked) == (10, position(10, 0))
    for file in tmp_path.glob("*.events"):
        file.unlink()
    assert Spool(tmp_path).append([(17, b"new")]) == 11


def test_a_tail_finds_what_is_left_when_older_files_are_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path, roll_bytes=50)
    for n in range(10):
        spool.append([(17, b"%d" % n)])
    spool.ack(position(5, 3), done=5)
    assert contents(Spool(tmp_path), 4)[-5:] == [b"5", b"6", b"7", b"8", b"9"]


def test_a_spool_that_is_full_takes_nothing_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=100)
    spool.append([(17, b"x" * 60)])
    with pytest.raises(Full):
        spool.append([(17, b"x" * 60)])
    assert contents(spool) == [b"x" * 60]


async def test_a_loss_is_told_once_there_is_room_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=150, roll_bytes=10)
    keeper = Keeper(spool, lambda: None, full_seconds=0.0)
    for n in range(12):
        keeper.put(17, b"%012d" % n)
    kept = len(contents(spool))
    assert kept < 12
    spool.ack(position(kept, 0), done=kept)
    keeper.put(17, b"after")
    await until(lambda: contents(spool)[-1:] == [b"after"])
    *_, gap, last = spool.tail(0).next()
    assert (gap.kind, int(gap.content), last.content) == (GAP, 12 - kept, b"after")


def test_a_send_that_was_cut_off_is_matched_by_a_receipt_under_an_id_that_nobody_knows(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.begin(Begun("m-1", CHAT, "Hello", "2026-11-27T05:00:00+00:00"))
    journal.end("m-1", "3EB0AA")
    journal.begin(Begun("m-2", CHAT, "Hello?", "2026-11-27T05:01:00+00:00"))
    again = Journal(tmp_path / "journal")
    at = again.open["m-2"].begun_at
    assert again.match(CHAT, ["3EB0AA"], at) is None
    assert again.match({**CHAT, "phone": "15550003003"}, ["3EB0BB"], at) is None
    assert again.match(CHAT, ["ABCDEF0123456789"], at) is None
    found = again.match(CHAT, ["3EB0BB"], at)
    assert found
    assert (found[0].client_ref, found[1]) == ("m-2", "3EB0BB")
    again.end("m-2", "3EB0BB")
    assert not Journal(tmp_path / "journal").open
