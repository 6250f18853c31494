"""Forms of sources."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Source
from customers.source_withdrawing import of_source


class SourceForm(forms.ModelForm):
    """A source and the right by which its people are kept; its name is what stands with the customers."""

    class Meta:
        model = Source
        fields = ["name", "lawful_basis", "received_on", "note"]
        widgets = {"received_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "name": _("As it stands with the customers under “where it came from”."),
            "lawful_basis": _("Consent, contract, legitimate interest … Without one nothing may be kept."),
        }

    def clean_name(self) -> str:
        """A source whose customers stand under its name keeps that name."""
        name = str(self.cleaned_data["name"]).strip()
        held = Source.objects.filter(pk=self.instance.pk).first()
        if held is None or held.name == name:
            return name
        if held.withdrawn_at:
            raise forms.ValidationError(_("A withdrawn source keeps its name: bring it back first."))
        if held.name.lower() != name.lower() and of_source(held.name).exists():
            raise forms.ValidationError(
                _("Customers stand under this name: under another they could not be withdrawn with it.")
            )
        return name


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=300)
