"""What a running Tideline leaves in its data folder for the next one."""

from pathlib import Path

import pytest

from tideline.settings import Settings
from tideline.wiring import folder


@pytest.fixture(autouse=True)
def _hold_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_held", [])


def name_after_a_restart(data_dir: Path) -> str:
    for lock in folder._held:
        lock.close()
    return str(folder.node_id(Settings(data_dir=data_dir)))


def test_a_restarted_program_goes_by_the_same_name(tmp_path: Path) -> None:
    assert name_after_a_restart(tmp_path) == name_after_a_restart(tmp_path)


def test_a_second_program_goes_by_a_name_of_its_own(tmp_path: Path) -> None:
    first = name_after_a_restart(tmp_path)
    assert str(folder.node_id(Settings(data_dir=tmp_path))) != first


@pytest.mark.parametrize("left", ["", "01a20ac8-07aa", "\0" * 37])
def test_half_a_name_is_replaced(tmp_path: Path, left: str) -> None:
    (tmp_path / "node").write_text(left)
    assert name_after_a_restart(tmp_path) == name_after_a_restart(tmp_path)
