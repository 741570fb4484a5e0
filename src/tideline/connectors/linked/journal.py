"""Which of our sends became which message. WhatsApp gives a message its id only when it is sent, so a crash in between
leaves a send without one; a later receipt for a message that nobody knows is then that send's.
"""

import json
import os
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

OURS: Final = "3EB0"
"""Ids that begin like this were made by a linked device; those of phones and of other programs look different."""

REMEMBERED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Begun:
    """A send that was handed to WhatsApp; `chat` is the peer as plain values."""

    client_ref: str
    chat: dict[str, Any]
    text: str | None
    at: str

    @property
    def begun_at(self) -> datetime:
        return datetime.fromisoformat(self.at)


class Journal:
    """A file of lines. What is begun is on the disk before WhatsApp gets it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.open: dict[str, Begun] = {}
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._read()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def begin(self, begun: Begun) -> None:
        self.open[begun.client_ref] = begun
        self._write({"begun": [begun.client_ref, begun.chat, begun.text, begun.at]})
        os.fdatasync(self._file)

    def end(self, client_ref: str, external_id: str | None) -> None:
        """WhatsApp took it under this id, or certainly not at all."""
        self.open.pop(client_ref, None)
        if external_id:
            self.saw(external_id)
        self._write({"ended": [client_ref, external_id]})

    def saw(self, external_id: str) -> None:
        """This id is accounted for."""
        self._ids[external_id] = None
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)

    def match(self, chat: dict[str, Any], external_ids: list[str], at: datetime) -> tuple[Begun, str] | None:
        """The open send that such a receipt is about: the oldest one to this chat, from before the receipt."""
        unknown = next((one for one in external_ids if one.startswith(OURS) and one not in self._ids), None)
        if unknown is None:
            return None
        for begun in self.open.values():
            if begun.chat == chat and begun.begun_at.timestamp() - 5 <= at.timestamp():
                return begun, unknown
        return None

    def _read(self) -> None:
        lines = self._path.read_text("utf-8", "replace").splitlines() if self._path.exists() else []
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if "begun" in told:
                begun = Begun(*told["begun"])
                self.open[begun.client_ref] = begun
            elif "ended" in told:
                client_ref, external_id = told["ended"]
                self.open.pop(client_ref, None)
                if external_id:
                    self.saw(external_id)
        if len(lines) > 3 * REMEMBERED:
            self._shorten()

    def _shorten(self) -> None:
        kept = [json.dumps({"ended": ["", external_id]}) for external_id in self._ids]
        kept += [json.dumps({"begun": [one.client_ref, one.chat, one.text, one.at]}) for one in self.open.values()]
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.write_text("".join(f"{line}\n" for line in kept))
        os.replace(fresh, self._path)

    def _write(self, told: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(told).encode() + b"\n")
