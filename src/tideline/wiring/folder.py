"""What a running Tideline leaves in its data folder for others: who it is, and where it answers."""

from pathlib import Path
from uuid import UUID, uuid4

from tideline.platform.errors import Problem
from tideline.platform.launcher.locks import Lock
from tideline.settings import Settings

OURS = frozenset(
    {"postgres", "postgres-programs", "serve.lock", "database.password", "secret.key", "node", "node.lock", "coming"}
)
NOBODYS = frozenset({"lost+found", "files"})  # a fresh file system has the one; the other says nothing of whose it is

_held: list[Lock] = []


class DataFolderOfOthers(Problem):
    code = "data_folder_of_others"
    message = "The data folder holds something else."


def ensure_ours(data_dir: Path) -> None:
    """Refuse a folder that others use: Tideline's files would be scattered among theirs."""
    try:
        there = {entry.name for entry in data_dir.iterdir()} - NOBODYS
    except OSError:
        return  # it is made, or complained about, by whoever needs it
    if there and not there & OURS:
        raise DataFolderOfOthers(
            f"{data_dir} is not empty and is no data folder of Tideline. Name an empty or a new folder with --data-dir "
            "or TIDELINE_DATA_DIR."
        )


def node_id(settings: Settings) -> UUID:
    """The name under which a gateway holds numbers: the same after a restart, so that it takes them back at once.

    A second program on the same folder finds the name taken and goes by one of its own.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock.try_take(settings.data_dir / "node.lock")
    if lock is None:
        return uuid4()
    _held.append(lock)  # until this process ends
    path = settings.data_dir / "node"
    try:
        return UUID(path.read_text().strip())
    except (FileNotFoundError, ValueError):  # there is none yet, or a full disk or a power cut left half of one
        path.write_text(f"{(name := uuid4())}\n")
        return name


def remember_address(settings: Settings) -> None:
    """Commands that print links find out here where the running Tideline answers, and never half of it."""
    path = _address(settings)
    coming = path.with_name(f"{path.name}.new")
    coming.write_text(settings.base_url + "\n")
    coming.replace(path)


def base_url(settings: Settings) -> str:
    """What links begin with, for a command beside a running Tideline that was told another port."""
    path = _address(settings)
    if settings.public_url or not path.exists():
        return settings.base_url
    return path.read_text().strip() or settings.base_url


def _address(settings: Settings) -> Path:
    return settings.data_dir / "address"
