"""Pictures of an organisation: stored once, loaded by mail programs from a public address."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Image
from sendout.core.message.blocks.mjml import Shown
from sendout.core.message.pictures import prepare

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}


def store(organisation: Organisation, upload: bytes, member: User | None = None) -> Image:
    """Make a picture fit for an email and keep it; the same one twice is one row.

    Raises BadPicture.
    """
    picture = prepare(upload)
    image, _ = Image.objects.get_or_create(
        organisation=organisation,
        name=picture.name,
        defaults={
            "content_type": picture.content_type,
            "width": picture.width,
            "height": picture.height,
            "data": picture.data,
            "added_by": member,
        },
    )
    return image


def file_name(image: Image) -> str:
    """Give what a block calls the picture, and the end of its address."""
    return f"{image.name}.{ENDINGS[image.content_type]}"


def path_of(image: Image) -> str:
    """Give where the picture is, below the address of this installation."""
    return f"/images/{file_name(image)}"


def address_of(image: Image) -> str:
    """Give the whole address from which mail programs load the picture."""
    return f"{settings.URL}{path_of(image)}"


def finder(organisation: Organisation) -> Callable[[str], Shown | None]:
    """Give what finds a picture by the source of a block: an uploaded one, or one of the web."""

    def find(source: str) -> Shown | None:
        if not source or source.startswith("http"):
            return Shown(source, 0) if source else None
        image = find_image(organisation, source)
        return Shown(address_of(image), image.width) if image else None

    return find


def find_image(organisation: Organisation, name: str) -> Image | None:
    """Give the organisation's picture with this name or file name, without its bytes."""
    own = Image.objects.filter(organisation_id=organisation.pk, name=name.partition(".")[0])
    return own.defer("data").first()
