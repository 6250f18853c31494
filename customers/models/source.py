"""Where records came from: a list that was bought, a fair, a partner; and by what right we keep them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel


@keep_history(exclude=["changed_at", "edit_version"])
class Source(EditedModel):
    """One source, known by its ``name`` as it stands in the customers' field "where it came from".

    ``lawful_basis`` is never empty. A source that was withdrawn keeps who did it, when and why; the customers who were
    archived with it carry the same moment, so that they can come back with it.
    """

    name = models.CharField(_("source"), max_length=100, unique=True)
    lawful_basis = models.CharField(_("lawful basis"), max_length=100)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    note = models.CharField(_("from whom, for what"), max_length=300, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(lawful_basis=""), name="source_has_name_and_basis"
            )
        ]

    def __str__(self) -> str:
        return self.name
