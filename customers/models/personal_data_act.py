"""What was done with the data of a person or customer because somebody asked for it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PersonalDataAct(models.Model):
    """One export or erasure; never changed, and never naming whom it was about: after an erasure nothing does.

    ``customer_id`` and ``person_id`` are plain numbers; ``counts`` says how many records of each kind.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("handed out")
        ERASE_PERSON = "person", _("person erased")
        ERASE_CUSTOMER = "customer", _("customer erased")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    customer_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("on whose request"), max_length=300)
    counts = models.JSONField(default=dict)
    done_at = models.DateTimeField(_("when"), db_default=Now())
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("act on personal data")
        verbose_name_plural = _("acts on personal data")
        default_permissions = ()
        permissions = [("handle_personal_data", "Hand out and erase personal data")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.customer_id}"
