"""Customers put into the audience of a campaign, many at once, and taken out again."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from crm.core.bulk_actions import BulkAction, Doing, Outcome, register_action
from crm.core.generic_views import visible_rows
from crm.core.list_catalogue import KnownList, make_request
from crm.core.list_engine import narrow_rows
from crm.core.models import BulkAct, BulkRow, User
from customers.models import Customer, Order, Person, WalletEstimate
from interactions.audience_keeping import (
    AudienceRefused,
    add_members,
    drop_if_empty,
    make_audience,
    remove_members,
)
from interactions.models import Audience, AudienceMember, Interaction, ProcessRun

CHANGE = "interactions.change_audience"
MODELS: dict[str, type[Model]] = {
    "customers": Customer,
    "people": Person,
    "orders": Order,
    "complaints": Complaint,
    "runs": ProcessRun,
    "prospects": WalletEstimate,
}


class AudienceChoice(forms.Form):
    """One that is there, or a new one with its purpose."""

    audience = forms.ModelChoiceField(
        Audience.objects.none(),
        label=gettext_lazy("Audience"),
        required=False,
        empty_label=gettext_lazy("a new one, named below"),
    )
    name = forms.CharField(label=gettext_lazy("Name of the new one"), max_length=80, required=False)
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("They are contacted by"),
        choices=Interaction.Channel.choices,
        initial=Interaction.Channel.MAIL,
        required=False,
        help_text=gettext_lazy("Whoever does not want that, complains or serves himself is held back, and counted."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = Audience.objects.visible_to(user).current()
        self.fields["audience"].queryset = open_ones  # type: ignore[attr-defined]
        if not open_ones.exists():  # then it can only be a new one
            del self.fields["audience"]
            for name in ("name", "purpose", "channel"):
                self.fields[name].required = True
            self.fields["name"].label = _("Name")
        else:  # what a form says instead of "optional"
            self.fields["audience"].needed_when = _("or a new one")  # type: ignore[attr-defined]
            for name in ("name", "purpose", "channel"):
                self.fields[name].needed_when = _("for a new one")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "audience" in self.fields and not said.get("audience"):
            for name in ("name", "purpose"):
                if not " ".join(said.get(name, "").split()):
                    self.add_error(name, _("Please say it: a new audience needs one."))
        return said


def _keep(said: dict[str, Any]) -> dict[str, Any]:
    audience = said.get("audience")
    if audience is not None:
        return {"audience": audience.pk, "name": audience.name}
    channel = said["channel"] or Interaction.Channel.MAIL.value
    return {"audience": None, "name": said["name"], "purpose": said["purpose"], "channel": channel}


def tell_list(known: KnownList, *, user: User, query: str) -> str:
    """Which list, narrowed by what, in words: "Customers: Risk high, Owner me"."""
    _rows, controls = narrow_rows(
        known.find_rows(make_request(user, query)), known.definition, make_request(user, query)
    )
    said = [f"{c.words} {c.value_words}".strip() for c in controls if c.value]
    return f"{known.label}: {', '.join(said)}" if said else str(known.label)


def _find_audience(doing: Doing) -> Audience | None:
    """The one chosen, as far as it is still there; else the new one of this very act."""
    if doing.choices["audience"]:
        return Audience.objects.visible_to(doing.by).filter(pk=doing.choices["audience"]).first()
    query = BulkAct.objects.values_list("query", flat=True).get(pk=doing.act_id)
    return make_audience(
        name=doing.choices["name"],
        purpose=doing.choices["purpose"],
        channel=doing.choices["channel"],
        made_from=tell_list(doing.known, user=doing.by, query=query),
        made_list=doing.known.name,
        made_query=query,
        by=doing.by,
        at=doing.at,
        act=doing.act_id,
    )


def _find_customers(ids: Sequence[int], doing: Doing) -> dict[int, int]:
    """By row the customer it is or belongs to, as far as both may be seen."""
    model = MODELS[doing.known.name]
    column = "pk" if model is Customer else "customer_id"
    return dict(visible_rows(model, doing.by).filter(pk__in=ids).order_by("pk").values_list("pk", column))


def _add(ids: Sequence[int], doing: Doing) -> list[Outcome]:
    visible = _find_customers(ids, doing)
    audience = _find_audience(doing)
    try:
        if audience is None:
            raise AudienceRefused(_("This audience is no longer there."))
        added = set(add_members(audience, set(visible.values()), by=doing.by, at=doing.at, act=doing.act_id))
    except AudienceRefused as refused:
        return [Outcome(pk, BulkRow.State.REFUSED, note=str(refused)[:200]) for pk in visible]
    outcomes = []
    for pk, customer in visible.items():  # of two people of one customer the first put him in
        state = BulkRow.State.CHANGED if customer in added else BulkRow.State.SAME
        outcomes.append(Outcome(pk, state, {}, {"audience": audience.pk, "customer": customer}))
        added.discard(customer)
    return outcomes


def _add_back(rows: Sequence[BulkRow], doing: Doing) -> set[int]:
    """Out goes exactly who was put in; an audience that this act made and nobody is left in goes too."""
    back: set[int] = set()
    for pk in {(row.after or {})["audience"] for row in rows}:
        audience = Audience.objects.filter(pk=pk).first()
        if audience is not None:
            by_customer = {(row.after or {})["customer"]: row.row_id for row in rows}
            gone = remove_members(audience, list(by_customer), act=doing.act_id)
            back |= {by_customer[customer] for customer in gone}
            drop_if_empty(audience, act=doing.act_id)
    return back


def _remove(ids: Sequence[int], doing: Doing) -> list[Outcome]:
    members = AudienceMember.objects.visible_to(doing.by).filter(pk__in=ids).select_related("audience")
    outcomes = []
    for audience, rows in _by_audience(members):
        if not Audience.objects.visible_to(doing.by).filter(pk=audience.pk).exists():
            continue
        gone = set(remove_members(audience, [row.customer_id for row in rows]))
        outcomes += [
            Outcome(
                row.pk, before={"act": row.added_by_act}, after={"audience": audience.pk, "customer": row.customer_id}
            )
            for row in rows
            if row.customer_id in gone
        ]
    return outcomes


def _by_audience(members: Iterable[AudienceMember]) -> Iterable[tuple[Audience, list[AudienceMember]]]:
    found: dict[int, list[AudienceMember]] = {}
    for member in members:
        found.setdefault(member.audience_id, []).append(member)
    return [(rows[0].audience, rows) for rows in found.values()]


def _remove_back(rows: Sequence[BulkRow], doing: Doing) -> set[int]:
    """Back in; whoever was put in again since stays as he is."""
    back: set[int] = set()
    for row in rows:
        after = row.after or {}
        audience = Audience.objects.filter(pk=after["audience"]).first()
        try:
            if audience is not None and add_members(
                audience, [after["customer"]], by=doing.by, at=doing.at, act=(row.before or {})["act"]
            ):
                back.add(row.row_id)
        except AudienceRefused:
            continue
    return back


def find_result(act: BulkAct) -> str:
    """The address of the audience that an act filled; "" where there is none."""
    chosen = act.choices.get("audience")
    by = {"pk": chosen} if chosen else {"made_by_act": act.pk}
    audience = Audience.objects.filter(**by).first()
    return audience.get_absolute_url() if audience else ""


def register() -> None:
    """Enter the acts; called once when Django starts."""
    register_action(
        BulkAction(
            "audience",
            tuple(MODELS),
            gettext_lazy("Add to audience"),
            "target",
            CHANGE,
            act=_add,
            undo=_add_back,
            tell=lambda choices: _("added to “%(name)s”") % {"name": choices["name"]},
            make_form=lambda data, user: AudienceChoice(data, user=user),
            keep=_keep,
            find_result=find_result,
        )
    )
    register_action(
        BulkAction(
            "remove",
            ("audience-members",),
            gettext_lazy("Take out"),
            "x",
            CHANGE,
            act=_remove,
            undo=_remove_back,
            tell=lambda choices: _("taken out"),
            asks=False,
            chunk=500,
        )
    )
