"""Evidence of a level of the relationship."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import LadderEvidence


class LadderForm(forms.Form):
    """The level, what showed it, and on which day."""

    level = forms.TypedChoiceField(label=_("Level"), choices=LadderEvidence.Level.choices, coerce=int)
    evidence = forms.CharField(label=_("Evidence"), max_length=300, help_text=_("What they did or said that shows it."))
    seen_on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
