"""Backups that are not brought back, and places where none is written: each says why and changes nothing."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.small_installation import LATER, NOW, Installation, bring_back, fill, make, names_below
from tideline.platform import backup as backups
from tideline.platform import migrate
from tideline.platform.backup import archive as archives


async def test_a_backup_of_a_newer_version_is_refused(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    (migrations / "0002_later.sql").write_text(LATER)
    await migrate.migrate(used.dsn, migrations)
    await make(used, tmp_path / "b.tar")
    (migrations / "0002_later.sql").unlink()
    with pytest.raises(backups.BackupNewer, match="schema 0002"):
        await bring_back(tmp_path / "b.tar", new_installation(), migrations)


async def test_a_database_that_is_not_empty_is_refused(backed_up: tuple[Installation, Path], migrations: Path) -> None:
    used, archive = backed_up
    with pytest.raises(backups.RestoreTargetInUse, match="directory"):
        await bring_back(archive, used, migrations)
    assert await used.fetch("SELECT count(*) FROM directory.note") == [(1000,)]


async def test_a_data_folder_that_is_not_empty_is_refused(
    archive: Path, new_installation: Callable[[], Installation], migrations: Path
) -> None:
    other = new_installation()
    fill(other)
    with pytest.raises(backups.RestoreTargetInUse, match="files is not empty"):
        await bring_back(archive, other, migrations)
    third = new_installation()
    (third.folder / "secret.key").write_bytes(b"another")
    with pytest.raises(backups.RestoreTargetInUse, match="another secret key"):
        await bring_back(archive, third, migrations)
    assert await third.fetch("SELECT to_regnamespace('directory')") == [(None,)]


@pytest.mark.parametrize("name", ["missing.tar", "", "a-file/inside"])
async def test_a_backup_that_is_not_there_is_refused(
    name: str, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    with pytest.raises(backups.BackupUnreadable, match="cannot be read"):
        await bring_back(tmp_path / name, new_installation(), migrations)


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_a_flipped_bit(data: bytes) -> bytes:
    at = data.index(b"A" * 100)
    return data[:at] + b"B" + data[at + 1 :]


def not_a_tar(data: bytes) -> bytes:
    return b"hello" * 1000


def empty(data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncated, with_a_flipped_bit, not_a_tar, empty])
async def test_a_damaged_backup_is_refused_and_changes_nothing(
    damage: Callable[[bytes], bytes],
    archive: Path,
    new_installation: Callable[[], Installation],
    migrations: Path,
) -> None:
    change(archive, damage)
    other = new_installation()
    with pytest.raises(backups.BackupUnreadable):
        await bring_back(archive, other, migrations)
    assert await other.fetch("SELECT to_regnamespace('directory')") == [(None,)]
    assert not (other.places.files and other.places.files.exists())


def change(path: Path, how: Callable[[bytes], bytes]) -> None:
    path.write_bytes(how(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("files/../../escaped", tarfile.REGTYPE),
        ("/etc/escaped", tarfile.REGTYPE),
        ("files//escaped", tarfile.REGTYPE),
        ("elsewhere/escaped", tarfile.REGTYPE),
        ("postgres", tarfile.REGTYPE),
        ("files/link", tarfile.SYMTYPE),
        ("files/link", tarfile.LNKTYPE),
        ("files/device", tarfile.CHRTYPE),
    ],
)
async def test_a_backup_with_names_that_lead_elsewhere_is_refused(
    name: str,
    kind: bytes,
    archive: Path,
    new_installation: Callable[[], Installation],
    migrations: Path,
    tmp_path: Path,
) -> None:
    smuggle(archive, name, kind)
    other = new_installation()
    with pytest.raises(backups.BackupUnreadable, match="no backup of Tideline would"):
        await bring_back(archive, other, migrations)
    assert names_below(tmp_path, "*escaped*") == []


def smuggle(into: Path, name: str, kind: bytes) -> None:
    """Put one more member in front of all others."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    member.size = 4 if kind == tarfile.REGTYPE else 0
    front = io.BytesIO()
    with tarfile.open(fileobj=front, mode="w") as tar:
        tar.addfile(member, io.BytesIO(b"evil"))
        length = front.tell()
    into.write_bytes(front.getvalue()[:length] + into.read_bytes())


async def test_a_load_that_fails_leaves_the_database_as_it_was(
    archive: Path, new_installation: Callable[[], Installation], migrations: Path
) -> None:
    other = new_installation()
    await other.fetch("CREATE SCHEMA directory")
    with pytest.raises(backups.RestoreFailed, match='schema "directory" already exists'):
        await bring_back(archive, other, migrations)
    assert await other.fetch("SELECT count(*) FROM pg_tables WHERE schemaname = 'directory'") == [(0,)]
    await other.fetch("DROP SCHEMA directory")
    await bring_back(archive, other, migrations)


async def test_a_dump_that_ends_too_early_is_never_half_loaded(
    used: Installation, new_installation: Callable[[], Installation], migrations: Path, tmp_path: Path
) -> None:
    archive = repack(await dump_of(used, tmp_path), tmp_path / "b.tar")
    other = new_installation()
    with pytest.raises(backups.RestoreFailed, match="pg_restore"):
        await bring_back(archive, other, migrations)
    assert await other.fetch("SELECT to_regnamespace('directory')") == [(None,)]


async def dump_of(used: Installation, folder: Path) -> bytes:
    """A dump with a lot of incompressible data behind its table of contents."""
    await used.fetch("INSERT INTO directory.note SELECT 2000 + n, gen_random_uuid() FROM generate_series(1, 9000) n")
    await make(used, folder / "whole.tar")
    with tarfile.open(folder / "whole.tar") as tar:
        dump = tar.extractfile("database.dump")
        assert dump
        return dump.read()


def repack(dump: bytes, to: Path) -> Path:
    """A backup in perfect order, but for a dump that pg_dump did not finish."""
    half = to.with_name("half.dump")
    half.write_bytes(dump[: len(dump) * 2 // 3])
    with archives.create(to, to.with_name("sums"), NOW) as writer:
        writer.add(archives.DUMP, half)
        manifest = backups.Manifest(
            app_version="0.1.0", schema=1, server_version=18, created_at=NOW,
            has_files=False, has_sessions=False, has_secret_key=False,
            members=1, bytes=writer.bytes, checksums_sha256=writer.checksums_sha256(),
        )  # fmt: skip
        writer.finish(manifest)
    return to


async def test_a_database_without_tideline_has_nothing_to_back_up(
    new_installation: Callable[[], Installation], tmp_path: Path
) -> None:
    with pytest.raises(backups.NothingToBackUp):
        await make(new_installation(), tmp_path / "b.tar")
    assert names_below(tmp_path, "b.tar*") == []


async def test_an_existing_file_is_not_overwritten(used: Installation, tmp_path: Path) -> None:
    change_to = tmp_path / "b.tar"
    await make(used, change_to)
    with pytest.raises(backups.BackupNotWritten, match="exists already"):
        await make(used, change_to)


async def test_a_place_that_cannot_be_written_is_named(used: Installation, tmp_path: Path) -> None:
    with pytest.raises(backups.BackupNotWritten, match="no-such-folder"):
        await make(used, tmp_path / "no-such-folder" / "b.tar")
