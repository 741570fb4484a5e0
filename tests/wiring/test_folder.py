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


def test_a_folder_of_others_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("Dear Ana")
    with pytest.raises(folder.DataFolderOfOthers):
        folder.ensure_ours(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize(
    "there", [(), ("lost+found", "files"), ("secret.key",), ("serve.lock", "postgres", "notes.txt")]
)
def test_a_new_folder_and_one_of_ours_are_taken(tmp_path: Path, there: tuple[str, ...]) -> None:
    for name in there:
        (tmp_path / name).mkdir()
    folder.ensure_ours(tmp_path)
    folder.ensure_ours(tmp_path / "not-made-yet")
