"""What every record that people edit carries."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EditedModel(models.Model):
    """When and by whom a record was made and last changed, and its edit version.

    ``edit_version`` grows by one with every save through a form; a form that was opened on an older version is shown
    both (``crm.core.generic_views``), so nobody overwrites what he has not seen.
    """

    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True, db_default=Now())
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    edit_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True

    def note_edit(self, *, by: Any) -> None:
        """Who makes or changes the record with the save that follows; its version grows."""
        self.changed_by = by
        self.created_by = self.created_by if self.pk else by
        self.edit_version = self.edit_version + 1 if self.pk else 1
