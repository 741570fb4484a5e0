"""What a file shows without being opened: a small picture of it, its size and its length."""

from typing import BinaryIO

from tideline.platform.media.errors import MediaNotKnown
from tideline.platform.media.orders import Preview, ToPreview
from tideline.platform.media.worker import documents, films, pictures
from tideline.platform.media.worker.kinds import FILMS, PICTURES, SOUNDS, Kind, kind_of


def preview(source: BinaryIO, target: BinaryIO, order: ToPreview) -> Preview:
    kind = kind_of(source)
    if kind in PICTURES:
        return pictures.preview(source, target, order, kind)
    if kind in FILMS:
        return films.preview(source, target, order, kind)
    if kind in SOUNDS:
        return films.measure(source, kind)
    if kind is Kind.PDF:
        return documents.preview(source, target, order)
    raise MediaNotKnown
