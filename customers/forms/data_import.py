"""Handing in a file, and how its columns are to be read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.formats import format_number
from crm.core.local_time import company_day
from crm.core.models import Role, User
from crm.core.models.business_setting import setting
from customers.custom_field_import import offer_own_fields
from customers.import_checking import describe_readings, make_parse_rules, teams_of
from customers.import_kinds import IMPORT_KINDS, kinds_for
from customers.import_mapping import OF_READING, apply_mapping
from customers.import_parsing import read_same
from customers.import_wording import describe_problem, field_label
from customers.models import Customer, DataImport, ImportMapping
from customers.order_sums import OF_ORDER
from customers.rules.import_columns import CUSTOMERS, FIELDS, ORDERS, ImportField, Reading, has_lines, missing_fields
from customers.rules.import_values import Unreadable

ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_15", "shift_jis", "gb18030")

MOST_SUGGESTED = 200
OF_EACH_ROW = frozenset({"name", "number", "first_name", "last_name"})  # by which a record is known again
ACCEPTED = ".csv,.txt,.tsv,.gz,.xlsx,.vcf"


class UploadForm(forms.Form):
    """A file and what is in it: what the reader was sent here for (``wanted``), in an empty house customers."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in it"), initial="orders")
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(
            {"accept": ".csv,.txt,.tsv,.gz,.xlsx,.vcf", "data-max-bytes": settings.MAX_UPLOAD_BYTES}
        ),
    )

    def __init__(self, *args: Any, user: User, wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds]
        if wanted in {kind.name for kind in kinds}:
            self.initial["kind"] = wanted
        elif not Customer.objects.exists():
            self.initial["kind"] = CUSTOMERS

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
    strangers = forms.ChoiceField(
        label=gettext_lazy("Colleagues we do not know"),
        required=False,
        choices=[("", gettext_lazy("keep their rows out")), ("nobody", gettext_lazy("count as nobody"))],
    )
    amount_of = forms.ChoiceField(
        label=gettext_lazy("The amount of a row"),
        required=False,
        choices=[("", gettext_lazy("is of that line")), (OF_ORDER, gettext_lazy("is the sum of its whole order"))],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    trial_dates = forms.BooleanField(
        label=gettext_lazy("Trial data: move all days so that the last order is yesterday"), required=False
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        required=False,
        choices=[
            ("both", gettext_lazy("make new ones and change known ones")),
            ("create", gettext_lazy("only make new ones")),
            ("update", gettext_lazy("only change known ones")),
        ],
    )
    key = forms.ChoiceField(label=gettext_lazy("Known by"), required=False)
    mapping = forms.ChoiceField(label=gettext_lazy("Read it like"), required=False)
    save_as = forms.CharField(
        label=gettext_lazy("Keep this reading as"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"form": "keep-reading"}),
    )
    customer_kind = forms.ChoiceField(
        label=gettext_lazy("New customers are"), required=False, choices=Customer.Kind.choices
    )
    team = forms.ChoiceField(label=gettext_lazy("Team of new customers"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Owner of new customers"), required=False)

    def __init__(self, data: Any = None, *, data_import: DataImport, user: User) -> None:
        offer_own_fields()
        options = data_import.options
        sees_all = user.role == Role.ADMIN
        teams = teams_of(user)
        self.usual_team = None if sees_all else next((team.pk for team in teams), None)
        chosen = {"team": options.get("team_id") or self.usual_team or "", "owner": options.get("owner_id") or ""}
        mappings = ImportMapping.objects.filter(kind=data_import.kind)
        applied = mappings.filter(pk=options.get("mapping_id") or 0).first()
        chosen["mapping"] = applied.pk if applied else ""
        delimiter = options.get("delimiter", "").replace("\t", "\\t")
        super().__init__(data, initial={**options, **chosen, "delimiter": delimiter})
        self.data_import = data_import
        self.headers: list[str] = data_import.preview.get("headers", [])
        nobody = [("", _("nobody"))] if sees_all else []
        self.fields["team"].choices = nobody + [(team.pk, team.name) for team in teams]
        owners = User.objects.owning() if sees_all else User.objects.acting().filter(team__in=teams)
        self.fields["owner"].choices = [("", _("nobody")), *owners.values_list("pk", "name")[:200]]
        self.fields["encoding"].choices = [("", _("as the file tells")), *((name, name) for name in ENCODINGS)]
        kind = IMPORT_KINDS[data_import.kind]
        self.fields["key"].choices = list(kind.keys)
        self.fields["mapping"].choices = [("", _("as its headers say")), *mappings.values_list("pk", "name")[:200]]
        if not kind.makes_customers:
            del self.fields["customer_kind"], self.fields["team"], self.fields["owner"]
        self.currencies: list[str] = data_import.preview.get("currencies", [])
        for code in self.currencies if "currency" in kind.labels else []:
            self.fields[f"rate-{code}"] = forms.DecimalField(
                label=_("Rate of 1 %(currency)s") % {"currency": code},
                required=False,
                min_value=Decimal("0.000001"),
                max_value=Decimal(10**6),
                initial=options.get("rates", {}).get(code),
            )
        if data_import.kind != ORDERS:
            del self.fields["trial_dates"]
        if data_import.kind != ORDERS or not has_lines(data_import.filled) or "number" not in data_import.filled:
            del self.fields["amount_of"]
        colleagues = {field.name for field in FIELDS[data_import.kind] if field.reading is Reading.OWNER}
        if colleagues.isdisjoint(data_import.filled):
            del self.fields["strangers"]
        sheets = data_import.preview.get("sheets", [])
        self.sheets = [(one["name"], _describe_sheet(one)) for one in sheets if one["rows"]]
        self.empty_sheets = [one["name"] for one in sheets if not one["rows"]]
        if len(self.sheets) > 1:
            self.fields["sheet"].choices = self.sheets
        else:
            del self.fields["sheet"]
        if data_import.preview.get("shape", {}).get("format") in {"xlsx", "vcard"}:
            del self.fields["encoding"], self.fields["delimiter"]

    def describe(self) -> dict[str, Any]:
        """The form for its template, in two groups: how to read, how to write."""
        writing = {"mode", "key", "customer_kind", "team", "owner"}
        apart = {"trial_dates", "mapping", "save_as", "sheet"}
        same_rows = self.describe_same()
        return {
            "form": self,
            "same_rows": same_rows,
            "could_be_same": any(row["field"] and not row["text"] for row in same_rows),
            "only_sheet": self.sheets[0][1] if len(self.sheets) == 1 else "",
            "empty_sheets": self.empty_sheets,
            "reading_fields": [field for field in self if field.name not in {*writing, *apart}],
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
        values["same"] = self._read_same(columns)
        return values

    def _posted_same(self) -> list[tuple[str, str]] | None:
        """Fields and texts as they were sent; ``None`` where the page did not ask."""
        if not self.is_bound or "same-field-0" not in self.data:
            return None
        places = range(len([key for key in self.data if key.startswith("same-field-")]))
        pairs = [(self.data.get(f"same-field-{n}", ""), self.data.get(f"same-text-{n}", "").strip()) for n in places]
        return [(name, text[:200]) for name, text in pairs]

    def _read_same(self, columns: dict[str, str]) -> dict[str, str]:
        """What stands in every row, by field; a text that cannot be read, or has a column beside it, is refused."""
        posted = self._posted_same()
        if posted is None:
            return self.data_import.same
        kind = self.data_import.kind
        known = {field.name: field for field in FIELDS[kind]}
        same = {name: text for name, text in posted if name in known and text}
        for text in (text for name, text in posted if text and name not in known):
            self.add_error(None, _("Say what “%(text)s” in every row is.") % {"text": text})
        rules = make_parse_rules(self.data_import, on=company_day(timezone.now())) if same else None
        for name, text in same.items():
            label = field_label(kind, name)
            if name in OF_EACH_ROW:
                self.add_error(None, _("%(field)s cannot be the same for every row.") % {"field": label})
            if name in columns:
                said = _("%(field)s has a column, “%(column)s”: choose either that or the same for every row.")
                self.add_error(None, said % {"field": label, "column": columns[name]})
            try:
                read_same(text, known[name], rules)  # type: ignore[arg-type]
            except Unreadable as error:
                self.add_error(None, f"{label}: {describe_problem(error.code, text)}")
        return same

    def describe_same(self) -> list[dict[str, Any]]:
        """Rows that say what is the same for every row of the file: as sent, else as chosen, then what is still
        missing, then one to fill in."""
        kind = self.data_import.kind
        rows = self._posted_same()
        if rows is None:
            missing = missing_fields(kind, self.data_import.filled, only_known=self.data_import.only_known)
            wanted = [(group[0], "") for group in missing if OF_EACH_ROW.isdisjoint(group)]
            rows = [*self.data_import.same.items(), *wanted, ("", "")]
        known = {field.name: field for field in FIELDS[kind]}
        return [
            {
                "place": place,
                "field": name,
                "text": text,
                "label": field_label(kind, name),
                "suggestions": self._suggest(known[name]) if name in known else [],
            }
            for place, (name, text) in enumerate(rows)
        ]

    def _suggest(self, field: ImportField) -> list[str]:
        """Words that the field can have, where they are few."""
        match field.reading:
            case Reading.CHOICE:
                return list(dict.fromkeys(field.choices.values()))
            case Reading.YES_NO:
                return ["yes", "no"]
            case Reading.CUSTOMER_KIND:
                return [str(value) for value in Customer.Kind.values]
            case Reading.CURRENCY:
                return [setting("company.currency")]
            case Reading.OWNER:
                return list(User.objects.owning().values_list("email", flat=True)[:MOST_SUGGESTED])
            case Reading.TEAM:
                return [team.name for team in teams_of(self.data_import.created_by)]
            case _:
                return []

    def describe_change(self) -> dict[str, Any]:
        """Columns and options as chosen, or those of a saved reading that was chosen; of another sheet the columns are
        found anew."""
        options = {**self.reading_options(), **self.writing_options()}
        now = self.data_import.options.get("sheet")
        if (mapping := self.chosen_mapping()) is not None:
            columns, kept = apply_mapping(mapping, self.headers)
            if kept.get("sheet") not in dict(self.sheets):
                kept.pop("sheet", None)
            merged = {**options, **kept}
            return {"columns": columns if merged.get("sheet") == now else {}, "options": merged}
        if options.get("sheet") != now:
            return {"columns": {}, "options": {**options, "mapping_id": None}}
        same = self.cleaned_data["columns"] == self.data_import.columns and self.cleaned_data.get("mapping")
        kept = {"mapping_id": self.data_import.options.get("mapping_id") if same else None}
        return {"columns": self.cleaned_data["columns"], "options": {**options, **kept}}

    def reading_options(self) -> dict[str, Any]:
        """What changes how the file is read."""
        values = self.cleaned_data
        options = {name: values.get(name, "") for name in OF_READING}
        options["delimiter"] = options["delimiter"].replace("\\t", "\t")
        if "sheet" in self.fields:
            options["sheet"] = values.get("sheet") or self.data_import.options.get("sheet", "")
        if values["same"] or "same" in self.data_import.options:
            options["same"] = values["same"]
        rates = {c: str(values[f"rate-{c}"]) for c in self.currencies if values.get(f"rate-{c}")}
        return {**options, "rates": rates} if self.currencies or "rates" in self.data_import.options else options

    def writing_options(self) -> dict[str, Any]:
        """What changes only how it is written."""
        values = self.cleaned_data
        return {
            "trial_dates": bool(values.get("trial_dates")),
            "mode": values.get("mode") or "both",
            "key": values.get("key") or IMPORT_KINDS[self.data_import.kind].keys[0][0],
            "customer_kind": values.get("customer_kind") or Customer.Kind.ORGANISATION,
            "team_id": int(values["team"]) if values.get("team") else self.usual_team,
            "owner_id": int(values["owner"]) if values.get("owner") else None,
        }

    def chosen_mapping(self) -> ImportMapping | None:
        """A saved reading that was chosen anew."""
        chosen = self.cleaned_data.get("mapping") or ""
        if not chosen or int(chosen) == self.data_import.options.get("mapping_id"):
            return None
        return ImportMapping.objects.filter(pk=chosen, kind=self.data_import.kind).first()

    def changes_reading(self) -> bool:
        """Whether the file must be looked through again before it may be imported."""
        options = self.data_import.options
        same = all((options.get(name) or "") == (value or "") for name, value in self.reading_options().items())
        usual = {"mode": "both", "key": IMPORT_KINDS[self.data_import.kind].keys[0][0]}
        same = same and all(
            (options.get(name) or first) == self.writing_options()[name] for name, first in usual.items()
        )
        now = describe_readings(self.data_import)
        same = same and self.data_import.preview.get("readings", now) == now
        return not same or self.chosen_mapping() is not None or self.cleaned_data["columns"] != self.data_import.columns


def _describe_sheet(sheet: dict[str, Any]) -> str:
    count = sheet["rows"]
    words = ngettext("%(name)s (%(count)s row)", "%(name)s (%(count)s rows)", count)
    said = words % {"name": sheet["name"], "count": format_number(count)}
    return _("%(sheet)s, hidden") % {"sheet": said} if sheet["is_hidden"] else said
