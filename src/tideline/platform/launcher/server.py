"""Starts, finds and stops the embedded PostgreSQL of a data folder."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import quote

import structlog

from tideline.platform.launcher import cluster, config
from tideline.platform.launcher.accounts import Account, choose_account, hand_over, open_the_way
from tideline.platform.launcher.folders import Folders, private_folder, recorded_socket_folder, socket_folder
from tideline.platform.launcher.lifeline import Guarded
from tideline.platform.launcher.locks import Lock, signed_by
from tideline.platform.launcher.problems import (
    AlreadyRunning,
    DatabaseDidNotStart,
    DatabaseDidNotStop,
    DatabaseNotRunning,
    DataFolderOutOfReach,
)
from tideline.platform.launcher.programs import Programs, within_reach

log = structlog.get_logger(__name__)

RECOVERY_MAY_TAKE = 900.0
FAST_SHUTDOWN_MAY_TAKE = 60.0
IMMEDIATE_SHUTDOWN_MAY_TAKE = 10.0
LOOK_EVERY = 0.01


class EmbeddedServer:
    """A running PostgreSQL that ends with this process. It is not bound to an event loop."""

    def __init__(self, folders: Folders, socket: Path, password: str, program: Guarded, app_lock: Lock) -> None:
        self.dsn = _dsn(socket, password)
        self.pid = program.pid
        self._folders = folders
        self._socket = socket
        self._program = program
        self._app_lock = app_lock
        self._ended: Future[None] = Future()
        threading.Thread(target=self._wait_for_the_end, name="embedded-postgresql", daemon=True).start()

    async def ended(self) -> None:
        """Return when the server has ended, whoever ended it; a caller that did not stop it should end too."""
        await asyncio.shield(asyncio.wrap_future(self._ended))

    async def stop(self) -> None:
        """Shut down cleanly: running statements are cancelled, everything committed is written out."""
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        for request, patience in (
            (signal.SIGINT, FAST_SHUTDOWN_MAY_TAKE),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_MAY_TAKE),
        ):
            self._program.signal(request)
            if self._program.wait(patience):
                break
        else:
            raise DatabaseDidNotStop(f"The embedded database (pid {self.pid}) does not end.", pid=self.pid)
        _remove_outside(self._socket, self._folders)
        self._app_lock.close()
        log.info("database.stopped")

    def _wait_for_the_end(self) -> None:
        self._program.wait()
        self._ended.set_result(None)


async def start(
    data_dir: Path,
    *,
    run_as: str | None = None,
    settings: Mapping[str, str] | None = None,
    may_create_databases: bool = False,
) -> EmbeddedServer:
    """Start the database of a data folder, making it first where there is none.

    `run_as` names the account for PostgreSQL when we are root. `settings` override the configuration, and
    `may_create_databases` lets the role of a new cluster create databases; both are for tests.
    """
    return await asyncio.to_thread(_start, data_dir, run_as, settings or {}, may_create_databases)


def running_dsn(data_dir: Path) -> str:
    """The address of the database that another process of ours is serving from this data folder."""
    folders = Folders(data_dir.absolute())
    socket = recorded_socket_folder(folders)
    if socket is None or not _is_ready(folders):
        raise DatabaseNotRunning(f"The embedded database of {data_dir} is not running.")
    return _dsn(socket, folders.password.read_text())


def _start(
    data_dir: Path, run_as: str | None, settings: Mapping[str, str], may_create_databases: bool
) -> EmbeddedServer:
    began = time.monotonic()
    folders = Folders(data_dir.absolute())
    app_lock = lock_data_dir(folders)
    try:
        account, programs = _prepare(folders, run_as)
        server_lock = _wait_for_the_old_server(folders, account)
        try:
            password = _open_cluster(folders, account, programs, may_create_databases)
            socket = socket_folder(folders, account)
            config.write_config(folders, socket, account, settings)
            program = _launch(folders, account, programs, server_lock)
        finally:
            server_lock.close()
        try:
            _wait_until_ready(folders, program)
        except BaseException:
            program.signal(signal.SIGQUIT)
            program.wait(IMMEDIATE_SHUTDOWN_MAY_TAKE)
            raise
    except BaseException:
        app_lock.close()
        raise
    log.info("database.started", pid=program.pid, account=account.name, took=round(time.monotonic() - began, 3))
    return EmbeddedServer(folders, socket, password, program, app_lock)


def lock_data_dir(folders: Folders) -> Lock:
    """Make the data folder if it is missing, and take it for this process alone."""
    try:
        if not folders.data_dir.exists():
            folders.data_dir.mkdir(mode=0o700, parents=True)
        lock = Lock.try_take(folders.app_lock)
    except PermissionError as error:
        raise DataFolderOutOfReach(
            f"The data folder {folders.data_dir} cannot be used by this account ({error.strerror}: {error.filename}). "
            "Choose another one with --data-dir, or give it to this account."
        ) from error
    if lock is None:
        pid = signed_by(folders.app_lock)
        raise AlreadyRunning(f"Tideline is already running on {folders.data_dir} (pid {pid or 'unknown'}).", pid=pid)
    lock.sign()
    os.register_at_fork(after_in_child=lock.close)
    return lock


def _prepare(folders: Folders, run_as: str | None) -> tuple[Account, Programs]:
    """Everything that must be true before PostgreSQL can be started; checked without touching the data."""
    cluster.check_version(folders.cluster)
    account = choose_account(folders.cluster, run_as)
    open_the_way(folders.data_dir, account)
    programs = within_reach(account, folders.programs)
    folders.base.mkdir(mode=0o700, exist_ok=True)
    open_the_way(folders.base, account)
    private_folder(folders.log, account)
    hand_over(folders.cluster, account)
    return account, programs


def _open_cluster(folders: Folders, account: Account, programs: Programs, may_create_databases: bool) -> str:
    if not folders.cluster.exists():
        return cluster.create_cluster(folders, account, programs, may_create_databases=may_create_databases)
    if not folders.password.exists():
        return cluster.reset_password(folders, account, programs)
    return folders.password.read_text()


def _wait_for_the_old_server(folders: Folders, account: Account) -> Lock:
    """Take the lock that every PostgreSQL process holds; one left by a killed run is asked to end, then told."""
    for request, patience in (
        (None, 0.0),
        (signal.SIGINT, FAST_SHUTDOWN_MAY_TAKE),
        (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_MAY_TAKE),
    ):
        deadline = time.monotonic() + patience
        asked = False
        while True:
            if lock := Lock.try_take(folders.server_lock):
                return lock
            if request and not asked:
                asked = _ask_the_old_server(folders, account, request)
            if time.monotonic() >= deadline:
                break
            time.sleep(LOOK_EVERY)
    raise DatabaseDidNotStop(
        f"A PostgreSQL process of an earlier run (pid {signed_by_postmaster(folders)}) still uses {folders.cluster} "
        "and does not end. End it yourself, then start again."
    )


def _ask_the_old_server(folders: Folders, account: Account, request: signal.Signals) -> bool:
    pid = signed_by_postmaster(folders)
    if pid is None:
        return False
    # sent under the server's own account, which can write any number into that file
    account.run("/bin/sh", "-c", 'kill -s "$1" "$2"', "sh", request.name.removeprefix("SIG"), pid)
    return True


def signed_by_postmaster(folders: Folders) -> int | None:
    """The process id that PostgreSQL wrote down; it is there from its first moments to its clean end."""
    try:
        first = folders.postmaster.read_text().partition("\n")[0]
    except OSError:
        return None
    return int(first) if first.isdigit() else None


def _launch(folders: Folders, account: Account, programs: Programs, server_lock: Lock) -> Guarded:
    command = (programs["postgres"], "-D", folders.cluster, "-c", f"config_file={folders.config}")
    return Guarded.start(command, output=folders.start_log, keep=[server_lock.fd], popen=account.popen())


def _wait_until_ready(folders: Folders, program: Guarded) -> None:
    deadline = time.monotonic() + RECOVERY_MAY_TAKE
    while not (signed_by_postmaster(folders) == program.pid and _is_ready(folders)):
        if program.ended() or time.monotonic() >= deadline:
            raise DatabaseDidNotStart(
                f"The embedded database did not start. Its last words: {_last_words(folders)} (logs: {folders.log})"
            )
        time.sleep(LOOK_EVERY)


def _is_ready(folders: Folders) -> bool:
    try:
        lines = folders.postmaster.read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _last_words(folders: Folders) -> str:
    logs = sorted(folders.log.glob("*.log"), key=lambda path: path.lstat().st_mtime)[-1:]
    tails = [path.read_text(errors="replace").strip()[-600:] for path in (folders.start_log, *logs) if path.is_file()]
    return " | ".join(tail for tail in tails if tail) or "none"


def _remove_outside(socket: Path, folders: Folders) -> None:
    if socket != folders.socket:
        for left in socket.iterdir():
            left.unlink()
        socket.rmdir()


def _dsn(socket: Path, password: str) -> str:
    return f"postgresql://{config.ROLE}:{quote(password)}@/{config.DATABASE}?host={quote(str(socket), safe='')}"
