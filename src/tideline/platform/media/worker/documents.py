"""Documents: the first page of a PDF, on white."""

from typing import BinaryIO

from pypdfium2 import PdfDocument, PdfiumError

from tideline.platform.media.errors import MediaBroken
from tideline.platform.media.orders import Preview, ToPreview
from tideline.platform.media.worker import pictures


def preview(source: BinaryIO, target: BinaryIO, order: ToPreview) -> Preview:
    """A page may be as large as it likes: it is drawn small, so that only what is drawn on it costs."""
    try:
        with PdfDocument(source) as document:
            page = document[0]
            width, height = page.get_size()
            if not (0 < width < float("inf") and 0 < height < float("inf")):
                raise MediaBroken
            scale = order.side / max(width, height)
            image = page.render(scale=scale, may_draw_forms=False).to_pil()
    except (PdfiumError, IndexError, ValueError) as error:
        raise MediaBroken from error
    pictures.write(image, target, order.side)
    return Preview(has_picture=True)
