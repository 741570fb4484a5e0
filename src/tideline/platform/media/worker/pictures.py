"""Pictures: made small, the right way up, without what else is in the file (places, names of cameras)."""

from typing import BinaryIO

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from tideline.platform.media.errors import MediaBroken, MediaTooHeavy
from tideline.platform.media.orders import Preview, ToPreview
from tideline.platform.media.worker.kinds import Kind

# Loaded now: later there may be no right to read them. What cameras write is read by the plugin for TIFF.
LOADED = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
Image.preinit()
QUALITY = 80
ORIENTATION = 0x0112
LYING = frozenset({5, 6, 7, 8})
WHITE = (255, 255, 255)

Image.MAX_IMAGE_PIXELS = None  # ours is asked before anything is decoded, and per order


def preview(source: BinaryIO, target: BinaryIO, order: ToPreview, kind: Kind) -> Preview:
    """The first picture of the file, if it has several."""
    try:
        with Image.open(source, formats=[kind.value]) as image:
            check(image.width, image.height, order)
            width, height = image.size
            if _orientation(image) in LYING:
                width, height = height, width
            write(image, target, order.side)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaBroken from error
    return Preview(width, height, has_picture=True)


def check(width: int, height: int, order: ToPreview) -> None:
    """Refuse a bomb by what it says of its size."""
    if width < 1 or height < 1:
        raise MediaBroken
    if width * height > order.most_pixels:
        raise MediaTooHeavy


def write(image: Image.Image, target: BinaryIO, side: int) -> None:
    """Make a picture small and write it. What shines through is white behind."""
    if image.mode in ("P", "LA", "PA") or (image.mode != "RGBA" and "transparency" in image.info):
        image = image.convert("RGBA")
    image.thumbnail((side, side), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "RGBA":
        ground = Image.new("RGB", upright.size, WHITE)
        ground.paste(upright, mask=upright.getchannel("A"))
        upright = ground
    upright.convert("RGB").save(target, "JPEG", quality=QUALITY, optimize=True)


def _orientation(image: Image.Image) -> int | None:
    try:
        found: int | None = image.getexif().get(ORIENTATION)
    except Exception:  # whatever is wrong with what a camera wrote, the picture may be fine
        return None
    return found
