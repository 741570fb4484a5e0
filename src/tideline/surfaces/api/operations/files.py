"""Files: upload by address or by form, list, read one with a fresh link, delete."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tideline.features import files
from tideline.features.files import FileNotFound, Said, Upload, Uploads
from tideline.features.workspaces import Caller
from tideline.platform.clock import Clock
from tideline.platform.db import Tx
from tideline.platform.once import Once
from tideline.surfaces.api import problems, shapes
from tideline.surfaces.api.answers import DONE, Whole, encode
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.form import Form
from tideline.surfaces.api.limits import CONTENT_TYPE, FILENAME
from tideline.surfaces.api.operations.ids import file_uid_of
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire


class FilesQuery(msgspec.Struct):
    filename: str | None = None


class FileByUrl(Body):
    """`url` is what one published guide calls it."""

    download_url: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    filename: Annotated[str, Meta(max_length=FILENAME)] = ""
    content_type: Annotated[str, Meta(max_length=CONTENT_TYPE)] = ""

    def __post_init__(self) -> None:
        if self.download_url is UNSET and self.url is UNSET:
            raise ValueError("download_url is required")

    @property
    def address(self) -> str:
        return self.download_url if isinstance(self.download_url, str) else str(self.url)


class FileForm(Form, kw_only=True):
    filename: str = ""
    content_type: str = ""


@operation("listFiles")
async def list_files(tx: Tx, query: FilesQuery, show: Wire) -> list[shapes.FileShort]:
    return [show.file_short(one) for one in await files.list_uploads(tx, query.filename or "")]


@operation("uploadFileByUrl")
async def upload_file_by_url(
    body: FileByUrl, caller: Caller, uploads: Uploads, clock: Clock, show: Wire, once: Once | None
) -> shapes.File:
    said, actor = Said(body.filename, body.content_type), caller.actor
    shown, once = _shown_once(once, clock, show)
    return shown(await uploads.fetch(caller.workspace_id, body.address, said, actor=actor, once=once))


@operation("uploadFileByForm")
async def upload_file_by_form(
    form: FileForm, caller: Caller, uploads: Uploads, clock: Clock, show: Wire, once: Once | None
) -> shapes.File:
    said, part = Said(form.filename, form.content_type), Said(form.file.filename, form.file.content_type)
    actor = caller.actor
    shown, once = _shown_once(once, clock, show)
    return shown(await uploads.take(caller.workspace_id, form.file.spooled, said, part=part, actor=actor, once=once))


def _shown_once(once: Once | None, clock: Clock, show: Wire) -> tuple[Callable[[Upload], shapes.File], Once | None]:
    """What is answered and what is remembered of an upload is the same to the last byte of its link."""

    @cache
    def shown(upload: Upload) -> shapes.File:
        return show.file(upload, clock.now())

    return shown, once and replace(once, render=lambda upload: encode(shown(upload)))


@operation("getFile")
async def get_file(tx: Tx, file_uid: str, show: Wire) -> shapes.File:
    try:
        return show.file(await files.get_upload(tx, file_uid_of(file_uid)), tx.now)
    except FileNotFound:
        raise problems.file_missing(file_uid) from None


@operation("deleteFile")
async def delete_file(tx: Tx, file_uid: str) -> Whole:
    try:
        await files.delete_upload(tx, file_uid_of(file_uid))
    except FileNotFound:
        raise problems.file_missing(file_uid) from None
    return DONE
