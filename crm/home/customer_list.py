"""The list of customers: who needs something this week, and which of them has nobody.

Narrowed by the query string, so every figure of a dashboard can lead to the customers behind it:
``?segment=premium&grade=A&risk=high``. Values are read from the scores in force; a customer who was never scored has
none and stands last.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, DateField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from crm.core.formats import format_currency_sign
from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.local_time import company_day, company_zone
from crm.core.models import Role, Team, User
from crm.core.models.business_setting import setting
from crm.core.row_addresses import row_address
from crm.core.row_visibility import SEES_ALL
from crm.core.text_folding import fold_text
from crm.home.customer_cells import (
    NEXT_IN_FILE,
    SILENCE_IN_FILE,
    draw_customer,
    draw_next,
    draw_risk,
    draw_silence,
    draw_talk,
    find_row_acts,
)
from crm.home.customer_edits import CUSTOMER_EDITS
from crm.home.customer_group import GROUP_COLUMNS, GROUP_FILTER
from crm.home.customer_moves import is_move, is_place, of_earlier_segment, of_movers, tell_move, tell_place
from crm.home.customer_row_details import load_row_details
from crm.home.customer_rule import LONGEST_RULE, filter_by_rule, is_rule, name_lost, split_rule, tell_rule
from crm.home.known_list import KnownListView
from crm.home.ladder_filter import LADDER_FILTER
from crm.home.metric_columns import list_metric_columns, load_metric_values
from crm.home.need_filter import NEED_FILTER
from crm.home.segment_order import begin_in_segment, find_asked_segment, find_segment_number, only_in_segment
from crm.home.tag_filter import TAG_FILTER
from customers.models import ContactPoint, Customer, Person, TradingName
from customers.number_finding import numbered
from interactions.contact_sparing import only_spared
from interactions.models import Alert, Interaction
from interactions.rules.alert_conditions import VISIT_NOW
from segments.models import CurrentScore, Membership, Segment

currency_sign = lazy(lambda: format_currency_sign(setting("company.currency")).strip(), str)
GRADES = tuple((grade, grade) for grade in ("A", "A1", "A2", "B", "B1", "B2", "C", "C1", "C2"))
RISKS = {risk.name.lower(): risk for risk in CurrentScore.Risk}
MOST_OWNERS = 100
MOST_OTHER_NAMES = 500
Customers = QuerySet[Any]


def search_customers(rows: Customers, text: str, request: HttpRequest) -> Customers:
    """By any of their names (accents and case apart; short words from the start) or the number, also by its digits."""
    folded = fold_text(text)
    by_name = Q(name_folded__contains=folded) if len(folded) > 2 else Q(name_folded__startswith=folded)
    # Asked apart: only with the ids at hand do the indexes of both tables serve.
    others = list(TradingName.objects.filter(by_name).values_list("customer", flat=True)[:MOST_OTHER_NAMES])
    return rows.filter(by_name | numbered(Customer, text) | Q(pk__in=others))


def _of_segment(rows: Customers, key: str, request: HttpRequest) -> Customers:
    asked = request.GET
    of_score = asked.get("grade") in dict(GRADES) or asked.get("risk") in RISKS or asked.get("below_zero") == "1"
    return only_in_segment(rows, find_segment_number(key), are_scored=of_score)


def _of_grade(rows: Customers, grade: str, request: HttpRequest) -> Customers:
    return rows.filter(score__grade__in=[known for known, _words in GRADES if known.startswith(grade)])


def _of_owner(rows: Customers, owner: str, request: HttpRequest) -> Customers:
    return rows.filter(owner=request.user.pk if owner == "me" else int(owner))


def _of_nobody(rows: Customers, value: str, request: HttpRequest) -> Customers:
    return rows.filter(Q(owner=None) | Q(owner__is_active=False))


def _below_zero(rows: Customers, value: str, request: HttpRequest) -> Customers:
    return rows.filter(score__contribution_12m_cents__lt=0)


# Somebody was reached, wrote or called us: what the figures of the segments and the triggers count as a talk.
TALKED = (
    Q(outcome=Interaction.Outcome.TALKED)
    | Q(direction=Interaction.Direction.IN)
    | Q(channel__in=[Interaction.Channel.MAIL, Interaction.Channel.CHAT])
)


def overdue_to_talk(rows: Customers, *, now: datetime, segment: int | None = None) -> Customers:
    """Those whom nobody spoke to within the rhythm their segment promises; tries that reached nobody do not count.

    The rule is ``judge_cadence``: whom nobody ever spoke to is counted from the first order, or without one from the
    day in the segment. Of one ``segment`` alone where it is known: the rhythms of all others would be looked up for
    each of its customers.
    """
    today = company_day(now)
    promised = Segment.objects.exclude(cadence_days=None)
    if segment is not None:
        promised = promised.filter(pk=segment)
    since = {key: today - timedelta(days=days) for key, days in promised.values_list("pk", "cadence_days")}
    if not since:
        return rows.none()
    # One look at whoever is in any of them: asked segment by segment, everybody's talks were read for each.
    days = Case(*(When(segment=key, then=Value(day)) for key, day in since.items()), output_field=DateField())
    moments = Case(
        *(
            When(segment=key, then=Value(datetime.combine(day, time.min, tzinfo=company_zone())))
            for key, day in since.items()
        ),
        output_field=DateTimeField(),
    )
    first_order = CurrentScore.objects.filter(customer=OuterRef("customer")).values("first_day")
    talks = Interaction.objects.filter(TALKED, customer=OuterRef("customer"))
    members = Membership.objects.current().filter(customer=OuterRef("pk"), segment__in=list(since))
    late = members.alias(moment=moments, known=Coalesce(Subquery(first_order), "since")).filter(
        ~Exists(talks.filter(happened_at__gte=OuterRef("moment"))), Q(known__lt=days) | Exists(talks)
    )
    return rows.filter(Exists(late))


def _overdue(rows: Customers, value: str, request: HttpRequest) -> Customers:
    return overdue_to_talk(rows, now=timezone.now(), segment=find_asked_segment(request))


def _spared(rows: Customers, value: str, request: HttpRequest) -> Customers:
    return only_spared(rows, segment=find_asked_segment(request))


def _unreachable(rows: Customers, value: str, request: HttpRequest) -> Customers:
    """Nobody named, or no phone number or e-mail address that works: whom we could not ring now."""
    people = Person.objects.current().filter(customer=OuterRef("pk"))
    points = ContactPoint.objects.filter(customer=OuterRef("pk"), is_valid=True, kind__in=("phone", "email"))
    return rows.exclude(Exists(people) & Exists(points.filter(person__left_on=None)))


def _complained(rows: Customers, value: str, request: HttpRequest) -> Customers:
    """Complained within 365 of the company's days, as the figures of the segments count it."""
    first = company_day(timezone.now()) - timedelta(days=364)
    since = datetime.combine(first, time.min, tzinfo=company_zone())
    cases = Complaint.objects.filter(customer=OuterRef("pk"), kind=Complaint.Kind.COMPLAINT, taken_at__gte=since)
    return rows.filter(Exists(cases))


def _to_visit(rows: Customers, value: str, request: HttpRequest) -> Customers:
    """Those of whom an alert says that somebody must visit them now."""
    return rows.filter(pk__in=Alert.objects.open().filter(trigger__key=VISIT_NOW).values("customer"))


def _segment_choices(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return Segment.objects.filter(archived_at=None).values_list("key", "name")


def list_owner_choices(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Whoever may own what the reader sees; at most 100 names, himself first."""
    user = request.user
    owners = User.objects.active().exclude(pk=user.pk)
    if user.role == Role.MANAGER:
        owners = owners.filter(Q(team=user.team_id) | Q(team__in=user.managed_teams.values("pk")))
    elif user.role not in SEES_ALL:
        owners = owners.filter(team=user.team_id) if user.team_id else owners.none()
    names = owners.order_by("name").values_list("pk", "name")[:MOST_OWNERS]
    return [("me", gettext("me")), *((str(key), name) for key, name in names)]


def list_team_choices(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """The teams whose customers the reader sees."""
    user = request.user
    teams = Team.objects.all()
    if user.role not in SEES_ALL:
        teams = teams.filter(Q(pk=user.team_id) | Q(managers=user)).distinct()
    return [(str(key), name) for key, name in teams.values_list("pk", "name")[:MOST_OWNERS]]


def tell_tags(row: Any) -> str:
    """The tags a customer carries, with commas between."""
    return ", ".join(tag["name"] for tag in row.tag_parts)


def _segment_name(row: Any) -> str:
    return row.segment["name"] if row.segment else ""


CUSTOMERS = ListDefinition(
    columns=(
        Column("name", _("Customer"), sort="name_folded", fixed=True, draw=draw_customer, export="name"),
        Column("class", _("Class"), "score.grade", "class", head_term="class"),
        Column("segment", _("Segment"), kind="segment", head_term="segment", export=_segment_name),
        Column(
            "risk",
            _("Risk"),
            sort="score__gap_ratio",
            tie="score__customer_id",
            sort_with=begin_in_segment,
            nullable=True,
            largest_first=True,
            head_term="risk",
            draw=draw_risk,
            export="score.gap_ratio",
        ),
        Column(
            "sales",
            _("Sales 12 m"),
            "score.sales_12m_cents",
            kind="amount",
            unit=currency_sign(),
            sort="score__sales_12m_cents",
            sum="score__sales_12m_cents",
            tie="score__customer_id",
            sort_with=begin_in_segment,
            nullable=True,
            largest_first=True,
        ),
        Column(
            "contribution",
            _("Contribution"),
            "score.contribution_12m_cents",
            kind="amount",
            sort="score__contribution_12m_cents",
            sum="score__contribution_12m_cents",
            tie="score__customer_id",
            sort_with=begin_in_segment,
            nullable=True,
            largest_first=True,
            hide_on_phone=True,
            head_term="contribution",
        ),
        Column(
            "silent",
            _("Silent / usual"),
            "silent_days",
            kind="number",
            hide_on_phone=True,
            head_term="silent",
            draw=draw_silence,
            in_file=SILENCE_IN_FILE,
        ),
        Column(
            "stake",
            _("At stake"),
            "shown_stake",
            kind="amount",
            sort="score__at_stake_cents",
            sum="score__at_stake_cents",
            tie="score__customer_id",
            sort_with=begin_in_segment,
            nullable=True,
            largest_first=True,
            head_term="at-stake",
        ),
        Column(
            "talk",
            _("Last contact"),
            "talked_at",
            "moment",
            hide_on_phone=True,
            draw=draw_talk,
        ),
        Column("next", _("Next"), "task_title", draw=draw_next, in_file=NEXT_IN_FILE),
        Column("owner", _("Owner"), kind="avatar", hide_on_phone=True, head_term="owner", edit="owner"),
        Column("number", _("Number"), sort="number", shown=False),
        Column("stage", _("Stage"), "get_stage_display", shown=False, edit="stage"),
        Column("tags", _("Tags"), tell_tags, shown=False, hide_on_phone=True),
        Column("city", _("City"), sort="city", shown=False, hide_on_phone=True, edit="city"),
        Column("postcode", _("Postcode"), shown=False, hide_on_phone=True, edit="postcode"),
        Column("street", _("Street"), shown=False, hide_on_phone=True, edit="street"),
        Column("country", _("Country"), shown=False, hide_on_phone=True, edit="country"),
        Column("industry", _("Industry"), shown=False, hide_on_phone=True, edit="industry"),
        Column("language", _("Language"), shown=False, hide_on_phone=True, edit="language"),
        Column("trading_name", _("Trading name"), shown=False, hide_on_phone=True, edit="trading_name"),
        Column("team", _("Team"), "team.name", shown=False, hide_on_phone=True),
        *GROUP_COLUMNS,
        Column("tax_id", _("Tax number"), shown=False, hide_on_phone=True),
        Column("domain", _("Web domain"), shown=False, hide_on_phone=True),
        Column("source", _("Where it came from"), shown=False, hide_on_phone=True, edit="source"),
        Column("since", _("Customer since"), kind="day", shown=False, hide_on_phone=True, edit="since"),
    ),
    filters=(
        TextFilter("q", _("Name or number"), search_customers),
        ChoiceFilter("segment", _("Segment"), _of_segment, _segment_choices),
        ChoiceFilter("grade", _("Class"), _of_grade, GRADES),
        ChoiceFilter(
            "risk",
            _("Risk"),
            lambda rows, value, request: rows.filter(score__risk=RISKS[value]),
            tuple((name, risk.label) for name, risk in RISKS.items()),
        ),
        ChoiceFilter("owner", _("Owner"), _of_owner, list_owner_choices),
        ChoiceFilter("team", _("Team"), lambda rows, value, request: rows.filter(team=int(value)), list_team_choices),
        ChoiceFilter(
            "stage", _("Stage"), lambda rows, value, request: rows.filter(stage=value), Customer.Stage.choices
        ),
        NEED_FILTER,
        TAG_FILTER,
        LADDER_FILTER,
        TextFilter(
            "country", _("Country"), lambda rows, value, request: rows.filter(country=value[:2].upper()), is_short=True
        ),
        TextFilter(
            "rule",
            _("Rule"),
            filter_by_rule,
            in_form=False,
            limit=LONGEST_RULE,
            accepts=is_rule,
            tell=tell_rule,
            split=split_rule,
            lost=name_lost,
        ),
        FlagFilter("nobody", _("Nobody looks after"), _of_nobody, in_form=False),
        FlagFilter("overdue", _("Overdue to talk to"), _overdue, in_form=False),
        FlagFilter("below_zero", _("Below zero"), _below_zero, in_form=False),
        FlagFilter("spared", _("Serve themselves"), _spared, in_form=False),
        FlagFilter("unreachable", _("Cannot be named and reached"), _unreachable, in_form=False),
        FlagFilter("complained", _("Complained in 12 months"), _complained, in_form=False),
        FlagFilter("visit", _("To be visited now"), _to_visit, in_form=False),
        TextFilter("was", _("Was in"), of_earlier_segment, in_form=False, accepts=is_place, tell=tell_place),
        TextFilter("moved", _("Moved"), of_movers, in_form=False, accepts=is_move, tell=tell_move),
        GROUP_FILTER,
        FlagFilter("archived", _("Archived"), lambda rows, value, request: rows, in_form=False),
    ),
    default_sort="-stake",
    page_size=18,
    load=load_row_details,
    more_columns=list_metric_columns,
    load_more=load_metric_values,
)
VIEWS = (
    (_("All"), ""),
    (_("My customers"), "owner=me"),
    (_("Slipping away"), "risk=high"),
    (_("Overdue to talk to"), "overdue=1"),
    (_("Nobody looks after"), "nobody=1"),
    (_("Below zero"), "below_zero=1"),
    (_("Archived"), "archived=1"),
)


def find_customers(request: HttpRequest) -> QuerySet[Any]:
    """Customers the reader may see; the archived ones only where he asks for them."""
    rows = Customer.objects.visible_to(request.user).select_related("owner", "team", "score")
    return rows.exclude(archived_at=None) if request.GET.get("archived") == "1" else rows.current()


register_list(
    KnownList(
        "customers",
        _("Customers"),
        "home:customer-list",
        "customers.view_customer",
        CUSTOMERS,
        find_customers,
        row_url=lambda row: row_address("home:customer-page", row.pk),
        views=VIEWS,
        rule_filter="rule",
        edits=CUSTOMER_EDITS,
        row_acts=find_row_acts,
        empty_title=_("No customer yet"),
        empty_text=_("Bring them from a file, or add the first one here."),
    )
)


class CustomerList(KnownListView):
    """Who needs something this week, and which of them has nobody."""

    list_name = "customers"
    head_template = "home/customer_list_head.html"
    new_permission = "customers.add_customer"
    new_label = _("Customer")

    def get_new_url(self) -> str:
        return reverse("customers:customer-new")
