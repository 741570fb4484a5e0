"""What the launcher refuses to open or to do, and whether its words say what to do next."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.embedded import AS_ROOT, App
from tideline.platform import launcher
from tideline.platform.launcher import programs


@pytest.mark.parametrize(
    ("version", "advice"), [("16", "tideline restore"), ("19", "newer Tideline"), ("9.6", "newer Tideline")]
)
async def test_a_data_folder_of_another_major_version(data_dir: Path, version: str, advice: str) -> None:
    cluster = data_dir / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(launcher.DataFolderOfAnotherVersion, match=advice):
        await launcher.start(data_dir)
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


async def test_a_data_folder_without_a_version_is_damaged(data_dir: Path) -> None:
    (data_dir / "postgres" / "data" / "base").mkdir(parents=True)
    with pytest.raises(launcher.DataFolderDamaged, match="Restore a backup"):
        await launcher.start(data_dir)


async def test_a_server_that_cannot_start_says_why_and_frees_the_folder(used_data_dir: Path) -> None:
    own_settings = used_data_dir / "postgres" / "local.conf"
    own_settings.write_text("shared_buffers = 'plenty'\n")
    own_settings.chmod(0o644)
    with pytest.raises(launcher.DatabaseDidNotStart, match="shared_buffers"):
        await launcher.start(used_data_dir)
    own_settings.unlink()
    server = await launcher.start(used_data_dir)
    await server.stop()


async def test_a_folder_that_cannot_be_made(data_dir: Path) -> None:
    (data_dir / "file").write_text("in the way")
    with pytest.raises(launcher.DataFolderOutOfReach, match="--data-dir"):
        await launcher.start(data_dir / "file" / "tideline")


if AS_ROOT:

    def test_somebody_else_cannot_open_the_folder_and_is_told_so(used_data_dir: Path) -> None:
        used_data_dir.chmod(0o755)
        app = App(used_data_dir, starter="nobody")
        assert app.stop() == 0
        assert app.says["problem"] == "data_folder_out_of_reach"
        assert "--data-dir" in app.says["message"]

    async def test_root_is_told_which_folder_keeps_postgresql_out(data_dir: Path) -> None:
        folders = folder_in_a_closed_one(data_dir)
        _, closed, inner = folders
        with pytest.raises(launcher.DataFolderOutOfReach, match=f"may not enter {closed}.*chmod o.x {closed}"):
            await launcher.start(inner)
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o755, 0o700, 0o700]

    def folder_in_a_closed_one(data_dir: Path) -> tuple[Path, Path, Path]:
        closed, inner = data_dir / "closed", data_dir / "closed" / "tideline"
        data_dir.chmod(0o755)
        closed.mkdir(mode=0o700)
        inner.mkdir(mode=0o700)
        return data_dir, closed, inner

    async def test_root_may_name_the_account(data_dir: Path) -> None:
        server = await launcher.start(data_dir, run_as="daemon")
        assert (data_dir / "postgres" / "data").owner() == "daemon"
        await server.stop()
        server = await launcher.start(data_dir)
        assert (data_dir / "postgres" / "data").owner() == "daemon"
        await server.stop()

    async def test_a_folder_changes_hands_when_root_names_another_account(used_data_dir: Path) -> None:
        server = await launcher.start(used_data_dir, run_as="daemon")
        assert (used_data_dir / "postgres" / "data" / "global" / "pg_control").owner() == "daemon"
        await server.stop()

    @pytest.mark.parametrize("name", ["root", "0", "nobody-of-that-name"])
    async def test_an_account_that_will_not_do(data_dir: Path, name: str) -> None:
        with pytest.raises(launcher.AccountNotUsable):
            await launcher.start(data_dir, run_as=name)

    def test_programs_out_of_reach_are_copied_once_beside_the_data(
        used_data_dir: Path, make_data_dir: Callable[[], Path]
    ) -> None:
        closed = make_data_dir()  # mode 0700, as a virtual environment below /root would be
        copy_programs(closed)
        app = App(used_data_dir, programs=closed)
        assert app.stop() == 0, app.says
        [version] = (used_data_dir / "postgres-programs").iterdir()
        made = version.stat().st_mtime_ns
        app = App(used_data_dir, programs=closed)
        assert app.stop() == 0
        assert version.stat().st_mtime_ns == made

    def copy_programs(to: Path) -> None:
        installed = programs.installed().folder.parent
        package = installed.parent

        def link(source: str, target: str) -> None:
            try:
                os.link(source, target)
            except OSError:
                shutil.copy2(source, target)

        for tree in (installed, package / ".dylibs", package.with_name(f"{package.name}.libs")):
            if tree.is_dir():
                shutil.copytree(tree, to / tree.relative_to(package.parent), copy_function=link)
        (to / package.name / "__init__.py").touch()
