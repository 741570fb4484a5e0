"""Data folders for tests of the embedded database, and installations for tests of backups."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.embedded import App
from tests.support.postgres import PostgresForTests
from tests.support.small_installation import Installation, make, put_to_use, write_migrations


@pytest.fixture(autouse=True)
def _no_app_is_left_running() -> Iterator[None]:
    yield
    while App.started:
        App.started.pop().clean_up()


@pytest.fixture(scope="session")
def used_data_dir(make_data_dir: Callable[[], Path]) -> Path:
    """A data folder that was in use before, shared by all who leave it stopped and whole: making one takes a second."""
    folder = make_data_dir()
    assert App(folder).stop() == 0
    return folder


@pytest.fixture
def new_installation(postgres: PostgresForTests, tmp_path: Path) -> Iterator[Callable[[], Installation]]:
    made: list[Installation] = []

    def make() -> Installation:
        folder = tmp_path / f"data{len(made)}"
        folder.mkdir()
        made.append(Installation(folder, postgres.new_empty_database()))
        return made[-1]

    yield make
    for installation in made:
        postgres.drop(installation.dsn)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    return write_migrations(tmp_path / "migrations")


@pytest.fixture
async def used(new_installation: Callable[[], Installation], migrations: Path) -> Installation:
    return await put_to_use(new_installation(), migrations)


@pytest.fixture(scope="session")
async def backed_up(postgres: PostgresForTests, tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """An installation and its backup with key, for all who change neither."""
    folder = tmp_path_factory.mktemp("backed_up")
    used = await put_to_use(
        Installation(folder, postgres.new_empty_database()), write_migrations(folder / "migrations")
    )
    await make(used, folder / "b.tar", key=True)
    return used, folder / "b.tar"


@pytest.fixture
def archive(backed_up: tuple[Installation, Path], tmp_path: Path) -> Path:
    """A copy of that backup."""
    return Path(shutil.copy(backed_up[1], tmp_path / "b.tar"))
