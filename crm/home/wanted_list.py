"""Companies we want to win: the list of a year, with how many people we know there and what they spend elsewhere."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.bin_reading import find_undo_url
from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.home.favour_forms import WantedForm
from crm.home.value_lists import ValueListView
from customers.company_wanting import WantingRefused, drop_wanted, want_company
from customers.models import Customer, Person, WalletEstimate, WantedCompany
from customers.views.customer import page_url

MAY = "customers.change_customer"


def _years(request: HttpRequest) -> list[tuple[str, str]]:
    this_year = company_day(timezone.now()).year
    return [(str(year), str(year)) for year in range(this_year + 1, this_year - 4, -1)]


def _thin(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    """Those of whom we know fewer people by name than we should."""
    people = Count("customer__people", filter=Q(customer__people__left_on=None))
    keys = WantedCompany.objects.annotate(known=people).filter(known__lt=int(setting("wanted.least_people")))
    return rows.filter(pk__in=keys.values("pk"))


def _load(rows: list[Any], request: HttpRequest) -> None:
    """People known by name, and the newest estimate of what they spend, for one page in two queries."""
    keys = [row.customer_id for row in rows]
    people = Person.objects.current().filter(customer__in=keys).order_by().values("customer").annotate(n=Count("pk"))
    known = dict(people.values_list("customer", "n"))
    newest = WalletEstimate.objects.filter(customer=OuterRef("pk")).order_by("-estimated_on", "-id")
    spends = Customer.objects.filter(pk__in=keys).annotate(spend=Subquery(newest.values("total_cents")[:1]))
    spend = dict(spends.values_list("pk", "spend"))
    least = int(setting("wanted.least_people"))
    for row in rows:
        row.people_known, row.spend_cents = known.get(row.customer_id, 0), spend.get(row.customer_id)
        row.is_thin, row.least_people = row.people_known < least, least


WANTED = ListDefinition(
    columns=(
        Column("year", gettext_lazy("Year"), sort="year", largest_first=True),
        Column("customer", gettext_lazy("Company")),
        Column("reason", gettext_lazy("Why"), hide_on_phone=True),
        Column("people", gettext_lazy("People known"), kind="number"),
        Column("spend", gettext_lazy("Spend a year"), kind="amount"),
        Column("owner", gettext_lazy("Owner")),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(
        ChoiceFilter("year", gettext_lazy("Year"), lambda rows, value, request: rows.filter(year=int(value)), _years),
        FlagFilter("thin", gettext_lazy("Too few people known"), _thin),
    ),
    default_sort="-year",
    load=_load,
)


class WantedList(ValueListView):
    """Whom we want to win, newest year first."""

    model = WantedCompany
    permission = "customers.view_customer"
    definition = WANTED
    of_figures = False
    url_name = "home:wanted-list"
    title = gettext_lazy("Wanted companies")
    row_template = "home/lists/wanted_row.html"
    empty_title = gettext_lazy("Nobody on the list yet")
    empty_text = gettext_lazy("Put a company on it from its own page, under More: whom do we want to win next year?")

    def get_queryset(self) -> QuerySet[Any]:
        return ListView.get_queryset(self).select_related("customer__owner").filter(customer__archived_at=None)


@require_http_methods(["GET", "POST"])
def wanted_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a company on the list of a year, with the reason."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, MAY)
    form = WantedForm(request.POST or None, this_year=company_day(timezone.now()).year)
    if request.method == "POST" and form.is_valid():
        try:
            want_company(customer, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except WantingRefused as refusal:
            form.add_error("reason", str(refusal))
        else:
            add_toast(request, _("On the list of %(year)s.") % form.cleaned_data)
            return finish_entry(request, page_url(customer))
    words = {"about": customer, "act": _("Save"), "back_url": page_url(customer)}
    return show_entry(request, form, heading=_("A company we want"), **words)


@require_POST
def wanted_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Off the list; the bin keeps it for 30 days."""
    wanted = get_object_or_404(WantedCompany.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, MAY)
    undo = find_undo_url(wanted, user=request.user)  # type: ignore[arg-type]
    drop_wanted(wanted)
    add_toast(request, _("%(name)s is off the list.") % {"name": wanted.customer}, undo_url=undo)
    return finish_entry(request, reverse("home:wanted-list"))
