"""Pairs that may be one customer as a list: narrowed to the surest, merged or told apart many at once, taken back."""

from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_actions import BulkAction, Doing, register_action
from crm.core.field_acting import act_one_by_one
from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.local_time import company_day
from crm.core.text_folding import fold_text
from crm.home.customer_list import currency_sign
from crm.home.duplicate_preview import choose_fields, choose_sides
from crm.home.duplicate_queue import MAY_MERGE, find_open_pairs
from crm.home.known_list import KnownListView
from customers.customer_merging import MergeRefused, merge_customers, take_apart
from customers.duplicate_deciding import PairDecided, ask_again, tell_apart
from customers.duplicate_wording import list_reasons
from customers.models import CustomerMerge, DuplicatePair

SUREST = 95
AGAINST = ("tax_differs", "domain_differs", "place_differs", "country_differs", "name_differs")
SHARED = (
    ("tax", gettext_lazy("the same tax number")),
    ("email", gettext_lazy("the same e-mail")),
    ("phone", gettext_lazy("the same phone")),
    ("domain", gettext_lazy("the same web domain")),
    ("address", gettext_lazy("the same address")),
)


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    folded = fold_text(text)
    return rows.filter(Q(first__name_folded__contains=folded) | Q(second__name_folded__contains=folded))


def _only_surest(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    """Very much alike, and nothing speaks against it."""
    for what in AGAINST:
        rows = rows.exclude(evidence__contains=[[what]])
    return rows.filter(percent__gte=SUREST)


def find_pairs(request: HttpRequest) -> QuerySet[Any]:
    """Pairs that wait for a decision, of which the reader may see both."""
    return find_open_pairs(request.user, on=company_day(timezone.now()))  # type: ignore[arg-type]


def _draw_pair(row: Any) -> SafeString:
    url = f"{reverse('home:duplicate-queue')}?pair={row.pk}"
    return format_html('<a class="r-name cut" href="{}" data-open dir="auto">{}</a>', url, row.first.name)


def _draw_alike(row: Any) -> SafeString:
    return format_html('<span class="n r-alike">{}%</span>', row.percent)


def _tell_reasons(row: Any) -> str:
    return ", ".join(str(words) for words, _value in list_reasons(row.evidence))


def _tell_doubts(row: Any) -> str:
    return ", ".join(str(words) for words, _value in list_reasons(row.evidence, against=True))


PAIRS = ListDefinition(
    columns=(
        Column("first", gettext_lazy("Customer"), fixed=True, draw=_draw_pair, export="first.name"),
        Column("second", gettext_lazy("May be the same as"), "second.name"),
        Column("alike", gettext_lazy("Alike"), kind="range", draw=_draw_alike, export="percent"),
        Column("reasons", gettext_lazy("Why"), _tell_reasons, "words"),
        Column("doubts", gettext_lazy("Against it"), _tell_doubts, "words", hide_on_phone=True),
        Column("worth", gettext_lazy("Sales 12 m"), "worth_cents", "amount", unit=currency_sign(), hide_on_phone=True),
        Column(
            "weight",
            gettext_lazy("Value × likeness"),
            "weight",
            "amount",
            sort="weight",
            largest_first=True,
            shown=False,
        ),
        Column("first_city", gettext_lazy("City"), "first.city", hide_on_phone=True),
        Column("second_city", gettext_lazy("Other city"), "second.city", hide_on_phone=True),
        Column("first_number", gettext_lazy("Number"), "first.number", shown=False, hide_on_phone=True),
        Column("second_number", gettext_lazy("Other number"), "second.number", shown=False, hide_on_phone=True),
        Column("found", gettext_lazy("Found"), "found_at", "moment", shown=False, hide_on_phone=True),
    ),
    filters=(
        TextFilter("q", gettext_lazy("Name"), _search),
        ChoiceFilter(
            "alike",
            gettext_lazy("Alike"),
            lambda rows, value, request: rows.filter(percent__gte=int(value)),
            [
                ("99", gettext_lazy("99% or more")),
                ("95", gettext_lazy("95% or more")),
                ("90", gettext_lazy("90% or more")),
            ],
        ),
        ChoiceFilter(
            "shared",
            gettext_lazy("They share"),
            lambda rows, value, request: rows.filter(evidence__contains=[[value]]),
            SHARED,
        ),
        FlagFilter("surest", gettext_lazy("The surest: 95% alike or more, and nothing against it"), _only_surest),
    ),
    default_sort="-weight",
    page_size=25,
)

register_list(
    KnownList(
        "pairs",
        gettext_lazy("Pairs"),
        "home:pair-list",
        MAY_MERGE,
        PAIRS,
        find_pairs,
        row_url=lambda row: f"{reverse('home:duplicate-queue')}?pair={row.pk}",
        views=(
            (gettext_lazy("All"), ""),
            (gettext_lazy("The surest"), "surest=1"),
            (gettext_lazy("The same tax number"), "shared=tax"),
        ),
        empty_title=gettext_lazy("No pair to decide"),
        empty_text=gettext_lazy(
            "Every night looks for customers who may be one: by phone, e-mail, domain, tax number, address and name."
        ),
    )
)


class PairList(KnownListView):
    """Every pair that waits for a decision."""

    list_name = "pairs"
    head_template = "home/pair_head.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**super().get_context_data(**context), "switch": []}


def _find_waiting(pair: DuplicatePair) -> DuplicatePair:
    """The pair as it stands; raises ``MergeRefused`` for one that somebody decided about since it was chosen."""
    waiting = DuplicatePair.objects.open().select_related("first__score", "second__score").filter(pk=pair.pk).first()
    if waiting is None:
        raise MergeRefused(_("Somebody has decided about this pair already."))
    return waiting


def _merge(pair: DuplicatePair, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    kept, gone = choose_sides(_find_waiting(pair))
    merge = merge_customers(kept, gone, choices=choose_fields(kept, gone), by=doing.by, at=doing.at)
    return {}, {"merge": merge.pk}


def _take_apart(rows: Any, doing: Doing) -> set[int]:
    """The latest merge first: one that built on another comes off before it."""
    back = set()
    for row in sorted(rows, key=lambda row: -row.after["merge"]):
        merge = CustomerMerge.objects.filter(pk=row.after["merge"]).first()
        try:
            if merge is not None:
                take_apart(merge, by=doing.by, at=doing.at)
                back.add(row.row_id)
        except MergeRefused:
            continue
    return back


def _tell_apart(pair: DuplicatePair, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    told = tell_apart(pair, by=doing.by, at=doing.at)
    return {}, {"decided_at": told.decided_at.isoformat() if told.decided_at else ""}


def _ask_again(rows: Any, doing: Doing) -> set[int]:
    back = set()
    kept = {row.row_id: row for row in rows}
    for pair in DuplicatePair.objects.filter(pk__in=kept, state=DuplicatePair.State.DIFFERENT):
        if pair.decided_at and pair.decided_at.isoformat() == kept[pair.pk].after["decided_at"]:
            with suppress(PairDecided):
                ask_again(pair)
                back.add(pair.pk)
    return back


def register() -> None:
    """Enter the acts; called once when Django starts."""
    register_action(
        BulkAction(
            "merge",
            ("pairs",),
            gettext_lazy("Merge"),
            "merge",
            MAY_MERGE,
            act=act_one_by_one(DuplicatePair, _merge, (MergeRefused,)),
            undo=_take_apart,
            tell=lambda choices: _("merged"),
            note=gettext_lazy(
                "Of each pair the one with more sales stays, else the older record; what is empty there is filled "
                "from the other. Pairs that cannot be merged are left out with the reason. Undo takes all of them "
                "apart; each can also be taken apart alone, on the page of duplicates."
            ),
            at_once=5,
            chunk=5,
        )
    )
    register_action(
        BulkAction(
            "different",
            ("pairs",),
            gettext_lazy("Two customers"),
            "x",
            MAY_MERGE,
            act=act_one_by_one(DuplicatePair, _tell_apart, (PairDecided,)),
            undo=_ask_again,
            tell=lambda choices: _("said to be two customers"),
            asks=False,
            chunk=200,
        )
    )
