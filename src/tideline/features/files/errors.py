"""What can go wrong with files, in the user's words."""

from tideline.platform.errors import Problem


class FileNotFound(Problem):
    code = "file_not_found"
    message = "This file does not exist."


class FileNotReady(Problem):
    code = "file_not_ready"
    message = "This file has not arrived completely yet. Try again in a moment."


class FileTooLarge(Problem):
    code = "file_too_large"
    message = "The file is too large."


class NotARecording(Problem):
    code = "not_a_recording"
    message = "A voice message is made of a recording: an OGG or MP3 file."


class FileIsEmpty(Problem):
    code = "file_is_empty"
    message = "The file is empty."


class WorkspaceFull(Problem):
    code = "workspace_full"
    message = "The workspace has used all of its space for files."


class DiskFull(Problem):
    code = "disk_full"
    message = "The server has no space left for files."


class NotAPicture(Problem):
    code = "not_a_picture"
    message = "The file is no picture."


class LinkWrong(Problem):
    code = "link_wrong"
    message = "This link is not valid."


class LinkExpired(Problem):
    code = "link_expired"
    message = "This link has expired. Ask for a new one."


class FileStoreAway(Problem):
    code = "file_store_away"
    message = "The place where files are kept cannot be reached right now. Try again in a moment."


class FileStoreOfAnother(Problem):
    code = "file_store_of_another"
    message = "Another installation of Tideline keeps its files in this place."


class TooManyDownloads(Problem):
    code = "too_many_downloads"
    message = "Too many files are being fetched for this workspace right now. Try again in a moment."


class ShareLink(Problem):
    code = "share_link"
    message = "This is a link to a page about the file, not to the file itself."
