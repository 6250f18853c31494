"""A team: the people who share customers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


@keep_history()
class Team(models.Model):
    """People who share customers; its managers see all of them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="managed_teams", verbose_name=_("managers")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name
