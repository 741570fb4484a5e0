"""Where a linked number keeps what it needs: its session, the events that wait, files on their way.

numbers/<id>/epoch            the newest lease that was seen
numbers/<id>/lock             held by the process that has the session open
numbers/<id>/session.json     which session is the number's, and whose phone that is
numbers/<id>/sessions/<name>  the session itself (SQLite), one folder per link
numbers/<id>/spool, journal, people, secret, files/
pairings/<workspace>-<id>     an attempt; paired.json once the phone has confirmed
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tideline.features.numbers.port import NotLinked, Offline, PairingRef

DATABASE: Final = "session.db"
PAIRED: Final = "paired.json"
ENDED: Final = "ended"


@dataclass(frozen=True, slots=True)
class Linked:
    """Whose phone a session belongs to, as the phone said when it confirmed."""

    phone: str
    lid: str | None
    name: str


class NumberFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def session(self) -> Path:
        """The folder of the session in use."""
        return self.path / "sessions" / str(self._about()["session"])

    @property
    def linked(self) -> Linked:
        about = self._about()
        return Linked(about["phone"], about["lid"], about["name"])

    @property
    def is_linked(self) -> bool:
        return (self.path / "session.json").exists()

    def _about(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.path / "session.json").read_text()))
        except FileNotFoundError:
            raise NotLinked from None

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def files(self) -> Path:
        folder = self.path / "files"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    # Leases

    @property
    def epoch(self) -> int:
        try:
            return int((self.path / "epoch").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def claim(self, epoch: int) -> None:
        """From now on nobody with an older lease may use the session."""
        if not self.is_linked:
            raise NotLinked
        if self.epoch > epoch:
            raise Offline("Another gateway holds the session of this number.")
        write(self.path / "epoch", str(epoch))

    # The end of a link

    @property
    def ended(self) -> str | None:
        """Why the link ended, if it did."""
        try:
            return (self.session / ENDED).read_text()
        except (FileNotFoundError, NotLinked):
            return None

    def mark_ended(self, reason: str) -> None:
        write(self.session / ENDED, reason)

    # Handing over

    def adopt(self, pairing: "PairingFolder") -> bool:
        """Take the session of a pairing; says whether that is news. Done in an order in which it may break off
        anywhere: it is only ever finished by doing it again."""
        name, target = pairing.path.name, self.path / "sessions" / pairing.path.name
        if self.is_linked and self._about()["session"] == name:
            pairing.forget()
            return False
        linked = pairing.linked or _linked_in(target)
        if linked is None:
            raise NotLinked
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.exists():
            os.rename(pairing.path, target)
        write(self.path / "session.json", json.dumps({"session": name, **asdict(linked)}))
        for old in target.parent.iterdir():
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        return True

    def forget(self) -> None:
        """The link is over for good: session, events and files go."""
        (self.path / "session.json").unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)


class PairingFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """A fresh attempt starts from nothing."""
        self.forget()
        self.path.mkdir(mode=0o700, parents=True)

    @property
    def linked(self) -> Linked | None:
        return _linked_in(self.path)

    def confirm(self, linked: Linked) -> None:
        write(self.path / PAIRED, json.dumps(asdict(linked)))

    def forget(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Folders:
    """All that this installation keeps of linked numbers. Readable by nobody else: a session is the account."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def number(self, number_id: int) -> NumberFolder:
        return NumberFolder(self.path / "numbers" / str(number_id))

    def pairing(self, ref: PairingRef) -> PairingFolder:
        return PairingFolder(self.path / "pairings" / f"{ref.workspace_id}-{ref.pairing_id}")

    def make(self) -> None:
        for folder in (self.path, self.path / "numbers", self.path / "pairings"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _linked_in(folder: Path) -> Linked | None:
    try:
        return Linked(**json.loads((folder / PAIRED).read_text()))
    except FileNotFoundError:
        return None


def write(path: Path, text: str) -> None:
    """Whole or not at all, and on the disk."""
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
