"""Runs `pg_dump`, `pg_restore` and `psql` beside us, never in our way, and never with a password in sight."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from tideline.platform.backup.problems import BackupNotWritten, ClientProgramsMissing, RestoreFailed
from tideline.platform.launcher import programs

PIECE = 1 << 18
# what an address may say beyond host, user and database that the programs understand as asyncpg does
KNOWN_TO_BOTH = {
    "host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "target_session_attrs",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """How the programs reach a server, and where they are."""

    address: str
    environment: Mapping[str, str]
    folder: Path

    async def dump(self, snapshot: str, schemas: list[str], to: Path) -> None:
        """Write the schemas, as that snapshot sees them, into a file in pg_dump's custom format."""
        options = [f"--schema={_exactly(name)}" for name in schemas]
        process = await _start(
            self.folder / "pg_dump", f"--dbname={self.address}", "--format=custom", "--no-owner", "--no-privileges",
            "--lock-wait-timeout=60s", f"--snapshot={snapshot}", f"--file={to}", *options,
            environment=self.environment,
        )  # fmt: skip
        try:
            status, errors = await _outcome(process)
        finally:
            await _end(process)
        if status != 0:
            raise BackupNotWritten(f"pg_dump failed: {errors}")

    async def load(self, dump: Path, *, last: str) -> None:
        """Load a dump and run one more statement, all in one transaction."""
        # The bundled pg_restore reads the dump, because an older one does not know the format.
        reader = await _start(
            programs.installed()["pg_restore"], "--no-owner", "--no-privileges", "--file=-", str(dump),
            environment=self.environment, stdout=subprocess.PIPE,
        )  # fmt: skip
        writer = await _start(
            self.folder / "psql", f"--dbname={self.address}", "--no-psqlrc", "--quiet", "--output=/dev/null",
            "--set=ON_ERROR_STOP=1", "--single-transaction", "--file=-", f"--command={last}",
            environment=self.environment, stdin=subprocess.PIPE,
        )  # fmt: skip
        try:
            (read, read_errors), (written, write_errors) = await asyncio.gather(_pour(reader, writer), _outcome(writer))
        finally:
            await _end(reader)
            await _end(writer)
        if read != 0 or written != 0:
            raise RestoreFailed(
                f"The database could not be restored, and was left as it was: {write_errors or read_errors}"
            )


async def reach_server(dsn: str, conn: "asyncpg.Connection[Any]") -> Server:
    """Choose programs for a server that asyncpg has already reached."""
    address, password = without_password(dsn)
    environment = {name: value for name, value in os.environ.items() if name.startswith("PG") or name == "HOME"}
    environment |= {"PATH": os.defpath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "20"}
    if password is not None:
        environment["PGPASSWORD"] = password
    encrypted = await conn.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    folder = of_the_system(conn.get_server_version().major) if encrypted else programs.installed().folder
    return Server(address, environment, folder)


def without_password(dsn: str) -> tuple[str, str | None]:
    """Split the password off an address, so that it does not show in the list of processes."""
    parts = urlsplit(dsn)
    credentials, at, place = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    query = dict(parse_qsl(parts.query))
    secret = query.pop("password", None) or (unquote(password) if password else None)
    options = urlencode({name: value for name, value in query.items() if name in KNOWN_TO_BOTH}, quote_via=quote)
    return urlunsplit(("postgresql", f"{user}{at}{place}", parts.path, options, "")), secret


def of_the_system(major: int) -> Path:
    """The bundled programs know no TLS; a server that is reached with it needs those of the system."""
    found = shutil.which("pg_dump")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        number = re.search(r"\) (\d+)", version)
        if number and int(number[1]) >= major and shutil.which("psql"):
            return Path(found).parent
    raise ClientProgramsMissing(
        f"The database is reached over TLS, which the bundled pg_dump cannot do. Install the PostgreSQL client "
        f"programs, version {major} or newer (Debian: `apt install postgresql-client`), and run this again."
    )


async def _start(
    program: Path,
    *arguments: str,
    environment: Mapping[str, str],
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        program, *arguments, env=dict(environment), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


async def _outcome(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Wait for the end, and return the status and the first errors: what follows them is often a long statement."""
    assert process.stderr
    errors = b""
    while piece := await process.stderr.read(PIECE):
        errors = (errors + piece)[:1000]
    return await process.wait(), errors.decode(errors="replace").strip()


async def _pour(reader: asyncio.subprocess.Process, writer: asyncio.subprocess.Process) -> tuple[int, str]:
    """Hand the script of one program to the other, and end the input only if the script is complete."""
    assert reader.stdout
    assert writer.stdin
    outcome = asyncio.ensure_future(_outcome(reader))
    try:
        async for line in _heading(reader.stdout):
            writer.stdin.write(line)
        while piece := await reader.stdout.read(PIECE):
            writer.stdin.write(piece)
            await writer.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        await _end(reader)
    status, errors = await outcome
    if status == 0:
        writer.stdin.close()
    else:
        await _end(writer)  # an end of input would commit half of it
    return status, errors


async def _heading(script: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines before the first object, without the setting that PostgreSQL 15 and 16 do not know."""
    while line := await script.readline():
        if not line.startswith(b"SET transaction_timeout"):
            yield line
        if line.startswith(b"-- Name:"):
            return


async def _end(process: asyncio.subprocess.Process) -> None:
    """Make sure that the program is gone, also when we were cancelled."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _exactly(schema: str) -> str:
    return '"' + schema.replace('"', '""') + '"'
