"""Handing in a file, and how its columns are to be read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.models import Role, User
from customers.import_checking import teams_of
from customers.import_wording import field_label
from customers.models import Customer, DataImport
from customers.rules.import_columns import FIELDS

READING_OPTIONS = ("day_order", "decimal_sign", "encoding", "delimiter")
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_15", "shift_jis", "gb18030")


class UploadForm(forms.Form):
    """A file and what is in it."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in it"), choices=DataImport.Kind.choices, initial="orders")
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.gz,.xlsx", "data-max-bytes": settings.MAX_UPLOAD_BYTES}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
            raise forms.ValidationError(_("The file is larger than %(limit)s. Send it in parts.") % {"limit": limit})
        if not file.size:
            raise forms.ValidationError(_("The file is empty."))
        return file


class ReadingForm(forms.Form):
    """Which column is what, how dates, amounts and letters are read, and what becomes of new customers."""

    day_order = forms.ChoiceField(
        label=gettext_lazy("In a date like 03/04/2026"),
        required=False,
        choices=[
            ("", gettext_lazy("as the file tells")),
            ("day", gettext_lazy("the day comes first")),
            ("month", gettext_lazy("the month comes first")),
        ],
    )
    decimal_sign = forms.ChoiceField(
        label=gettext_lazy("An amount like 1.234"),
        required=False,
        choices=[
            ("", gettext_lazy("as the file tells")),
            (",", gettext_lazy("comma is decimal")),
            (".", gettext_lazy("point is decimal")),
        ],
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Letters are written as"), required=False)
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Cells are parted by"),
        required=False,
        choices=[
            ("", gettext_lazy("as the file tells")),
            (",", gettext_lazy("comma")),
            (";", gettext_lazy("semicolon")),
            ("\\t", gettext_lazy("tab")),
            ("|", gettext_lazy("bar")),
        ],
    )
    trial_dates = forms.BooleanField(
        label=gettext_lazy("Trial data: move all days so that the last order is yesterday"), required=False
    )
    customer_kind = forms.ChoiceField(
        label=gettext_lazy("New customers are"), required=False, choices=Customer.Kind.choices
    )
    team = forms.ChoiceField(label=gettext_lazy("Team of new customers"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner of new customers"), required=False)

    def __init__(self, data: Any = None, *, data_import: DataImport, user: User) -> None:
        options = data_import.options
        sees_all = user.role == Role.ADMIN
        teams = teams_of(user)
        self.usual_team = None if sees_all else next((team.pk for team in teams), None)
        chosen = {"team": options.get("team_id") or self.usual_team or "", "owner": options.get("owner_id") or ""}
        delimiter = options.get("delimiter", "").replace("\t", "\\t")
        super().__init__(data, initial={**options, **chosen, "delimiter": delimiter})
        self.data_import = data_import
        self.headers: list[str] = data_import.preview.get("headers", [])
        nobody = [("", _("nobody"))] if sees_all else []
        self.fields["team"].choices = nobody + [(team.pk, team.name) for team in teams]
        owners = User.objects.active() if sees_all else User.objects.active().filter(team__in=teams)
        self.fields["owner"].choices = [("", _("nobody")), *owners.values_list("pk", "name")[:200]]
        self.fields["encoding"].choices = [("", _("as the file tells")), *((name, name) for name in ENCODINGS)]
        self.currencies: list[str] = data_import.preview.get("currencies", [])
        for code in self.currencies if data_import.kind == "orders" else []:
            self.fields[f"rate-{code}"] = forms.DecimalField(
                label=_("Rate of 1 %(currency)s") % {"currency": code},
                required=False,
                min_value=Decimal("0.000001"),
                max_value=Decimal(10**6),
                initial=options.get("rates", {}).get(code),
            )
        if data_import.kind != "orders":
            del self.fields["trial_dates"]
        if data_import.preview.get("shape", {}).get("format") == "xlsx":
            del self.fields["encoding"], self.fields["delimiter"]

    def describe(self) -> dict[str, Any]:
        """The form for its template, in two groups: how to read, how to write."""
        writing = {"customer_kind", "team", "owner"}
        return {
            "form": self,
            "reading_fields": [field for field in self if field.name not in {*writing, "trial_dates"}],
            "writing_fields": [field for field in self if field.name in writing],
        }

    def clean(self) -> dict[str, Any]:
        """Every field of ours gets at most one column."""
        values = super().clean() or {}
        columns: dict[str, str] = {}
        known = {field.name for field in FIELDS[self.data_import.kind]}
        pairs = [(self.data.get(f"column-{place}"), header) for place, header in enumerate(self.headers)]
        pairs.append((self.data.get("extra-field"), self.data.get("extra-header", "")))
        for name, header in pairs:
            if name not in known or header not in self.headers:
                continue
            if columns.get(name, header) != header:
                label = field_label(self.data_import.kind, name)
                self.add_error(None, _("Two columns are chosen for %(field)s.") % {"field": label})
            columns[name] = header
        if not any(key.startswith("column-") for key in self.data):
            columns = dict(self.data_import.columns)
        values["columns"] = columns
        return values

    def reading_options(self) -> dict[str, Any]:
        """What changes how the file is read."""
        values = self.cleaned_data
        options = {name: values.get(name, "") for name in READING_OPTIONS}
        options["delimiter"] = options["delimiter"].replace("\\t", "\t")
        rates = {c: str(values[f"rate-{c}"]) for c in self.currencies if values.get(f"rate-{c}")}
        return {**options, "rates": rates} if self.currencies or "rates" in self.data_import.options else options

    def writing_options(self) -> dict[str, Any]:
        """What changes only how it is written."""
        values = self.cleaned_data
        return {
            "trial_dates": bool(values.get("trial_dates")),
            "customer_kind": values.get("customer_kind") or Customer.Kind.ORGANISATION,
            "team_id": int(values["team"]) if values.get("team") else self.usual_team,
            "owner_id": int(values["owner"]) if values.get("owner") else None,
        }

    def changes_reading(self) -> bool:
        """Whether the file must be looked through again before it may be imported."""
        options = self.data_import.options
        same = all((options.get(name) or "") == (value or "") for name, value in self.reading_options().items())
        return not same or self.cleaned_data["columns"] != self.data_import.columns
