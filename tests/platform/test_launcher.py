"""The embedded PostgreSQL from its first start to its end, started by root and by ordinary people."""

import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tests.support.embedded import STARTERS, App, owner_of, processes_of, wait_until_gone
from tideline.platform import launcher

by_everybody = pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS.keys())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def socket_of(dsn: str) -> Path:
    return Path(parse_qs(urlsplit(dsn).query)["host"][0])


def exists(path: Path) -> bool:
    return path.exists()


def deep_folder(data_dir: Path) -> Path:
    deep = data_dir / ("deep" * 20) / "tideline"
    deep.mkdir(parents=True)
    data_dir.chmod(0o755)
    return deep


async def rows(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return int(await conn.fetchval("SELECT count(*) FROM start"))
    finally:
        await conn.close()


@by_everybody
def test_the_first_start_makes_a_database_and_the_second_finds_it(data_dir: Path, starter: str) -> None:
    first = App(data_dir, starter=starter)
    assert owner_of(first.says["pid"]) != "root"
    assert mode(data_dir / "database.password") == 0o600
    assert mode(data_dir / "postgres" / "socket") == 0o700
    assert mode(data_dir) & 0o007 == 0
    assert first.stop() == 0
    assert processes_of(data_dir) == []
    second = App(data_dir, starter=starter)
    assert second.says["dsn"] == first.says["dsn"]
    assert second.stop() == 0


@by_everybody
async def test_a_killed_app_leaves_no_orphan_and_its_data_opens_again(data_dir: Path, starter: str) -> None:
    app = App(data_dir, starter=starter, children=True)
    app.kill()
    assert wait_until_gone(data_dir), "PostgreSQL outlived the app"
    assert [line for line in processes_of(data_dir) if "postgres" in line] == []
    again = App(data_dir, starter=starter)
    assert "dsn" in again.says, again.says
    assert again.stop() == 0


async def test_a_start_right_after_a_kill_waits_for_the_old_server(used_data_dir: Path) -> None:
    app = App(used_data_dir)
    before = await rows(app.says["dsn"])
    app.kill()
    server = await launcher.start(used_data_dir)
    assert server.pid != app.says["pid"]
    assert await rows(server.dsn) == before
    await server.stop()


async def test_what_was_committed_survives_the_kill_of_app_and_server(used_data_dir: Path) -> None:
    app = App(used_data_dir)
    before = await rows(app.says["dsn"])
    os.kill(app.says["pid"], 9)
    app.kill()
    server = await launcher.start(used_data_dir)
    assert await rows(server.dsn) == before
    await server.stop()


async def test_the_role_of_the_app_is_no_superuser_and_nothing_listens_on_the_network(used_data_dir: Path) -> None:
    server = await launcher.start(used_data_dir)
    conn = await asyncpg.connect(server.dsn)
    role = await conn.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
    assert role
    assert not any(role[power] for power in ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication"))
    assert (
        await conn.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
        == (role["rolname"])
    )
    assert await conn.fetchval("SHOW listen_addresses") == ""
    assert await conn.fetchval("SHOW synchronous_commit") == await conn.fetchval("SHOW fsync") == "on"
    assert await conn.fetchval("SELECT lower('ÄÉ') || ' ' || to_tsvector('simple', 'ÄÉ')::text") == "äé 'äé':1"
    await conn.close()
    await server.stop()


async def test_a_wrong_password_and_the_superuser_are_turned_away(used_data_dir: Path) -> None:
    server = await launcher.start(used_data_dir)
    socket = str(used_data_dir / "postgres" / "socket")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(host=socket, user="tideline", password="guessed", database="tideline")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(host=socket, user="postgres", password="", database="tideline")
    await server.stop()


async def test_a_second_app_on_the_same_folder_is_told_who_is_running(used_data_dir: Path) -> None:
    app = App(used_data_dir)
    with pytest.raises(launcher.AlreadyRunning, match=f"pid {app.pid}"):
        await launcher.start(used_data_dir)
    assert app.stop() == 0


async def test_a_folder_path_longer_than_a_socket_allows(data_dir: Path) -> None:
    deep = deep_folder(data_dir)
    server = await launcher.start(deep)
    conn = await asyncpg.connect(server.dsn)
    await conn.close()
    socket = socket_of(server.dsn)
    assert deep not in socket.parents
    assert mode(socket) == 0o700
    assert launcher.running_dsn(deep) == server.dsn
    await server.stop()
    assert not exists(socket)


async def test_a_long_path_after_a_kill_uses_its_private_folder_again(data_dir: Path) -> None:
    deep = deep_folder(data_dir)
    app = App(deep)
    os.kill(app.says["pid"], 9)
    app.kill()
    server = await launcher.start(deep)
    assert server.dsn == app.says["dsn"]
    await server.stop()


async def test_the_app_learns_that_its_database_died(used_data_dir: Path) -> None:
    server = await launcher.start(used_data_dir)
    os.kill(server.pid, 9)
    await server.ended()
    await server.stop()


async def test_a_lost_password_is_replaced(used_data_dir: Path) -> None:
    before = (used_data_dir / "database.password").read_text()
    (used_data_dir / "database.password").unlink()
    server = await launcher.start(used_data_dir)
    assert before not in server.dsn
    assert await rows(server.dsn) > 0
    await server.stop()


async def test_a_first_start_that_was_interrupted_begins_anew(data_dir: Path) -> None:
    (data_dir / "postgres" / "data.unfinished").mkdir(parents=True)
    (data_dir / "postgres" / "data.unfinished" / "PG_VERSION").write_text("18\n")
    server = await launcher.start(data_dir)
    await server.stop()
    assert not (data_dir / "postgres" / "data.unfinished").exists()


async def test_a_command_uses_the_running_database_or_starts_one_for_itself(used_data_dir: Path) -> None:
    with pytest.raises(launcher.DatabaseNotRunning):
        launcher.running_dsn(used_data_dir)
    async with launcher.reach(used_data_dir) as dsn:
        alone = await rows(dsn)
    with pytest.raises(launcher.DatabaseNotRunning):
        launcher.running_dsn(used_data_dir)
    app = App(used_data_dir)
    async with launcher.reach(used_data_dir) as dsn:
        assert dsn == app.says["dsn"]
        assert await rows(dsn) == alone + 1
    assert app.stop() == 0


@pytest.mark.parametrize("place", ["", "relative/folder", "/srv/elsewhere/data"])
def test_the_default_data_folder_follows_the_desktop_convention(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", place)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    expected = Path(place) if place.startswith("/") else Path.home() / ".local" / "share"
    assert launcher.default_data_dir() == expected / "tideline"


def test_the_default_data_folder_of_root_is_a_system_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert launcher.default_data_dir() == Path("/var/lib/tideline")
