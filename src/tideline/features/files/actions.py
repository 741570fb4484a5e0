"""What people do with files, as far as rows are concerned. One transaction each; bytes move in `stored.py`."""

from collections.abc import Collection, Sequence
from uuid import UUID

from tideline.features.files import events, names, store, types
from tideline.features.files.errors import FileNotFound
from tideline.features.files.model import MEGABYTE, File, FileState, FileUid, Measures, NewFile, Upload
from tideline.platform.db import Tx
from tideline.platform.ids import uuid7

LIST_LIMIT = 1000
LARGEST_SAID = 2 * 1024 * MEGABYTE
"""No more than WhatsApp takes is believed of what a stranger announces: it counts until the bytes are here."""


async def expect(tx: Tx, new: Sequence[NewFile]) -> list[File]:
    """Make the rows of files whose bytes follow. A message can refer to them at once."""
    files = [_expected(tx, file) for file in new]
    if files:
        await store.insert(tx, files)
    return files


def _expected(tx: Tx, new: NewFile) -> File:
    mimetype = types.clean_type(new.mimetype)
    return File(
        workspace_id=tx.workspace_id,
        uid=FileUid(uuid7()),
        filename=names.clean_name(new.filename, mimetype),
        mimetype=mimetype,
        size=min(max(new.size, 0), LARGEST_SAID),
        purpose=new.purpose,
        state=FileState.PENDING,
        uploaded_by=new.uploaded_by,
        created_at=tx.now,
        stored_at=None,
        measures=new.measures,
    )


async def get(tx: Tx, uid: UUID) -> File:
    """A file that is stored or on its way."""
    file = (await get_many(tx, [uid])).get(FileUid(uid))
    if file is None or file.state is FileState.DELETED:
        raise FileNotFound
    return file


async def get_many(tx: Tx, uids: Collection[UUID]) -> dict[FileUid, File]:
    """Those of the files that exist in this workspace, deleted ones too, for messages that show them."""
    return {file.uid: file for file in await store.find_many(tx, list(uids))} if uids else {}


async def get_upload(tx: Tx, uid: UUID) -> Upload:
    """What somebody uploaded; media of messages is not found here."""
    found = await store.find_upload(tx, uid)
    if found is None:
        raise FileNotFound
    return found


async def list_uploads(tx: Tx, filename: str = "") -> list[Upload]:
    """What people uploaded, the newest first; `filename` is a part of the name in any case."""
    if not filename:
        return await store.list_uploads(tx, LIST_LIMIT)
    return await store.list_uploads_named(tx, filename, LIST_LIMIT)


async def delete_upload(tx: Tx, uid: UUID) -> None:
    """Forget what somebody uploaded. Its bytes go with the next sweep; messages it was sent with keep its name."""
    upload = await get_upload(tx, uid)
    if not await store.mark_deleted(tx, [uid]):
        raise FileNotFound
    tx.record(events.deleted(upload))


async def measure(tx: Tx, uid: UUID, measures: Measures, thumbnail_uid: FileUid | None = None) -> None:
    """What was found out about a stored file, and its small picture, which it gets once."""
    if not await store.measure(tx, uid, measures, thumbnail_uid):
        raise FileNotFound


async def delete(tx: Tx, uid: UUID) -> None:
    """Forget a file. Its bytes go with the next sweep."""
    if not await store.mark_deleted(tx, [uid]):
        raise FileNotFound


async def bytes_used(tx: Tx) -> int:
    """What all files of the workspace take, uploads and media."""
    return await store.bytes_used(tx, tx.workspace_id)
