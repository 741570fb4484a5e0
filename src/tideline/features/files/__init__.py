"""Files: uploads and media; a row first, then one immutable object, and links that live for fifteen minutes.

Actions of a workspace (`tx: Tx`):
    expect(tx, [NewFile]) -> list[File]        rows whose bytes follow (media that came in)
    get(tx, uid) -> File                       get_many(tx, uids) -> dict[FileUid, File]
    list_uploads(tx, filename="") -> list[File]
    delete(tx, uid)

`Files.in_folder(db, folder, limits)`, which moves bytes outside of transactions:
    await save(workspace_id, NewFile, chunks, actor=...) -> File       row, object, stored
    await fill(workspace_id, uid, chunks) -> File                      the bytes of an expected file
    await get(workspace_id, uid) -> File
    source(file) -> object with chunks(), what a connector reads from (`numbers.port.MediaSource`)
    chunks(file, start=0, end=None) -> AsyncIterator[bytes]

`Links(keyring, public_url)`:
    url(file, now) -> str                      url_of(workspace_id, uid, filename, now) -> str
    check(workspace_id, uid, expires, signature, now)                  raises LinkWrong or LinkExpired

`Spool(folder, largest=..., reserve=...)`, where a request keeps a file until it is known what it is:
    async with spool.open() as writing: await writing.write(piece); await writing.finish() -> Spooled

`sweep(db, files)` and `sweep_orphans(db, files)` tidy up after crashes and deletions.
"""

from tideline.features.files.actions import delete, expect, get, get_many, list_uploads
from tideline.features.files.errors import (
    DiskFull,
    FileIsEmpty,
    FileNotFound,
    FileNotReady,
    FileTooLarge,
    LinkExpired,
    LinkWrong,
    WorkspaceFull,
)
from tideline.features.files.links import LIFETIME, Links
from tideline.features.files.model import File, FileState, FileUid, Limits, Measures, NewFile, Purpose
from tideline.features.files.names import clean_name, clean_type, disposition, is_shown, type_of
from tideline.features.files.spool import Spool, Spooled, Writing
from tideline.features.files.stored import Files, StoredSource
from tideline.features.files.sweeping import Swept, sweep, sweep_orphans

__all__ = [
    "LIFETIME",
    "DiskFull",
    "File",
    "FileIsEmpty",
    "FileNotFound",
    "FileNotReady",
    "FileState",
    "FileTooLarge",
    "FileUid",
    "Files",
    "Limits",
    "LinkExpired",
    "LinkWrong",
    "Links",
    "Measures",
    "NewFile",
    "Purpose",
    "Spool",
    "Spooled",
    "StoredSource",
    "Swept",
    "WorkspaceFull",
    "Writing",
    "clean_name",
    "clean_type",
    "delete",
    "disposition",
    "expect",
    "get",
    "get_many",
    "is_shown",
    "list_uploads",
    "sweep",
    "sweep_orphans",
    "type_of",
]
