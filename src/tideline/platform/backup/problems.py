"""What can go wrong with backups, in words that say what to do."""

from tideline.platform.errors import Problem


class BackupNotWritten(Problem):
    code = "backup_not_written"
    message = "The backup could not be written."


class NoRoomForBackup(Problem):
    code = "no_room_for_backup"
    message = "There is not enough free space for a backup."


class NothingToBackUp(Problem):
    code = "nothing_to_back_up"
    message = "This database holds no Tideline yet."


class BackupUnreadable(Problem):
    code = "backup_unreadable"
    message = "This file is not a complete Tideline backup."


class BackupNewer(Problem):
    code = "backup_newer"
    message = "This backup was made by a newer Tideline."


class RestoreTargetInUse(Problem):
    code = "restore_target_in_use"
    message = "A backup is restored only into an empty database and data folder."


class RestoreFailed(Problem):
    code = "restore_failed"
    message = "The database could not be restored."


class ClientProgramsMissing(Problem):
    code = "client_programs_missing"
    message = "The PostgreSQL client programs that this server needs are not installed."
