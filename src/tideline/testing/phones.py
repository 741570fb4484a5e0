"""Simulated phones and the groups they form."""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

from tideline.testing.simulator import Simulator
from tideline.testing.waiting import PATIENCE_SECONDS, eventually

Outcome = Literal["answered", "missed", "rejected"]


class Place(Protocol):
    """Where a message can be sent: a phone or a group."""

    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as a phone shows it."""

    id: str
    chat: str
    """The phone of the other side, or the address of a group."""
    sender: str
    text: str | None
    filename: str | None
    mimetype: str | None
    kind: str | None
    """How a file is shown: image, video, audio, voice, document, sticker."""
    seconds: int | None
    status: str
    """sent, delivered or read; of what came in, delivered until this phone reads it."""
    reactions: Mapping[str, str]
    """Emoji by phone."""
    edited: bool
    revoked: bool
    timestamp: str

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Seen":
        known = {one.name for one in fields(cls)}
        named = {name: value for name, value in raw.items() if name in known}
        reactions = {one["from"]: one["emoji"] for one in raw["reactions"]}
        return cls(**{**named, "sender": raw["from"], "reactions": reactions})


@dataclass(frozen=True)
class Group:
    """A group chat of phones."""

    simulator: Simulator
    jid: str
    subject: str

    @property
    def address(self) -> str:
        return self.jid

    def add(self, *phones: Place) -> None:
        self._change("add", phones)

    def remove(self, *phones: Place) -> None:
        self._change("remove", phones)

    def promote(self, *phones: Place) -> None:
        self._change("promote", phones)

    def rename(self, subject: str) -> None:
        self.simulator.call("PATCH", f"/groups/{self.jid}", {"subject": subject})

    def _change(self, how: str, phones: tuple[Place, ...]) -> None:
        self.simulator.call("PATCH", f"/groups/{self.jid}", {how: [one.address for one in phones]})


@dataclass(frozen=True)
class Phone:
    """One simulated phone. Wherever somebody else is meant, a phone, a group or their address will do."""

    simulator: Simulator
    phone: str
    """+15553000001"""
    name: str
    jid: str

    @property
    def address(self) -> str:
        return self.phone

    def write(
        self,
        to: Place | str,
        text: str | None = None,
        *,
        file: Path | str | None = None,
        voice: bool = False,
        seconds: int | None = None,
        reply_to: Seen | str | None = None,
    ) -> str:
        """Send a text, a file, or a file with a caption; the id that WhatsApp gives the message."""
        body = {
            "to": _address(to),
            "text": text,
            "file": _upload(Path(file)) if file else None,
            "voice": voice,
            "seconds": seconds,
            "reply_to": _id(reply_to) if reply_to else None,
        }
        return str(self._call("POST", "/messages", body)["id"])

    def messages(self, chat: Place | str | None = None, *, limit: int | None = None) -> list[Seen]:
        """What this phone sees, oldest first."""
        asked = {name: value for name, value in (("chat", chat and _address(chat)), ("limit", limit)) if value}
        found = self.simulator.call("GET", f"{self._path}/messages", query=asked)
        return [Seen.read(one) for one in found["messages"]]

    def wait_for(self, text: str, *, within: float = PATIENCE_SECONDS) -> Seen:
        """The newest message with this text that others wrote, once it is here."""

        def look() -> Seen | None:
            return next((one for one in reversed(self._received()) if one.text == text), None)

        return eventually(look, f"{text!r} on {self.name}'s phone", within=within, instead=self._instead)

    def read(self, chat: Place | str) -> int:
        """Open a conversation: how many messages are read by that."""
        return int(self._call("POST", "/read", {"chat": _address(chat)})["read"])

    def react(self, message: Seen | str, emoji: str | None) -> None:
        """None takes the reaction away."""
        self._call("POST", "/reactions", {"message_id": _id(message), "emoji": emoji})

    def edit(self, message: Seen | str, text: str) -> None:
        self._call("PATCH", f"/messages/{_id(message)}", {"text": text})

    def revoke(self, message: Seen | str) -> None:
        """Delete a message for everybody."""
        self._call("DELETE", f"/messages/{_id(message)}")

    def call(self, to: Place | str, outcome: Outcome, *, video: bool = False, seconds: int = 0) -> str:
        """Ring somebody up."""
        body = {"to": _address(to), "outcome": outcome, "video": video, "seconds": seconds}
        return str(self._call("POST", "/calls", body)["id"])

    def switch(self, **switches: Any) -> None:
        """Turn its switches: `online=False`, `read_receipts=False`, `fail_next="rate_limited"` and so on."""
        self._call("PATCH", "", switches)

    def file(self, message: Seen | str) -> bytes:
        """The bytes of a file that this phone sent or received."""
        return self.simulator.fetch(f"{self._path}/messages/{_id(message)}/file")

    def scan(self, qr_link: str) -> str:
        """Scan the code behind a link to a QR page; the phone becomes a linked number."""
        return str(self._call("POST", "/scan", {"qr_link": qr_link})["jid"])

    def unlink(self) -> None:
        """End all links of this phone, as in its settings."""
        self._call("POST", "/unlink")

    @property
    def _path(self) -> str:
        return f"/phones/{quote(self.phone)}"

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.simulator.call(method, self._path + path, body)

    def _received(self) -> list[Seen]:
        return [one for one in self.messages() if one.sender != self.phone]

    def _instead(self) -> str:
        return f"It received {[one.text for one in self._received()] or 'nothing'}."


def _address(of: Place | str) -> str:
    return of if isinstance(of, str) else of.address


def _id(message: Seen | str) -> str:
    return quote(message if isinstance(message, str) else message.id)


def _upload(file: Path) -> dict[str, str]:
    mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {"filename": file.name, "mimetype": mimetype, "base64": base64.b64encode(file.read_bytes()).decode()}
