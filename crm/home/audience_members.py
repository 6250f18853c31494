"""The members of one audience: who may be contacted, who is held back and why; taken out one by one or many at once."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.audience_judging import Held, count_held, judge_members
from crm.core.formats import format_number
from crm.core.list_catalogue import LISTS, KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition, TextFilter
from crm.core.text_folding import fold_text
from crm.home.customer_list import currency_sign
from crm.home.known_list import KnownListView
from crm.home.list_parts import OWNER_FILTER, RULE_FILTER, customer_url, is_id, owner_column
from customers.models import ContactPoint
from interactions.models import Audience, AudienceMember

AUDIENCE = "audience"


def find_audience(request: HttpRequest) -> Audience | None:
    """The audience the address names, where the reader may see it; asked for once a request."""
    asked = request.GET.get(AUDIENCE, "")
    if not is_id(asked):
        return None
    found: Audience | None = getattr(request, "audience", None)
    if found is None or str(found.pk) != asked:
        seen = Audience.objects.visible_to(request.user).select_related("owner")  # type: ignore[arg-type]
        found = seen.filter(pk=int(asked)).first()
        request.audience = found  # type: ignore[attr-defined]
    return found


def find_members(request: HttpRequest) -> QuerySet[Any]:
    """Members of the audience in the address whom the reader may see, each with why he is held back."""
    audience = find_audience(request)
    if audience is None:
        return AudienceMember.objects.none()
    rows = AudienceMember.objects.visible_to(request.user).filter(audience=audience)  # type: ignore[arg-type]
    rows = rows.filter(customer__merged_into=None).select_related("customer__owner", "customer__score")
    return judge_members(rows, channel=audience.channel)


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    folded = fold_text(text)
    by_name = "contains" if len(folded) > 2 else "startswith"
    return rows.filter(Q(**{f"customer__name_folded__{by_name}": folded}) | Q(customer__number__startswith=text))


def _in_state(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    if value == "may":
        return rows.filter(held="")
    return rows.exclude(held="") if value == "held" else rows.filter(held=value)


def draw_state(row: Any) -> SafeString:
    """Whether he may be contacted, and if not, why."""
    if not row.held:
        return format_html('<span class="r-tag good">{}</span>', gettext("may be contacted"))
    return format_html('<span class="r-tag warn">{}</span>', Held(row.held).label)


def _tell_state(row: Any) -> str:
    return str(Held(row.held).label) if row.held else gettext("may be contacted")


def load_channels(rows: list[Any], request: HttpRequest) -> None:
    """The first number and address that work of each customer of a page, and whose they are, in one query."""
    keys = [row.customer_id for row in rows]
    points = ContactPoint.objects.filter(customer__in=keys, kind__in=("phone", "email")).working().best_first()
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for customer, kind, value, person in points.values_list("customer", "kind", "value", "person__name"):
        found.setdefault((customer, kind), (value, person or ""))
    for row in rows:
        row.phone, row.phone_person = found.get((row.customer_id, "phone"), ("", ""))
        row.email, row.email_person = found.get((row.customer_id, "email"), ("", ""))


MEMBERS = ListDefinition(
    columns=(
        Column(
            "customer",
            _("Customer"),
            "customer.name",
            sort="customer__name_folded",
            tie="customer__pk",
            fixed=True,
            url=customer_url,
        ),
        Column("state", _("May be contacted"), draw=draw_state, export=_tell_state),
        Column("class", _("Class"), "customer.score.grade", "class", head_term="class", hide_on_phone=True),
        Column("person", _("Who"), "email_person", hide_on_phone=True),
        Column("email", _("E-mail"), hide_on_phone=True),
        Column("phone", _("Phone"), hide_on_phone=True),
        Column(
            "sales",
            _("Sales 12 m"),
            "customer.score.sales_12m_cents",
            "amount",
            unit=currency_sign(),
            hide_on_phone=True,
        ),
        owner_column(),
        Column("added", _("Added"), "added_at", "moment", hide_on_phone=True),
        Column("added_by", _("Added by"), "added_by.name", shown=False, hide_on_phone=True),
        Column("number", _("Number"), "customer.number", shown=False, hide_on_phone=True),
        Column("language", _("Language"), "customer.language", shown=False, hide_on_phone=True),
        Column("city", _("City"), "customer.city", shown=False, hide_on_phone=True),
        Column("country", _("Country"), "customer.country", shown=False, hide_on_phone=True),
        Column("source", _("Where it came from"), "customer.source", shown=False, hide_on_phone=True),
    ),
    filters=(
        TextFilter("q", _("Name or number"), _search),
        ChoiceFilter(
            "state",
            _("May be contacted"),
            _in_state,
            [("may", _("may be contacted")), ("held", _("held back")), *((held.value, held.label) for held in Held)],
        ),
        OWNER_FILTER,
        RULE_FILTER,
    ),
    default_sort="customer",
    page_size=25,
    load=load_channels,
)

register_list(
    KnownList(
        "audience-members",
        _("Members"),
        "home:audience-member-list",
        "customers.view_customer",
        MEMBERS,
        find_members,
        row_url=customer_url,
        rule_filter="rule",
        scope=(AUDIENCE,),
        empty_title=_("Nobody in it yet"),
        empty_text=_("Select customers in their list and choose “Add to audience”."),
    )
)


class AudienceMemberList(KnownListView):
    """One audience: what for, how many may be contacted, and everybody in it."""

    list_name = "audience-members"
    head_template = "home/audience_head.html"
    above_template = "home/audience_above.html"
    audience: Audience

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        audience = find_audience(self.request)
        if audience is None:
            raise Http404
        self.audience = audience
        return rows

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = super().get_context_data(**context)
        audience = self.audience
        source = LISTS.get(audience.made_list)
        return {
            **shown,
            "title": audience.name,
            "switch": [],
            "audience": audience,
            "made_url": f"{source.url}?{audience.made_query}" if source else "",
            "tabs": self._list_tabs(),
            "may_keep": self.request.user.has_perm("interactions.change_audience"),  # type: ignore[union-attr]
        }

    def _list_tabs(self) -> list[dict[str, Any]]:
        """Everybody, who may be contacted, and who is held back by each reason, with how many."""
        counts = count_held(self.audience, find_members(self.request), reader=self.request.user.pk)
        now = self.request.GET.get("state", "")
        held = sum(counts.values()) - counts.get("", 0) if counts is not None else None
        whole: list[tuple[str, Any, int | None]] = [
            ("", _("All"), sum(counts.values()) if counts is not None else None),
            ("may", _("May be contacted"), counts.get("", 0) if counts is not None else None),
            ("held", _("Held back"), held),
        ]
        parts = [(one.value, one.label, counts[one.value]) for one in Held if counts and counts.get(one.value)]
        return [
            {
                "url": f"?{AUDIENCE}={self.audience.pk}" + (f"&state={key}" if key else ""),
                "label": capfirst(label),
                "count": None if n is None else format_number(n),
                "current": key == now,
            }
            for key, label, n in [*whole, *parts]
        ]
