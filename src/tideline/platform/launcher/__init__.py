"""The embedded PostgreSQL: started by us, reached through a socket only we can open, gone when we are gone."""

from tideline.platform.launcher.attach import reach, running_dsn
from tideline.platform.launcher.folders import default_data_dir
from tideline.platform.launcher.problems import (
    AccountNotUsable,
    AlreadyRunning,
    DatabaseDidNotStart,
    DatabaseDidNotStop,
    DatabaseNotRunning,
    DataFolderDamaged,
    DataFolderOfAnotherVersion,
    DataFolderOutOfReach,
    ProgramsMissing,
)
from tideline.platform.launcher.server import EmbeddedServer, start

__all__ = [
    "AccountNotUsable",
    "AlreadyRunning",
    "DataFolderDamaged",
    "DataFolderOfAnotherVersion",
    "DataFolderOutOfReach",
    "DatabaseDidNotStart",
    "DatabaseDidNotStop",
    "DatabaseNotRunning",
    "EmbeddedServer",
    "ProgramsMissing",
    "default_data_dir",
    "reach",
    "running_dsn",
    "start",
]
