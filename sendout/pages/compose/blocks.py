"""What the editor of blocks asks for: a picture taken in, a text converted, the email as it is."""

from __future__ import annotations

from csp.decorators import csp
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.compose.converting import Converted, convert_both
from sendout.compose.images import file_name, store
from sendout.compose.markup import BadStyle
from sendout.compose.models import BodyFormat, Message
from sendout.compose.rendering import fill, templates
from sendout.compose.versions import place_of_other
from sendout.core.message.blocks.reading import BadBlocks, read_json, write
from sendout.core.message.pictures import LARGEST_UPLOAD, BadPicture
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.pages.compose.preview import FRAME_POLICY, language_of, values
from sendout.pages.compose.write_form import LONGEST_BODY
from sendout.people.models import Participant


@member_of(Role.SENDER)
@require_POST
def image(request: MemberRequest) -> JsonResponse:
    """Take a picture in; gives its source for a block, or what is wrong with it."""
    file: UploadedFile[bytes] | None = request.FILES.get("file")
    if file is None:
        return _problem(_("Choose a picture first."))
    try:
        stored = store(request.organisation, file.read(LARGEST_UPLOAD + 1), request.user)
    except BadPicture as error:
        return _problem(_(str(error)))
    return JsonResponse({"source": file_name(stored)})


@member_of(Role.SENDER)
@require_POST
def converted(request: MemberRequest) -> JsonResponse:
    """Take a text to another format; nothing is saved. question: what would be lost."""
    before, after = request.POST.get("before"), request.POST.get("after")
    if before not in BodyFormat.values or after not in BodyFormat.values:
        return _problem(_("There is no such format: reload the page."))
    body, other = (request.POST.get(name, "")[:LONGEST_BODY] for name in ("body", "other_body"))
    try:
        blocks = read_json(request.POST.get("blocks", "")[:LONGEST_BODY])
        made, second = convert_both((body, other), blocks, before, after)
    except (BadBlocks, BadStyle) as error:
        return _problem(_(str(error)))
    return JsonResponse(
        {
            "body": made.body,
            "other_body": second,
            "blocks": write(made.blocks),
            "question": _question(made),
        }
    )


def _question(made: Converted) -> str:
    """Ask whether to go on, where something is lost; empty where nothing is."""
    if not made.lost:
        return ""
    lost = "\n".join(f"• {_(sentence)}" for sentence in made.lost)
    return _("Not everything can go over:\n%(lost)s\nGo on?") % {"lost": lost}


def _problem(sentence: str) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=422)


def typed(request: MemberRequest) -> Message:
    """Give the email as it stands in the form, before anything of it is saved.

    Of one in two languages, what it was begun in.
    """
    said = {name: request.POST.get(name, "") for name in ("body", "body_format", "category")}
    said["body"] = said["body"][:LONGEST_BODY]
    try:
        blocks = write(read_json(request.POST.get("blocks", "")[:LONGEST_BODY]))
    except BadBlocks:
        blocks = []
    return Message(**said, blocks=blocks[: place_of_other(blocks)])


@member_of(Role.SENDER)
@require_POST
@csp(FRAME_POLICY)  # type: ignore[arg-type]
def live(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Give the email that is being written, as the first participant would get it."""
    message = typed(request)
    if pk is not None:
        message.pk = find_sendout(request, pk).message_id
    organisation = request.organisation
    first = Participant.objects.filter(organisation=organisation).order_by("pk").first()
    try:
        said = templates(message, organisation)
    except (BadStyle, ValueError) as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8")
    shown = fill(said, values(first, organisation), language_of(first, organisation))
    return HttpResponse(shown.html or "<!doctype html><title>Empty</title>")
