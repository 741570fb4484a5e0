"""Pictures that look like those people send, and voices that look like those of people, drawn on the spot."""

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

from tests.support import media

SCALE = 2
CUP = (640, 480)


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=86)
    return file.getvalue()


def voice(seconds: float = 4.0) -> bytes:
    """As loud as somebody who speaks, with pauses."""
    chance = random.Random(7)
    loudness = [max(0.04, abs(math.sin(n / 3.1)) * chance.uniform(0.25, 1.0)) for n in range(48)]
    return media.ogg(seconds, loudness=loudness)


def cup() -> bytes:
    """A cup of coffee on a table, from above."""
    width, height = CUP[0] * SCALE, CUP[1] * SCALE
    image = _table(width, height)
    middle = (width * 0.52, height * 0.52)
    _shadow(image, middle, height * 0.42)
    draw = ImageDraw.Draw(image)
    for share, colour in (
        (0.41, "#e9e4da"),
        (0.385, "#f6f2ea"),
        (0.27, "#dcd5c8"),
        (0.25, "#fbf9f4"),
        (0.22, "#4a2c1a"),
    ):
        _disc(draw, middle, height * share, colour)
    _foam(draw, middle, height * 0.205)
    return jpeg(image.resize(CUP, Image.Resampling.LANCZOS))


def _table(width: int, height: int) -> Image.Image:
    chance = random.Random(3)
    image = Image.new("RGB", (width, height), "#9a6b43")
    draw = ImageDraw.Draw(image)
    for y in range(0, height, 3):
        shade = int(12 * math.sin(y / 41) + 8 * math.sin(y / 9) + chance.uniform(-5, 5))
        draw.rectangle((0, y, width, y + 3), fill=(150 + shade, 104 + shade, 66 + shade))
    for y in range(height // 4, height, height // 4):
        draw.rectangle((0, y, width, y + 4), fill="#6d4a2e")
    return image.filter(ImageFilter.GaussianBlur(1.5))


def _shadow(image: Image.Image, middle: tuple[float, float], radius: float) -> None:
    dark = Image.new("L", image.size, 0)
    _disc(ImageDraw.Draw(dark), (middle[0] + 26, middle[1] + 30), radius, 150)
    image.paste("#2b1a0f", mask=dark.filter(ImageFilter.GaussianBlur(24)))


def _foam(draw: ImageDraw.ImageDraw, middle: tuple[float, float], radius: float) -> None:
    _disc(draw, middle, radius, "#b98255")
    for share, colour in ((0.82, "#c99a6e"), (0.6, "#e9d3b4"), (0.4, "#c0895c"), (0.24, "#f0dfc6")):
        _disc(draw, (middle[0], middle[1] - radius * (1 - share) * 0.35), radius * share, colour)


def _disc(draw: ImageDraw.ImageDraw, middle: tuple[float, float], radius: float, colour: str | int) -> None:
    x, y = middle
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def portrait(skin: str, hair: str, shirt: str, ground: str) -> bytes:
    """Somebody's profile picture: head and shoulders, drawn flat."""
    side = 320
    image = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((side * 0.27, side * 0.12, side * 0.73, side * 0.62), fill=hair)
    draw.ellipse((side * 0.12, side * 0.66, side * 0.88, side * 1.4), fill=shirt)
    draw.rectangle((side * 0.43, side * 0.5, side * 0.57, side * 0.72), fill=skin)
    draw.ellipse((side * 0.33, side * 0.22, side * 0.67, side * 0.62), fill=skin)
    return jpeg(image.filter(ImageFilter.GaussianBlur(0.6)))
