"""What the command line is handed: settings, an open database with everything that actions need, and the roles."""

import getpass
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tideline import settings as settings_
from tideline.platform import logs
from tideline.platform.facts import Actor, Way
from tideline.settings import Settings
from tideline.surfaces.cli import Desk, SettingLine, Setup, WrittenSite

if TYPE_CHECKING:
    from tideline.wiring.parts import Parts


class Tools:
    """Implements `cli.Toolbox`."""

    def __init__(self) -> None:
        self._settings = Settings()

    def use(self, given: Mapping[str, Any]) -> None:
        self._settings = Settings.load(os.environ, **given)
        # a command prints its answer; only what went wrong belongs beside it
        logs.configure(self._settings.log_format, os.environ.get(settings_.variable("log_level")) or "warning")

    def run(self, roles: Sequence[str]) -> int:
        from tideline.platform.http import run
        from tideline.wiring.node import serve

        logs.configure(self._settings.log_format, self._settings.log_level)
        return int(run(serve(self._settings, frozenset(roles))))

    def settings(self) -> Sequence[SettingLine]:
        return [
            SettingLine(one.variable, one.default, one.about, is_set=bool(os.environ.get(one.variable)))
            for one in settings_.describe()
        ]

    @property
    def setup(self) -> Setup:
        mine = self._settings
        return Setup(
            data_dir=mine.data_dir,
            run_as=mine.run_as,
            database_url=mine.database_url,
            host=mine.host,
            port=mine.port,
            is_loopback=mine.is_loopback,
            public_url=mine.public_url,
            has_secret_key_setting=mine.secret_key is not None,
            backup_dir=mine.backups,
            backup_is_on=mine.backup_at is not None and mine.database_url is None,
            sessions=mine.sessions,
            has_simulator=mine.has_simulator,
            files_url=mine.files_url,
            files_endpoint=mine.files_endpoint,
            unknown_variables=settings_.unknown_variables(os.environ),
        )

    def dsn(self) -> AbstractAsyncContextManager[str]:
        from tideline.wiring.database import reach

        return reach(self._settings)

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        from tideline.features.numbers import LinkingLimits

        async with self._parts() as parts:
            parts.db.acting = _somebody_here()
            yield Desk(
                db=parts.db,
                access=parts.access,
                keyring=parts.keyring,
                files=parts.files,
                terms=parts.terms,
                mail_server=parts.mail_server,
                public_url=parts.settings.base_url,
                messages_quota=self._settings.messages_quota,
                api_calls_quota=self._settings.api_calls_quota,
                linking_limits=LinkingLimits(per_hour=self._settings.linking_attempts_per_hour),
                simulator_token=parts.simulator_token,
            )

    async def remove_demo(self) -> str | None:
        from tideline.connectors.simulator import World
        from tideline.wiring import demo

        async with self._parts() as parts:
            return await demo.remove(parts, World(parts.db, parts.wakes))

    @asynccontextmanager
    async def _parts(self) -> AsyncIterator["Parts"]:
        from tideline.wiring.database import open_database
        from tideline.wiring.folder import base_url
        from tideline.wiring.parts import Parts

        settings = replace(self._settings, public_url=base_url(self._settings))
        async with open_database(settings) as db, Parts.open(settings, db) as parts:
            yield parts

    def write_site(self, folder: Path) -> WrittenSite:
        from tideline.wiring.documentation import write_site

        written = write_site(folder)
        return WrittenSite(written.pages, written.files)

    def not_built(self) -> Sequence[str]:
        from tideline.surfaces import api

        return [f"{one.method} {one.path}  {one.id}" for one in api.unbuilt_operations()]


def _somebody_here() -> Actor:
    """Who types commands is known by their account on this machine, where that has a name."""
    try:
        return Actor("system", way=Way("cli", key=getpass.getuser()))
    except (KeyError, OSError):
        return Actor("system", way=Way("cli"))
