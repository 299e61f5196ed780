"""Uploaded pictures are made fit for an email, and tell nothing of who took them where."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from sendout.core.message.pictures import LARGEST_UPLOAD, WIDEST, BadPicture, prepare


def saved(
    format: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, (200, 30, 30, 90)[: len(mode)]).save(out, format, **more)
    return out.getvalue()


def test_a_photo_stands_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Alice"
    exif.get_ifd(0x8825)[1] = "N"
    photo = saved("JPEG", (3000, 2000), exif=exif, comment=b"by Alice")
    picture = prepare(photo)
    assert (picture.width, picture.height) == (WIDEST, WIDEST * 3 // 2)
    shown = Image.open(BytesIO(picture.data))
    assert (shown.format, shown.size) == ("JPEG", (picture.width, picture.height))
    assert not shown.getexif()
    assert b"Alice" in photo
    assert b"Alice" not in picture.data


@pytest.mark.parametrize(
    ("format", "mode", "content_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
    ],
)
def test_every_picture_becomes_one_that_outlook_shows(
    format: str, mode: str, content_type: str
) -> None:
    picture = prepare(saved(format, mode=mode))
    assert picture.content_type == content_type
    assert Image.open(BytesIO(picture.data)).size == (60, 40)
    assert prepare(saved(format, mode=mode)).name == picture.name


def test_an_animation_stays_one() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "white")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=b"by Alice")
    picture = prepare(out.getvalue())
    assert Image.open(BytesIO(picture.data)).n_frames == 3  # type: ignore[attr-defined]
    assert b"Alice" not in picture.data


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG, JPEG, GIF or WebP"),
        (b"", "PNG, JPEG, GIF or WebP"),
        (saved("PNG")[:60], "cannot be read"),
        (b"x" * (LARGEST_UPLOAD + 1), "10 MB is the most"),
        (saved("PNG", (9000, 9000), "1"), "pixels"),
    ],
    ids=["svg", "nothing", "cut off", "too large", "too many pixels"],
)
def test_what_is_no_picture_is_refused_in_a_sentence(upload: bytes, words: str) -> None:
    with pytest.raises(BadPicture, match=words):
        prepare(upload)
