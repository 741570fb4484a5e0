"""Backup and restore of an installation: database, stored files, linked sessions and, on request, the secret key."""

from tideline.platform.backup.archive import Manifest, read_manifest
from tideline.platform.backup.make import backup
from tideline.platform.backup.nightly import kept, next_run, nightly
from tideline.platform.backup.places import Places
from tideline.platform.backup.problems import (
    BackupNewer,
    BackupNotWritten,
    BackupUnreadable,
    ClientProgramsMissing,
    NoRoomForBackup,
    NothingToBackUp,
    RestoreFailed,
    RestoreTargetInUse,
)
from tideline.platform.backup.restore import restore

__all__ = [
    "BackupNewer",
    "BackupNotWritten",
    "BackupUnreadable",
    "ClientProgramsMissing",
    "Manifest",
    "NoRoomForBackup",
    "NothingToBackUp",
    "Places",
    "RestoreFailed",
    "RestoreTargetInUse",
    "backup",
    "kept",
    "next_run",
    "nightly",
    "read_manifest",
    "restore",
]
