"""How pg_dump and psql are told where to go, and with which programs."""

from pathlib import Path

import asyncpg
import pytest

from tests.support.small_installation import Installation
from tideline.platform.backup import BackupNotWritten, ClientProgramsMissing
from tideline.platform.backup.clients import of_the_system, reach_server, without_password

ADDRESSES = {
    "a password": ("postgresql://ana:s3cret@db:5433/tl", "postgresql://ana@db:5433/tl", "s3cret"),
    "an escaped password": ("postgres://ana:p%40ss%2Fword@db/tl", "postgresql://ana@db/tl", "p@ss/word"),
    "a password among the options": ("postgresql://db/tl?user=ana&password=x", "postgresql://db/tl?user=ana", "x"),
    "no password": ("postgresql://ana@db/tl", "postgresql://ana@db/tl", None),
    "a socket": (
        "postgresql://tl:x@/tl?host=%2Fvar%2Flib%2Fti%20de%2Fsocket",
        "postgresql://tl@/tl?host=%2Fvar%2Flib%2Fti%20de%2Fsocket",
        "x",
    ),
    "options that only asyncpg knows": (
        "postgresql://ana@db/tl?sslmode=require&statement_timeout=5s",
        "postgresql://ana@db/tl?sslmode=require",
        None,
    ),
}


@pytest.mark.parametrize(("dsn", "address", "password"), ADDRESSES.values(), ids=ADDRESSES)
def test_the_password_stays_out_of_the_list_of_processes(dsn: str, address: str, password: str | None) -> None:
    assert without_password(dsn) == (address, password)


def test_an_encrypted_server_newer_than_every_program_here() -> None:
    with pytest.raises(ClientProgramsMissing, match="version 99 or newer"):
        of_the_system(99)


async def test_what_pg_dump_complains_about_is_not_lost_behind_its_statement(
    used: Installation, tmp_path: Path
) -> None:
    conn = await asyncpg.connect(used.dsn)
    server = await reach_server(used.dsn, conn)
    await conn.close()
    with pytest.raises(BackupNotWritten, match=r"ERROR: .*invalid snapshot identifier"):
        await server.dump("nonsense" * 500, ["public"], tmp_path / "dump")
