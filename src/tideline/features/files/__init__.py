"""Files: uploads and media; a row first, then one immutable object, and links that live for fifteen minutes.

Actions of a workspace (`tx: Tx`):
    expect(tx, [NewFile]) -> list[File]        rows whose bytes follow (media that came in)
    get(tx, uid) -> File                       get_many(tx, uids) -> dict[FileUid, File]
    list_uploads(tx, filename=None) -> list[File]
    delete(tx, uid)

`Files(db, store, limits)`, which moves bytes outside of transactions:
    await save(workspace_id, NewFile, chunks, actor=...) -> File       row, object, stored
    await fill(workspace_id, uid, chunks) -> File                      the bytes of an expected file
    source(file) -> object with chunks(), what a connector reads from (`numbers.port.MediaSource`)
    chunks(file, start=0, end=None) -> AsyncIterator[bytes]

`Links(signer, public_url)`:
    url(file, now) -> str                      check(...) raises LinkWrong or LinkExpired
"""

from tideline.features.files.errors import (
    DiskFull,
    FileIncomplete,
    FileIsEmpty,
    FileNotFound,
    FileNotReady,
    FileTooLarge,
    LinkExpired,
    LinkWrong,
    WorkspaceFull,
)
from tideline.features.files.model import File, FileState, FileUid, Limits, NewFile, Purpose

__all__ = [
    "DiskFull",
    "File",
    "FileIncomplete",
    "FileIsEmpty",
    "FileNotFound",
    "FileNotReady",
    "FileState",
    "FileTooLarge",
    "FileUid",
    "Limits",
    "LinkExpired",
    "LinkWrong",
    "NewFile",
    "Purpose",
    "WorkspaceFull",
]
