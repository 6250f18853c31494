"""Forms of tags."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.text_folding import fold_text
from customers.models import Tag
from customers.tagging import TagRefused, read_tag_names


class TagCustomerForm(forms.Form):
    """Tags to put on a customer; known ones are suggested by the browser while one types."""

    names = forms.CharField(
        label=_("Tags"),
        max_length=400,
        widget=forms.TextInput({"list": "tag-names", "autocomplete": "off", "data-focus": ""}),
        help_text=_("Parted by commas. Everybody in the company uses the same ones."),
    )

    def clean_names(self) -> list[str]:
        try:
            return read_tag_names(self.cleaned_data["names"])
        except TagRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class TagForm(forms.ModelForm):
    """Another name for a tag; every customer who carries it keeps it."""

    class Meta:
        model = Tag
        fields = ["name"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if "," in name:
            raise forms.ValidationError(_("A comma parts tags; it cannot be in one."))
        if Tag.objects.filter(name_folded=fold_text(name)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a tag of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """A name of signs alone folds to nothing and could not be found."""
        data = super().clean() or {}
        if data.get("name") and not fold_text(data["name"]):
            self.add_error("name", _("Write a word or two."))
        return data
