"""Every setting of Tideline in one frozen object; only the wiring reads it, everyone else is handed values.

Each field is also an environment variable: `send_gap` is `TIDELINE_SEND_GAP`. The texts below are what
`tideline settings` prints.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tideline.platform.errors import Problem
from tideline.platform.launcher.folders import default_data_dir

PREFIX = "TIDELINE_"
LOOPBACK = ("127.0.0.0/8", "::1")


class SettingNotUsable(Problem):
    code = "setting_not_usable"
    message = "A setting has a value that cannot be used."


# How a text from the environment becomes a value ---------------------------------------------------------------


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _switch(text: str) -> bool:
    lowered = text.lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off"}:
        return False
    raise ValueError("expected yes or no")


def _whole(least: int, most: int = 2**31 - 1) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
            raise ValueError(f"expected a whole number from {least} to {most}")
        return int(text)

    return read


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError("expected seconds, such as 2 or 0.5")
    return float(text)


def _seconds_list(text: str) -> tuple[float, ...]:
    return tuple(_seconds(part.strip()) for part in text.split(","))


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return text.lower()

    return read


def _sender(text: str) -> str:
    address = r"[^\s<>@,]+@[^\s<>@,]+"
    if not text.isprintable() or not re.fullmatch(rf"[^<>]*<{address}>|{address}", text):
        raise ValueError("expected an address such as Harbour Coffee <inbox@example.com>")
    return text


def _domain(text: str) -> str:
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if len(text) > 150 or not re.fullmatch(rf"{label}(\.{label})+", text.lower()):
        raise ValueError("expected a domain such as partners.example.com")
    return text.lower()


def _clock_time(text: str) -> time | None:
    if text.lower() == "off":
        return None
    if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", text):
        raise ValueError("expected a time of day such as 03:30, or off")
    return time.fromisoformat(text)


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address such as https://tideline.example.com")
    return text.rstrip("/")


def _networks(text: str) -> tuple[str, ...]:
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(text: str) -> str:
    """`10.1.2.3/8` means the network around that address."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address or network") from None
    return str(network if "/" in text else network.network_address)


def _bucket(text: str) -> str:
    if not re.fullmatch(r"(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)*/?", text):
        raise ValueError("expected a bucket such as s3://bucket/path")
    return text.rstrip("/")


def _targets(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        if not re.fullmatch(r"\[?[0-9A-Fa-f:.]+\]?(/[0-9]{1,3})?|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", part):
            raise ValueError(f"{part!r} is neither an IP address or network nor the name of a host")
    return parts


def _setting(default: Any, read: Callable[[str], Any], about: str, *, shown: str | None = None) -> Any:
    """One setting. `default` may be a function; `shown` says in words what is no plain value."""
    metadata = {"read": read, "about": about, "shown": shown}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path = _setting(
        default_data_dir,
        _folder,
        "Folder for the embedded database, files, sessions of linked numbers and the secret key.",
        shown="/var/lib/tideline for root, else ~/.local/share/tideline",
    )
    host: str = _setting(
        "127.0.0.1", str, "Address to listen on. Anything but loopback also needs TIDELINE_PUBLIC_URL."
    )
    port: int = _setting(8080, _whole(0, 65535), "Port to listen on; 0 takes a free one.")
    public_url: str | None = _setting(
        None,
        _address,
        "The address under which people and programs reach this installation; every link is built from it.",
        shown="http://HOST:PORT on loopback",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        _networks,
        "Addresses or networks, separated by commas, whose X-Forwarded-* headers are believed.",
        shown="none",
    )
    outgoing_allow: tuple[str, ...] = _setting(
        (),
        _targets,
        "Private networks and hosts, separated by commas, that webhooks and uploads by URL may call all the same, such "
        "as 10.0.0.0/8 or hooks.internal or *.svc.local. The demo adds loopback.",
        shown="none",
    )
    database_url: str | None = _setting(
        None, str, "A PostgreSQL (15 to 18) to use instead of the embedded one.", shown="the embedded database"
    )
    database_connections: int = _setting(12, _whole(2, 200), "How many database connections one process may open.")
    run_as: str | None = _setting(
        None,
        str,
        "Account that the embedded database runs under when Tideline is started by root.",
        shown="owner of the data, else postgres or nobody",
    )
    secret_key: str | None = _setting(
        None,
        str,
        "Keys that encrypt tokens and secrets, the newest first, separated by commas. Replaces the file secret.key.",
        shown="the file secret.key in the data folder",
    )
    linked_memory: int = _setting(
        512,
        _whole(128, 65_536),
        "Megabytes of memory for the process of a linked number; one that takes more is renewed.",
    )
    send_gap: float = _setting(2.0, _seconds, "Seconds between two messages of a linked number, on average.")
    graph_url: str = _setting(
        "https://graph.facebook.com/v26.0",
        _address,
        "Address and version of the Graph API, through which business numbers speak.",
    )
    linking_attempts_per_hour: int = _setting(
        20, _whole(1, 10_000), "Attempts to link a phone that one workspace may begin within an hour."
    )
    linking_attempts_at_once: int = _setting(
        4,
        _whole(1, 1000),
        "Attempts to link a phone that one gateway works on at the same time; each takes a process of its own. The "
        "others wait.",
    )
    unknown_after: float = _setting(
        600.0,
        _seconds,
        "Seconds after which a message counts as failed with an unknown outcome, when nobody can tell whether "
        "WhatsApp took it.",
    )
    rate_limit: int = _setting(
        30, _whole(0, 100_000), "API requests a second that one client address may make; 0 switches the limit off."
    )
    rate_limit_queue: int = _setting(
        10, _whole(0, 10_000), "API requests beyond the limit that wait for their turn instead of being refused."
    )
    idempotency_hours: int = _setting(
        24, _whole(1, 8760), "Hours for which a request with an Idempotency-Key is remembered and not done again."
    )
    messages_quota: int = _setting(1_000_000, _whole(0), "Messages a month in a workspace made by hand.")
    api_calls_quota: int = _setting(10_000_000, _whole(0), "API calls a month in a workspace made by hand.")
    webhooks_per_workspace: int = _setting(10, _whole(0, 10_000), "Webhooks that one workspace may have.")
    webhook_retry_waits: tuple[float, ...] = _setting(
        (5.0, 30.0),
        _seconds_list,
        "Seconds after which a failed delivery is tried again, each time, separated by commas; then it is given up.",
        shown="5,30",
    )
    partner_mail_domain: str = _setting(
        "partners.invalid",
        _domain,
        "Domain of the addresses that users have who were made through the Partner API. Nobody is written to there.",
    )
    webhook_log_days: int = _setting(10, _whole(1, 3650), "Days for which every attempt of a delivery is kept.")
    audit_log_days: int = _setting(400, _whole(1, 36500), "Days for which the audit log says who did what.")
    event_log_days: int = _setting(30, _whole(1, 3650), "Days for which the log of events can be read again.")
    files_url: str | None = _setting(
        None,
        _bucket,
        "A bucket to keep files in instead of the data folder: s3://bucket/path, gs://bucket/path or "
        "az://container/path.",
        shown="the folder files in the data folder",
    )
    files_endpoint: str | None = _setting(
        None, _address, "Address of the server of TIDELINE_FILES_URL, when it is not the cloud's own (MinIO, Ceph).",
        shown="the cloud's own",
    )  # fmt: skip
    files_through: bool = _setting(
        False,
        _switch,
        "Give out the files of a bucket through Tideline instead of sending clients to the bucket.",
        shown="no",
    )
    largest_image: int = _setting(16, _whole(1, 100_000), "Megabytes that an image may have.")
    largest_audio: int = _setting(16, _whole(1, 100_000), "Megabytes that an audio file may have.")
    largest_video: int = _setting(16, _whole(1, 100_000), "Megabytes that a video may have.")
    largest_document: int = _setting(100, _whole(1, 100_000), "Megabytes that any other file may have.")
    files_per_workspace: int = _setting(
        51_200, _whole(1), "Megabytes of files that one workspace may keep; uploads beyond are refused."
    )
    disk_reserve: int = _setting(
        512, _whole(0), "Megabytes that stay free on the disk: uploads stop before it is full."
    )
    media_workers: int = _setting(
        2,
        _whole(1, 64),
        "Processes for opening recordings, pictures, films and documents, at most, beside each process of Tideline; "
        "none while idle.",
    )
    media_memory: int = _setting(512, _whole(256, 65_536), "Megabytes of memory that each of these processes may take.")
    longest_voice: int = _setting(3600, _whole(1, 14_400), "Seconds that the recording of a voice message may last.")
    demo: bool = _setting(
        False, _switch, "Seed a demo workspace and run the simulator (`serve --demo`). For loopback only.", shown="no"
    )
    simulator: bool = _setting(
        False,
        _switch,
        "Run the WhatsApp simulator without the demo (`serve --simulator`). For loopback only.",
        shown="no",
    )
    demo_anyway: bool = _setting(
        False, _switch, "Allow demo and simulator on a host that is not loopback (`serve --demo-anyway`).", shown="no"
    )
    test_clock: bool = _setting(
        False, _switch, "Let the simulator API move the clock forward (`serve --test-clock`).", shown="no"
    )
    backup_at: time | None = _setting(
        time(3, 30), _clock_time, "Time of day, UTC, of the nightly backup of the embedded database; `off` for none.",
        shown="03:30",
    )  # fmt: skip
    backup_dir: Path | None = _setting(
        None, _folder, "Folder for nightly backups; better on another disk.", shown="backups in the data folder"
    )
    backups_kept: int = _setting(7, _whole(1, 1000), "How many nightly backups are kept.")
    smtp_host: str | None = _setting(
        None,
        str,
        "The mail server that invitations and other mails go through. Needs TIDELINE_MAIL_FROM.",
        shown="none: mails are kept, `tideline mail list` shows them",
    )
    smtp_port: int | None = _setting(
        None, _whole(1, 65535), "Port of the mail server.", shown="587; 465 with tls, 25 with none"
    )
    smtp_security: str = _setting(
        "starttls",
        _one_of("starttls", "tls", "none"),
        "How the connection to the mail server is protected: starttls (and nothing is sent without it), tls from the "
        "first byte, or none.",
    )
    smtp_user: str | None = _setting(None, str, "User at the mail server.", shown="none")
    smtp_password: str | None = _setting(None, str, "Password of that user.", shown="none")
    smtp_timeout: float = _setting(10.0, _seconds, "Seconds to wait for an answer of the mail server.")
    mail_from: str | None = _setting(
        None, _sender, "Who mails come from, such as Harbour Coffee <inbox@example.com>.", shown="none"
    )
    mail_days: int = _setting(30, _whole(1, 3650), "Days after which mails are deleted, sent or not.")
    metrics_token: str | None = _setting(
        None,
        str,
        "Bearer token with which /metrics may be read from other machines.",
        shown="none: loopback only",
    )
    log_format: str = _setting(
        "auto", _one_of("auto", "console", "json"), "How log lines look: console on a terminal, json otherwise."
    )
    log_level: str = _setting(
        "info", _one_of("debug", "info", "warning", "error"), "From which level on lines are logged."
    )

    @classmethod
    def load(cls, environ: Mapping[str, str], **given: Any) -> "Settings":
        """Read the environment; what the command line gave wins. An empty variable counts as not set."""
        values = {}
        for one in fields(cls):
            value = given.get(one.name)
            if value is None:
                value = environ.get(variable(one.name), "").strip() or None
            if value is not None:
                values[one.name] = _read(one, value) if isinstance(value, str) else value
        return cls(**values)

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.host)

    @property
    def has_simulator(self) -> bool:
        return self.demo or self.simulator

    @property
    def base_url(self) -> str:
        """What links begin with: the public address, else where we listen."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def callable_besides(self) -> tuple[str, ...]:
        """What may be called although it is private. Who tries the demo has their receiver beside it."""
        return (*self.outgoing_allow, *(LOOPBACK if self.demo else ()))

    @property
    def files(self) -> Path:
        return self.data_dir / "files"

    @property
    def sessions(self) -> Path:
        """What holds the links to phones: whoever has it can write as these numbers."""
        return self.data_dir / "sessions"

    @property
    def spool(self) -> Path:
        """Where files that are just coming in are kept."""
        return self.data_dir / "coming"

    @property
    def backups(self) -> Path:
        return self.backup_dir or self.data_dir / "backups"


@dataclass(frozen=True, slots=True)
class Described:
    """One line of `tideline settings`."""

    variable: str
    default: str
    about: str


def describe() -> list[Described]:
    """Every setting with its variable, its default in words and what it is for."""
    return [
        Described(variable(one.name), one.metadata["shown"] or str(one.default), one.metadata["about"])
        for one in fields(Settings)
    ]


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and mean nothing: most often a typing mistake."""
    known = {variable(one.name) for one in fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def variable(name: str) -> str:
    return PREFIX + name.upper()


def _read(one: Any, text: str) -> Any:
    try:
        return one.metadata["read"](text)
    except ValueError as error:
        raise SettingNotUsable(f"{variable(one.name)} cannot be used: {error}.") from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
