"""What has happened to uploads, as it is kept in the log of facts. Media has none: it is part of a message."""

from typing import Any

import msgspec

from tideline.features.files.model import Upload
from tideline.platform.facts import NewFact


def uploaded(upload: Upload) -> NewFact:
    return NewFact("FileUploaded", {"file": snapshot(upload)})


def deleted(upload: Upload) -> NewFact:
    return NewFact("FileDeleted", {"file": snapshot(upload)})


def snapshot(upload: Upload) -> dict[str, Any]:
    """An upload as facts carry it; `from_snapshot` makes an `Upload` of it again."""
    told: dict[str, Any] = msgspec.to_builtins(upload)
    return told


def from_snapshot(told: dict[str, Any]) -> Upload:
    return msgspec.convert(told, Upload)
