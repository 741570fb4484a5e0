"""What a running Tideline leaves in its data folder for others: who it is, and where it answers."""

from pathlib import Path
from uuid import UUID, uuid4

from tideline.platform.launcher.locks import Lock
from tideline.settings import Settings

_held: list[Lock] = []


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
    """Commands that print links find out here where the running Tideline answers."""
    _address(settings).write_text(settings.base_url + "\n")


def base_url(settings: Settings) -> str:
    """What links begin with, for a command beside a running Tideline that was told another port."""
    path = _address(settings)
    if settings.public_url or not path.exists():
        return settings.base_url
    return path.read_text().strip() or settings.base_url


def _address(settings: Settings) -> Path:
    return settings.data_dir / "address"
