"""The form of files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from customers.rules.file_sniffing import KINDS

MOST_AT_ONCE = 20


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose a file."))
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most 20 files at once."))
        return files


class FilesForm(forms.Form):
    """One or several files, and what they belong to (``complaint-12``)."""

    files = _FilesField(
        label=_("Files"),
        widget=_ManyFiles(
            {"accept": ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.endings), "multiple": True}
        ),
    )
    about = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
