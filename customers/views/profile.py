"""The profile of a customer: facts and their history; and the catalogue and the bank of questions behind them."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.core.formats import format_percent
from crm.core.generic_views import CreateView, ListView, UpdateView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from customers.fact_noting import confirm_fact, forget_wanted_kinds, note_fact, restore_fact, withdraw_fact
from customers.forms.profile import FactForm, FactKindForm, QuestionForm
from customers.models import Customer, FactKind, ProfileFact, Question
from customers.question_asking import AnswerRate, forget_bank, measure_answer_rates
from customers.views.customer import page_url

MOST_HISTORY = 100


class FactNew(CreateView):
    """Something a customer told; the fact before stays in the history."""

    model, parent_model = ProfileFact, Customer
    form_class: Any = FactForm
    permission = "customers.change_customer"
    title = gettext_lazy("New fact")

    def get_back_url(self) -> str:
        return page_url(self.parent)

    def get_initial(self) -> dict[str, Any]:
        kind = self.request.GET.get("kind", "")
        known = {"kind": int(kind)} if kind.isdecimal() and len(kind) < 10 else {}
        return {"told_on": company_day(timezone.now()), **known}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "on": company_day(timezone.now()), "reader": self.request.user}

    def save_form(self, form: Any) -> ProfileFact:
        values = dict(form.cleaned_data)
        return note_fact(self.parent, on=values.pop("told_on"), by=self.request.user, **values)  # type: ignore[arg-type]


def _find_fact(request: HttpRequest, pk: int) -> ProfileFact:
    return get_object_or_404(ProfileFact.objects.visible_to(request.user).select_related("customer", "kind"), pk=pk)


@require_GET
def fact_history(request: HttpRequest, pk: int) -> HttpResponse:
    """How the answer changed over time: every fact of the same name, who asked, whom, and how sure it was."""
    fact = _find_fact(request, pk)
    rows = ProfileFact.objects.visible_to(request.user).filter(customer=fact.customer, label=fact.label)
    rows = rows.select_related("asked_by", "person").order_by("-told_on", "-pk")[:MOST_HISTORY]
    frame = f"components/entry_{'dialog' if request.htmx else 'page'}.html"
    shown = {
        "fact": fact,
        "rows": rows,
        "today": company_day(timezone.now()),
        "frame": frame,
        "heading": fact.label,
        "back_url": page_url(fact.customer),
        "about": fact.customer,
    }
    return render(request, "customers/fact_history.html", shown)


@require_POST
def fact_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked again, and still right: the same is told today."""
    fact = _find_fact(request, pk)
    refuse_unless(request.user, "customers.change_customer")
    confirm_fact(fact, on=company_day(timezone.now()), by=request.user)
    add_toast(request, _("%(fact)s: still right, noted for today.") % {"fact": fact.label})
    return redirect(page_url(fact.customer))


@require_POST
def fact_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no longer so; Undo makes it hold again."""
    fact = _find_fact(request, pk)
    refuse_unless(request.user, "customers.change_customer")
    withdraw_fact(fact, on=company_day(timezone.now()))
    undo = reverse("customers:fact-restore", args=[fact.pk])
    add_toast(request, _("%(fact)s: no longer so.") % {"fact": fact.label}, undo_url=undo)
    return redirect(page_url(fact.customer))


@require_POST
def fact_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """It holds after all."""
    fact = _find_fact(request, pk)
    refuse_unless(request.user, "customers.change_customer")
    restore_fact(fact)
    add_toast(request, _("%(fact)s holds again.") % {"fact": fact.label})
    return redirect(page_url(fact.customer))


# --- the catalogue and the bank, in the settings ---------------------------------------------------------------------


class _SettingsPage:
    permission = "core.change_settings"
    frame = "generic/settings_frame.html"

    def save_form(self, form: Any) -> Any:
        saved = super().save_form(form)  # type: ignore[misc]
        for forget in (forget_wanted_kinds, forget_bank):
            transaction.on_commit(forget)
        return saved


KINDS = ListDefinition(
    columns=(
        Column(
            "name",
            gettext_lazy("Kind of fact"),
            sort="name",
            url=lambda row: reverse("customers:fact-kind-edit", args=[row.pk]),
        ),
        Column("description", gettext_lazy("What exactly"), hide_on_phone=True),
        Column("worth", gettext_lazy("Helps"), kind="number", sort="worth", largest_first=True),
        Column("holds", gettext_lazy("Holds for, months"), "holds_months", "number", hide_on_phone=True),
        Column("talk", gettext_lazy("Use in talk"), "use_in_talk", "flag", hide_on_phone=True),
        Column("used", gettext_lazy("In use"), "is_active", "flag"),
    ),
    default_sort="-worth",
)


class _KindPage(_SettingsPage):
    model = FactKind
    back_label = gettext_lazy("Kinds of facts")

    def get_back_url(self) -> str:
        return reverse("customers:fact-kind-list")


class FactKindList(_KindPage, ListView):
    definition = KINDS
    title = gettext_lazy("Kinds of facts")
    new_label = gettext_lazy("Kind of fact")
    empty_text = gettext_lazy("What should we know of every customer beyond name and address?")

    def get_new_url(self) -> str:
        return reverse("customers:fact-kind-new")


class FactKindNew(_KindPage, CreateView):
    form_class: Any = FactKindForm
    title = gettext_lazy("New kind of fact")


class FactKindEdit(_KindPage, UpdateView):
    form_class: Any = FactKindForm
    title = gettext_lazy("Edit kind of fact")


def _load_rates(rows: list[Question], request: HttpRequest) -> None:
    rates = measure_answer_rates()
    for row in rows:
        row.rate = rates.get(row.pk, AnswerRate())  # type: ignore[attr-defined]


def _say_rate(row: Any) -> str:
    return format_percent(row.rate.share) if row.rate.asked else "–"


def _kind_choices(request: HttpRequest) -> Any:
    return FactKind.objects.order_by("name").values_list("pk", "name")


QUESTIONS = ListDefinition(
    columns=(
        Column(
            "text",
            gettext_lazy("Question"),
            kind="words",
            sort="text",
            url=lambda row: reverse("customers:question-edit", args=[row.pk]),
        ),
        Column("kind", gettext_lazy("Asks for"), "kind.name"),
        Column("tags", gettext_lazy("Tags"), lambda row: ", ".join(row.tags), hide_on_phone=True),
        Column("asked", gettext_lazy("Asked"), "rate.asked", "number"),
        Column("rate", gettext_lazy("Answered"), _say_rate, "range"),
        Column("refused", gettext_lazy("Refused"), "rate.refused", "number", hide_on_phone=True),
        Column("used", gettext_lazy("In use"), "is_active", "flag", hide_on_phone=True),
    ),
    filters=(
        ChoiceFilter(
            "kind", gettext_lazy("Asks for"), lambda rows, value, request: rows.filter(kind=value), _kind_choices
        ),
        TextFilter("tag", gettext_lazy("Tag"), lambda rows, value, request: rows.filter(tags__contains=[value])),
        FlagFilter("used", gettext_lazy("In use"), lambda rows, value, request: rows.filter(is_active=True)),
    ),
    default_sort="text",
    load=_load_rates,
)


class _QuestionPage(_SettingsPage):
    model = Question
    back_label = gettext_lazy("Questions")

    def get_back_url(self) -> str:
        return reverse("customers:question-list")


class QuestionList(_QuestionPage, ListView):
    """The bank, each question with how often it was answered."""

    definition = QUESTIONS
    title = gettext_lazy("Questions")
    new_label = gettext_lazy("Question")
    empty_text = gettext_lazy("Two open questions a contact, never twice: what would you like to hear?")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("kind")

    def get_new_url(self) -> str:
        return reverse("customers:question-new")


class QuestionNew(_QuestionPage, CreateView):
    form_class: Any = QuestionForm
    title = gettext_lazy("New question")


class QuestionEdit(_QuestionPage, UpdateView):
    form_class: Any = QuestionForm
    title = gettext_lazy("Edit question")
