"""Forms of people and their preferences."""

from typing import Any

from django import forms

from crm.core.models import User


class PreferencesForm(forms.ModelForm):
    """How the product looks and behaves for one person; only the fields named in ``changed`` are touched."""

    class Meta:
        model = User
        fields = ["theme", "density", "single_keys"]

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, instance=user)
        changed = set(data.getlist("changed"))
        for name in set(self.fields) - changed:
            del self.fields[name]
