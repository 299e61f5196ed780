"""An uploaded picture made fit for an email: upright, no larger than needed, telling nothing.

It is always written anew, so where a photo was taken and by whom (EXIF, XMP) stays behind.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

LARGEST_UPLOAD = 10_000_000  # bytes
LARGEST_STORED = 2_000_000  # bytes; people on a phone load it
HEAVY = 400_000  # bytes from which a PNG is taken for a photo, and becomes a JPEG
MOST_PIXELS = 50_000_000
WIDEST = 1_200  # pixels: twice the width of an email, for fine screens
MOST_FRAMES = 200
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class BadPicture(ValueError):
    """This cannot be shown in an email; the words are for whoever chose it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be stored. name: of its content, so the same picture has one name."""

    name: str
    data: bytes
    content_type: str
    width: int
    height: int


def prepare(upload: bytes) -> Picture:
    """Read a PNG, JPEG, GIF or WebP; raises BadPicture.

    WebP becomes PNG or JPEG, which Outlook shows, too. An animated GIF stays one.
    """
    if len(upload) > LARGEST_UPLOAD:
        raise BadPicture(
            f"The picture has {len(upload) / 1e6:,.1f} MB, and {LARGEST_UPLOAD // 1_000_000} MB "
            "is the most: save it smaller."
        )
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(upload), formats=FORMATS) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written(image)
    except UnidentifiedImageError:
        raise BadPicture("This is no picture in PNG, JPEG, GIF or WebP: save it as one.") from None
    except (*_BROKEN, Image.DecompressionBombWarning) as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture("The picture cannot be read: save it anew, or take another.") from error


def _written(image: Image.Image) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(
            f"The picture has {image.width:,} × {image.height:,} pixels: save it smaller."
        )
    if image.format == "GIF" and getattr(image, "n_frames", 1) > 1:
        return _picture(_animation(image), "GIF", image.size)
    upright = ImageOps.exif_transpose(image)
    still = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    if still.width > WIDEST:
        still = still.resize((WIDEST, max(1, round(still.height * WIDEST / still.width))))
    still.info.clear()
    if still.mode == "RGBA" or image.format in ("PNG", "GIF"):
        drawn = _still(still, "PNG")
        if still.mode == "RGBA" or len(drawn) <= HEAVY:
            return _picture(drawn, "PNG", still.size)
    return _picture(_still(still, "JPEG"), "JPEG", still.size)


def _still(image: Image.Image, format: str) -> bytes:
    out = BytesIO()
    image.save(out, format, optimize=True, **({"quality": 85} if format == "JPEG" else {}))
    return out.getvalue()


def _animation(image: Image.Image) -> bytes:
    frames = []
    for frame in ImageSequence.Iterator(image):
        frames.append(frame.copy())
        if len(frames) * image.width * image.height > MOST_PIXELS or len(frames) > MOST_FRAMES:
            raise BadPicture("The animation is too long: take a shorter or a smaller one.")
    for frame in frames:
        frame.info.pop("comment", None)
    out = BytesIO()
    first, *others = frames
    first.save(out, "GIF", save_all=True, append_images=others, loop=image.info.get("loop", 0))
    return out.getvalue()


def _picture(data: bytes, format: str, size: tuple[int, int]) -> Picture:
    if len(data) > LARGEST_STORED:
        raise BadPicture(
            f"The picture would add {len(data) / 1e6:,.1f} MB to load for everybody who reads the "
            f"email, and {LARGEST_STORED // 1_000_000} MB is the most: take a smaller one, or "
            "save it as JPEG."
        )
    return Picture(sha256(data).hexdigest(), data, _TYPES[format], *size)
