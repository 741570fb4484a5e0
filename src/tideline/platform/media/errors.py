"""What can go wrong when somebody's media is opened, in the user's words."""

from tideline.platform.errors import Problem


class MediaNotKnown(Problem):
    code = "media_not_known"
    message = "The file is of no kind that can be used here."


class MediaBroken(Problem):
    code = "media_broken"
    message = "The file is damaged, or is not what it says it is."


class MediaTooLong(Problem):
    code = "media_too_long"
    message = "The recording is too long."


class MediaTooHeavy(Problem):
    """Too many pixels, or more memory than one file may take."""

    code = "media_too_heavy"
    message = "The file takes too much memory to open."


class MediaTooSlow(Problem):
    code = "media_too_slow"
    message = "The file takes too long to open."


class MediaCrashed(Problem):
    """The process that opened the file ended over it."""

    code = "media_crashed"
    message = "The file cannot be opened."


class MediaBusy(Problem):
    code = "media_busy"
    message = "Too many files are being prepared right now. Try again in a moment."


REFUSALS: dict[str, type[Problem]] = {
    problem.code: problem for problem in (MediaNotKnown, MediaBroken, MediaTooLong, MediaTooHeavy)
}
"""What a worker says about a file by itself; the rest is what happens to the worker."""
