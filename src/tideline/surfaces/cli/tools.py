"""What the command line is handed by the wiring, so that it never builds anything itself."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tideline.features.files import Files
    from tideline.features.numbers import LinkingLimits
    from tideline.features.webhooks import Terms
    from tideline.features.workspaces import Access
    from tideline.platform.crypto import Keyring
    from tideline.platform.db import Database
    from tideline.platform.mail import Server


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One line of `tideline settings`."""

    variable: str
    default: str
    about: str
    is_set: bool


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """What `tideline docs build` has written."""

    pages: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The settings that commands themselves look at."""

    data_dir: Path
    run_as: str | None
    database_url: str | None
    host: str
    port: int
    is_loopback: bool
    public_url: str | None
    has_secret_key_setting: bool
    backup_dir: Path
    backup_is_on: bool
    sessions: Path
    has_simulator: bool
    files_url: str | None
    files_endpoint: str | None
    unknown_variables: Sequence[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """An open Tideline for one command: the running one's database, or one started for the moment."""

    db: "Database"
    access: "Access"
    keyring: "Keyring"
    files: "Files"
    terms: "Terms"
    mail_server: "Server | None"
    public_url: str
    messages_quota: int
    api_calls_quota: int
    linking_limits: "LinkingLimits"
    simulator_token: str = field(repr=False)


class Toolbox(Protocol):
    """The wiring's side of the command line."""

    def use(self, given: Mapping[str, Any]) -> None:
        """Take the options of the command line; they win over the environment."""

    def run(self, roles: Sequence[str]) -> int:
        """Serve until told to stop, and return the exit code."""

    def settings(self) -> Sequence[SettingLine]: ...

    @property
    def setup(self) -> Setup: ...

    def dsn(self) -> AbstractAsyncContextManager[str]:
        """The address of the database as it is, without a look at its schema."""

    def desk(self) -> AbstractAsyncContextManager[Desk]:
        """Everything that actions need, on a database whose schema is that of this version."""

    async def remove_demo(self) -> str | None:
        """Remove the demo workspace with its simulated phones, and return its name; None when there is none."""

    def write_site(self, folder: Path) -> WrittenSite:
        """The documentation as files, into an empty folder or one that it filled before."""

    def not_built(self) -> Sequence[str]:
        """The operations of the contract that no handler answers yet, one line each."""
