"""Starts, finds and stops the embedded PostgreSQL of a data folder."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing
from pathlib import Path

import structlog

from tideline.platform.launcher import config
from tideline.platform.launcher.accounts import Account, choose_account, hand_over, open_the_way
from tideline.platform.launcher.cluster import Cluster, check_version
from tideline.platform.launcher.folders import Folders, private_folder
from tideline.platform.launcher.lifeline import Guarded
from tideline.platform.launcher.locks import Lock, signed_by
from tideline.platform.launcher.postmaster import (
    FAST_SHUTDOWN_MAY_TAKE,
    IMMEDIATE_SHUTDOWN_MAY_TAKE,
    LOOK_EVERY,
    Postmaster,
    forget_the_dead_server,
    wait_for_the_old_server,
)
from tideline.platform.launcher.problems import (
    AlreadyRunning,
    DatabaseDidNotStart,
    DatabaseDidNotStop,
    DataFolderOutOfReach,
)
from tideline.platform.launcher.programs import Programs, within_reach
from tideline.platform.launcher.sockets import remove_outside, socket_folder

log = structlog.get_logger(__name__)

RECOVERY_MAY_TAKE = 900.0


class EmbeddedServer:
    """A running PostgreSQL that ends with this process. It is not bound to an event loop."""

    def __init__(self, folders: Folders, socket: Path, password: str, program: Guarded, app_lock: Lock) -> None:
        self.dsn = config.address(socket, password)
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
        remove_outside(self._socket, self._folders)
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


def _start(
    data_dir: Path, run_as: str | None, settings: Mapping[str, str], may_create_databases: bool
) -> EmbeddedServer:
    began = time.monotonic()
    folders = Folders(data_dir.absolute())
    with ExitStack() as on_failure:
        try:
            app_lock = lock_data_dir(folders)
            on_failure.callback(app_lock.close)
            account, programs = _prepare(folders, run_as)
            with closing(wait_for_the_old_server(folders, account)) as server_lock:
                cluster = Cluster(folders, account, programs, server_lock)
                password = cluster.open(may_create_databases=may_create_databases)
                socket = socket_folder(folders, account)
                config.write_config(folders, socket, account, settings)
                forget_the_dead_server(folders, socket)
                program = _launch(folders, account, programs, server_lock)
                server_lock.sign(program.pid)
        except OSError as error:
            raise DataFolderOutOfReach.because(folders.data_dir, error) from error
        on_failure.callback(_give_up, program)
        _wait_until_ready(folders, program)
        on_failure.pop_all()
    log.info("database.started", pid=program.pid, account=account.name, took=round(time.monotonic() - began, 3))
    return EmbeddedServer(folders, socket, password, program, app_lock)


def _give_up(program: Guarded) -> None:
    program.signal(signal.SIGQUIT)
    program.wait(IMMEDIATE_SHUTDOWN_MAY_TAKE)


def lock_data_dir(folders: Folders) -> Lock:
    """Make the data folder if it is missing, and take it for this process alone."""
    if not folders.data_dir.exists():
        folders.data_dir.mkdir(mode=0o700, parents=True)
    lock = Lock.try_take(folders.app_lock)
    if lock is None:
        pid = signed_by(folders.app_lock)
        raise AlreadyRunning(f"Tideline is already running on {folders.data_dir} (pid {pid or 'unknown'}).", pid=pid)
    lock.sign(os.getpid())
    os.register_at_fork(after_in_child=lock.close)
    return lock


def _prepare(folders: Folders, run_as: str | None) -> tuple[Account, Programs]:
    """Everything that must be true before PostgreSQL can be started; checked without touching the data."""
    check_version(folders.cluster)
    account = choose_account(folders.cluster, run_as)
    open_the_way(folders.data_dir, account)
    programs = within_reach(account, folders.programs)
    folders.base.mkdir(mode=0o700, exist_ok=True)
    open_the_way(folders.base, account)
    for folder in (folders.cluster, folders.log):
        hand_over(folder, account)
    private_folder(folders.log, account)
    return account, programs


def _launch(folders: Folders, account: Account, programs: Programs, server_lock: Lock) -> Guarded:
    command = (programs["postgres"], "-D", folders.cluster, "-c", f"config_file={folders.config}")
    return Guarded.start(command, output=folders.start_log, keep=[server_lock.fd], popen=account.popen())


def _wait_until_ready(folders: Folders, program: Guarded) -> None:
    deadline = time.monotonic() + RECOVERY_MAY_TAKE
    while not _is_ready(folders, program):
        if program.ended() or time.monotonic() >= deadline:
            raise DatabaseDidNotStart(
                f"The embedded database did not start. Its last words: {_last_words(folders)} (logs: {folders.log})"
            )
        time.sleep(LOOK_EVERY)


def _is_ready(folders: Folders, program: Guarded) -> bool:
    postmaster = Postmaster.read(folders.postmaster)
    return postmaster is not None and postmaster.pid == program.pid and postmaster.ready


def _last_words(folders: Folders) -> str:
    logs = sorted(folders.log.glob("*.log"), key=lambda path: path.lstat().st_mtime)[-1:]
    tails = [path.read_text(errors="replace").strip()[-600:] for path in (folders.start_log, *logs) if path.is_file()]
    return " | ".join(tail for tail in tails if tail) or "none"
