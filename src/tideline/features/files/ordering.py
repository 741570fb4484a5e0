"""Which files are looked at after they are stored, and the lane on which they wait for it. No I/O."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tideline.features.files.model import File, FileUid, Purpose
from tideline.platform import lanes
from tideline.platform.db import Tx

PREVIEW_LANE: Final = "preview"
PURPOSES: Final = frozenset({Purpose.UPLOAD, Purpose.MEDIA})
FAMILIES: Final = ("image/", "video/", "audio/", "application/pdf")


def order_previews(tx: Tx, files: Sequence[File]) -> None:
    """Have stored files looked at soon after the commit. One lane per workspace: they take turns, however much one of
    them brings in."""
    lane = lanes.Lane(PREVIEW_LANE, tx.workspace_id)
    items = [lanes.NewItem(lane, {"file": str(file.uid)}) for file in files if is_worth_a_look(file)]
    if items:
        tx.before_commit(lambda last: lanes.enqueue(last, last.workspace_id, items))


def is_worth_a_look(file: File) -> bool:
    """Sound has no picture; how long it is may have been said already."""
    is_known = file.mimetype.startswith("audio/") and file.measures.seconds is not None
    return file.purpose in PURPOSES and file.mimetype.startswith(FAMILIES) and not is_known


def uid_in(item: lanes.Item) -> FileUid:
    return FileUid(UUID(item.payload["file"]))
