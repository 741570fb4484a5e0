"""The configuration files of the embedded PostgreSQL, made for a small machine."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from tideline.platform.launcher.accounts import Account
from tideline.platform.launcher.folders import Folders

ROLE = "tideline"
DATABASE = "tideline"

SETTINGS: Mapping[str, str] = {
    # only the socket; no address, no port for others
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "cluster_name": "tideline",
    # what was committed survives a power cut
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # nobody replicates from a server without an address
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    # a small machine, many small statements
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "huge_pages": "off",
    "io_method": "sync",
    # parallel plans need /dev/shm, which containers keep at 64 MB
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # lanes and deliveries turn over quickly
    "autovacuum_naptime": "20s",
    # a statement whose client was killed ends too
    "client_connection_check_interval": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # one file per weekday
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
    # statements and details carry messages and phone numbers; the log keeps neither
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


def write_config(folders: Folders, socket: Path, account: Account, more: Mapping[str, str]) -> None:
    """Write the files anew at each start, so that a new version brings its settings along."""
    settings = {
        **SETTINGS,
        "data_directory": str(folders.cluster),
        "hba_file": str(folders.access),
        "unix_socket_directories": _one_folder(socket),
        "log_directory": str(folders.log),
        **more,
    }
    lines = ["# Written by Tideline at each start. Your own settings go into local.conf beside this file."]
    lines += [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    lines += [f"include_if_exists {_quoted(str(folders.own_settings))}"]
    _write(folders.config, "\n".join(lines) + "\n", account)
    _write(folders.access, f"local all {ROLE} scram-sha-256\n", account)


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    path.chmod(0o600)
    account.own(path)


def _one_folder(path: Path) -> str:
    # the setting is a list; double quotes keep a comma in the path from splitting it
    return '"' + str(path).replace('"', '""') + '"'


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def address(socket: Path, password: str) -> str:
    """The address of our database behind that socket, for asyncpg and for the programs of PostgreSQL."""
    return f"postgresql://{ROLE}:{quote(password)}@/{DATABASE}?host={quote(str(socket), safe='')}"
