"""Files: uploads and media; a row first, then one immutable object, and links that live for fifteen minutes.

Actions of a workspace (`tx: Tx`):
    expect(tx, [NewFile]) -> list[File]        rows whose bytes follow (media that came in)
    get(tx, uid) -> File                       get_many(tx, uids) -> dict[FileUid, File]
    list_uploads(tx, filename="") -> list[Upload]      get_upload(tx, uid) -> Upload      delete_upload(tx, uid)
    bytes_used(tx) -> int                      of all files of the workspace
    delete(tx, uid)                            for files of any purpose, without a fact

`Uploads(files, outgoing)`, what people upload, its type and name found out:
    await take(workspace_id, spooled, Said(filename, content_type), actor=...) -> Upload
    await fetch(workspace_id, url, Said(...), actor=...) -> Upload

`Files.in_folder(db, folder, limits)` or `Files(db, Objects.at("s3://..."), limits)`, never in a transaction:
    await save(workspace_id, NewFile, chunks, actor=...) -> File       row, object, stored
    await fill(workspace_id, uid, chunks) -> File                      the bytes of an expected file
    await get(workspace_id, uid) -> File
    source(file) -> object with chunks(), what a connector reads from (`numbers.port.MediaSource`)
    chunks(file, start=0, end=None) -> AsyncIterator[bytes]
    await address(file, lifetime) -> str | None        where a bucket gives it out by itself

`Photos(files)`: `await save(workspace_id, chunks, attach) -> File`, small pictures of people and groups
`Voices(files, spool, workshop, longest=3600)`: `await save(spooled, name, workspace_id, actor) -> File`, a voice note
`Previews(db, files, spool, workshop)` is the act of the lane `PREVIEW_LANE`: thumbnails and measures of stored files

`Links(keyring, public_url)`:
    photo_url(workspace_id, uid) -> str        does not run out; check_photo(workspace_id, uid, signature)
    url(file, now) -> str                      url_of(workspace_id, uid, filename, now) -> str
    check(workspace_id, uid, expires, signature, now)                  raises LinkWrong or LinkExpired

`Spool(folder, largest=..., reserve=...)`, where a request keeps a file until it is known what it is:
    async with spool.open() as writing: await writing.write(piece); await writing.finish() -> Spooled

`copy_from(db, files, objects)` brings here what another place has.
`sweep(db, files)` and `sweep_orphans(db, files)` tidy up after crashes and deletions.
"""

from tideline.features.files.actions import (
    bytes_used,
    delete,
    delete_upload,
    expect,
    get,
    get_many,
    get_upload,
    list_uploads,
)
from tideline.features.files.copying import Copied, copy_from
from tideline.features.files.errors import (
    DiskFull,
    FileIsEmpty,
    FileNotFound,
    FileNotReady,
    FileStoreAway,
    FileStoreOfAnother,
    FileTooLarge,
    LinkExpired,
    LinkWrong,
    NotAPicture,
    NotARecording,
    ShareLink,
    TooManyDownloads,
    WorkspaceFull,
)
from tideline.features.files.links import LIFETIME, Links
from tideline.features.files.model import File, FileState, FileUid, Limits, Measures, NewFile, Purpose, Upload
from tideline.features.files.names import clean_name, disposition, is_shown
from tideline.features.files.objects import Objects
from tideline.features.files.ordering import PREVIEW_LANE
from tideline.features.files.photos import Photos
from tideline.features.files.previews import Previews
from tideline.features.files.spool import Spool, Spooled, Writing
from tideline.features.files.stored import Files, StoredSource
from tideline.features.files.sweeping import Swept, sweep, sweep_orphans
from tideline.features.files.types import FileKind, clean_type, kind_of, type_of
from tideline.features.files.uploads import Said, Uploads
from tideline.features.files.voices import Voices

__all__ = [
    "LIFETIME",
    "PREVIEW_LANE",
    "Copied",
    "DiskFull",
    "File",
    "FileIsEmpty",
    "FileKind",
    "FileNotFound",
    "FileNotReady",
    "FileState",
    "FileStoreAway",
    "FileStoreOfAnother",
    "FileTooLarge",
    "FileUid",
    "Files",
    "Limits",
    "LinkExpired",
    "LinkWrong",
    "Links",
    "Measures",
    "NewFile",
    "NotAPicture",
    "NotARecording",
    "Objects",
    "Photos",
    "Previews",
    "Purpose",
    "Said",
    "ShareLink",
    "Spool",
    "Spooled",
    "StoredSource",
    "Swept",
    "TooManyDownloads",
    "Upload",
    "Uploads",
    "Voices",
    "WorkspaceFull",
    "Writing",
    "bytes_used",
    "clean_name",
    "clean_type",
    "copy_from",
    "delete",
    "delete_upload",
    "disposition",
    "expect",
    "get",
    "get_many",
    "get_upload",
    "is_shown",
    "kind_of",
    "list_uploads",
    "sweep",
    "sweep_orphans",
    "type_of",
]
