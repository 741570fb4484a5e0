"""The nightly backup: a timer that only the wiring can make, because it needs the database's address."""

from collections.abc import Sequence
from datetime import timedelta

from tideline import __version__
from tideline.platform import backup
from tideline.platform.timers import Daily, Timer
from tideline.wiring.parts import Parts

AT_MOST = timedelta(hours=6)


def nightly(parts: Parts, dsn: str) -> Sequence[Timer]:
    """A backup of the embedded database every night; a named one has its own."""
    settings = parts.settings
    if settings.database_url or settings.backup_at is None:
        return []

    async def make() -> None:
        await backup.nightly(
            dsn,
            settings.backups,
            places=backup.Places(
                files=None if settings.files_url else settings.files,
                sessions=settings.sessions if settings.sessions.is_dir() else None,
            ),
            app_version=__version__,
            now=parts.db.clock.now(),
            keep=settings.backups_kept,
        )

    return [Timer("nightly backup", Daily(settings.backup_at), make, at_most=AT_MOST)]
