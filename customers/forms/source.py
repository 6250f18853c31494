"""Forms of sources."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Source


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
        if self.instance.pk and self.instance.withdrawn_at and name != Source.objects.get(pk=self.instance.pk).name:
            raise forms.ValidationError(_("A withdrawn source keeps its name: bring it back first."))
        return name


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=300)
