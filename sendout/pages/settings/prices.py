"""What things cost: currency, the month's limit, and the price list with its file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Organisation, Role
from sendout.core.money import BadAmount, plain_amount, read_amount
from sendout.core.table.safe import csv_lines
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.settings.countries import countries, country_name
from sendout.pages.wording import counted, money, number
from sendout.usage import price_files
from sendout.usage.models import Direction, Medium, Price
from sendout.usage.prices import price_list, put, read_price, replace
from sendout.usage.statement import has_charges
from sendout.wording.said import sentence

LARGEST_FILE = 200_000  # bytes
EVERYWHERE = ("", gettext_lazy("All other countries"))
CHARGED = gettext_lazy(
    "Messages were charged in {} already, and their statements stay as they are. For another "
    "currency, found another organisation."
)
WAYS = [
    ("email/out", gettext_lazy("An email")),
    ("sms/out", gettext_lazy("A segment of an SMS that is sent")),
    ("sms/in", gettext_lazy("A segment of an SMS that is received")),
]


def _read(read: Callable[[str], int], typed: str) -> int:
    try:
        return read(typed)
    except BadAmount as error:
        raise forms.ValidationError(f"{error}.") from error


class MoneyForm(forms.Form):
    """Currency and limit."""

    currency = forms.CharField(
        max_length=3,
        help_text=gettext_lazy("Three letters, such as CAD. It stays once something was charged."),
        validators=[
            RegexValidator(
                "^[A-Za-z]{3}$", gettext_lazy("Give the three-letter code, such as CAD.")
            )
        ],
    )
    limit = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("A month may cost"),
        help_text=gettext_lazy(
            "What does not fit does not start, and what is being sent stops there. Empty for "
            "no limit."
        ),
    )

    def clean_currency(self) -> str:
        """Write it in capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_limit(self) -> int | None:
        """Read the limit in millionths."""
        typed = self.cleaned_data["limit"].strip()
        return _read(read_amount, typed) if typed else None


class PriceForm(forms.Form):
    """One line of the list."""

    what = forms.ChoiceField(choices=WAYS)
    country = forms.ChoiceField(required=False, choices=lambda: [EVERYWHERE, *countries()])
    price = forms.CharField(
        max_length=40,
        help_text=gettext_lazy("Of one email, or of one segment of an SMS; 0 for free."),
    )

    def clean_price(self) -> int:
        """Read the price in millionths."""
        return _read(read_price, self.cleaned_data["price"])

    def clean(self) -> dict[str, Any]:
        """Refuse a country for email."""
        found = super().clean() or self.cleaned_data
        if found.get("what", "").startswith(Medium.EMAIL) and found.get("country"):
            self.add_error("country", _("Email has one price for all countries."))
        return found


@member_of(Role.VIEWER)
def prices(request: MemberRequest) -> HttpResponse:
    """Show the list; owners change it."""
    return _page(request)


@member_of(Role.OWNER)
@require_POST
def change_money(request: MemberRequest) -> HttpResponse:
    """Change the currency and the month's limit."""
    organisation = request.organisation
    form = MoneyForm(request.POST)
    if form.is_valid() and _would_rename_charges(organisation, form.cleaned_data["currency"]):
        form.add_error("currency", CHARGED.format(organisation.currency))
    if not form.is_valid():
        return _page(request, money_form=form)
    organisation.currency = form.cleaned_data["currency"]
    organisation.spending_limit = form.cleaned_data["limit"]
    organisation.save(update_fields=["currency", "spending_limit"])
    messages.success(request, _("Currency and limit are saved."))
    return redirect("pages:prices", organisation.slug)


def _would_rename_charges(organisation: Organisation, currency: str) -> bool:
    """Tell whether what was charged in one currency would be shown in another from then on."""
    return currency != organisation.currency and has_charges(organisation)


@member_of(Role.OWNER)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Write a line, in the place of the one there was."""
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    channel, direction = form.cleaned_data["what"].split("/")
    line = (channel, direction, form.cleaned_data["country"])
    put(request.organisation, line, form.cleaned_data["price"])
    messages.success(request, _("The price counts from now on."))
    return redirect("pages:prices", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a line out of the list."""
    get_object_or_404(Price, organisation=request.organisation, pk=pk).delete()
    messages.success(request, _("The price is removed."))
    return redirect("pages:prices", request.organisation.slug)


@member_of(Role.VIEWER)
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Give the list as CSV."""
    rows = price_files.price_rows(price_list(request.organisation.pk))
    lines = csv_lines(chain([price_files.COLUMNS], rows), for_excel=True)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"prices-{request.organisation.slug}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@member_of(Role.OWNER)
@require_POST
def import_file(request: MemberRequest) -> HttpResponse:
    """Put the list of a file in the place of the one there is, all of it or nothing."""
    try:
        lines = price_files.read_prices(_file(request))
    except price_files.BadPrices as error:
        messages.error(
            request, _("Nothing was changed. %(reason)s") % {"reason": sentence(str(error))}
        )
        return redirect("pages:prices", request.organisation.slug)
    replace(request.organisation, lines)
    messages.success(
        request,
        counted(
            "The list has %(n)s price now; it counts from now on.",
            "The list has %(n)s prices now; they count from now on.",
            len(lines),
        ),
    )
    return redirect("pages:prices", request.organisation.slug)


def _file(request: MemberRequest) -> BinaryIO:
    """Give the file that was sent. Raises BadPrices."""
    file = request.FILES.get("file")
    if file is None:
        raise price_files.BadPrices(_("choose a file first"))
    if (file.size or 0) > LARGEST_FILE:
        raise price_files.BadPrices(
            _("a price list has at most %(n)s bytes") % {"n": number(LARGEST_FILE)}
        )
    return cast(BinaryIO, file.file)


def _page(
    request: MemberRequest, *, form: PriceForm | None = None, money_form: MoneyForm | None = None
) -> HttpResponse:
    organisation = Organisation.objects.get(pk=request.organisation.pk)
    own = Price.objects.filter(organisation=organisation)
    context = {
        "organisation": organisation,
        "section": "settings",
        "tab": "prices",
        "may_edit": request.membership.may(Role.OWNER),
        "lines": sorted(
            (_shown(line, organisation.currency) for line in own), key=lambda line: line["order"]
        ),
        "limit": _limit(organisation),
        "form": form or PriceForm(),
        "money_form": money_form or MoneyForm(initial=_money(organisation)),
    }
    wrong = bool((form and form.errors) or (money_form and money_form.errors))
    return render(request, "pages/settings/prices.html", context, status=422 if wrong else 200)


def _shown(line: Price, currency: str) -> dict[str, Any]:
    what = dict(WAYS)[f"{line.channel}/{line.direction}"]
    country = country_name(line.country) if line.country else EVERYWHERE[1]
    rank = [Direction.OUT, Direction.IN].index(Direction(line.direction))
    return {
        "pk": line.pk,
        "what": what,
        "country": "" if line.channel == Medium.EMAIL else country,
        "price": money(line.price, currency),
        "order": (line.channel, rank, not line.country, country),
    }


def _limit(organisation: Organisation) -> str:
    limit = organisation.spending_limit
    return "" if limit is None else money(limit, organisation.currency)


def _money(organisation: Organisation) -> dict[str, str]:
    limit = organisation.spending_limit
    written = "" if limit is None else plain_amount(limit)
    return {"currency": organisation.currency, "limit": written}
