"""Groups: listed, made, renamed, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_group, page_of
from sendout.pages.people.forms import GroupForm
from sendout.people.models import Group
from sendout.people.search import search


@member_of(Role.VIEWER)
def groups(request: MemberRequest) -> HttpResponse:
    """Show the groups with their sizes, and make one."""
    form = GroupForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and not request.membership.may(Role.SENDER):
        raise PermissionDenied(_("This needs the role “Sender”."))
    if form.is_valid():
        made = form.save()
        return redirect("pages:group", request.organisation.slug, made.pk)
    own = Group.objects.filter(organisation=request.organisation)
    context = {
        "organisation": request.organisation,
        "section": "groups",
        "may_edit": request.membership.may(Role.SENDER),
        "groups": own.annotate(size=Count("participants")).order_by("name"),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/people/groups.html", context, status=status)


@member_of(Role.VIEWER)
def group(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a group and its members."""
    return group_page(request, find_group(request, pk))


def group_page(
    request: MemberRequest, shown: Group, form: GroupForm | None = None, status: int = 200
) -> HttpResponse:
    """Give the page of a group, with a form for its name."""
    page = page_of(request, search(request.organisation, group=shown.pk))
    context = {
        "organisation": request.organisation,
        "section": "groups",
        "may_edit": request.membership.may(Role.SENDER),
        "group": shown,
        "form": form or GroupForm(instance=shown, organisation=request.organisation),
        "page": page,
        "total": page.paginator.count,
    }
    return render(request, "pages/people/group.html", context, status=status)


@member_of(Role.SENDER)
@require_POST
def rename(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a group another name."""
    form = GroupForm(
        request.POST, instance=find_group(request, pk), organisation=request.organisation
    )
    if not form.is_valid():
        return group_page(request, find_group(request, pk), form, 422)
    form.save()
    messages.success(request, _("The group was renamed."))
    return redirect("pages:group", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a group; its members stay participants."""
    found = find_group(request, pk)
    found.delete()
    messages.success(
        request,
        _("The group “%(name)s” was deleted; its members were kept.") % {"name": found.name},
    )
    return redirect("pages:groups", request.organisation.slug)
